"""The address of a request, and the network under which limits count it."""

from typing import Any

import pytest
from django.test import RequestFactory

from cinema.http import client_address, client_network


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, "203.0.113.7", "10.0.0.1"),  # any client may send the header
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "1.2.3.4, 203.0.113.7", "203.0.113.7"),  # only the entry added by the proxy counts
        (True, "203.0.113.7:41234", "203.0.113.7"),
        (True, "2001:db8::7", "2001:db8::7"),
        (True, "[2001:db8::7]:443", "2001:db8::7"),
        (True, "[2001:db8::7]", "2001:db8::7"),
        (True, "::ffff:203.0.113.7", "203.0.113.7"),
        (True, "", "10.0.0.1"),
        (True, "<script>", "10.0.0.1"),  # limits stay on, by the address of the proxy
        (True, "unknown", "10.0.0.1"),
    ],
)
def test_the_forwarded_address_is_used_only_behind_a_proxy(
    rf: RequestFactory, settings: Any, behind_proxy: bool, forwarded: str, address: str
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", None),
    ],
)
def test_limits_count_ipv6_addresses_by_their_network(rf: RequestFactory, address: str, network: str | None) -> None:
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network
