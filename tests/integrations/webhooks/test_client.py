import socket
import threading
from contextlib import suppress
from typing import Any

import pytest

from integrations.webhooks import client
from integrations.webhooks.client import is_public, may_be_called, post
from tests.helpers.fakes.webhook_receiver import receiver


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
        *("fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "192.0.0.192", "168.63.129.16"),
        *(
            "5f00::1",
            "3fff::1",
            "3fff:fff::1",
            "192.88.99.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.175.48.1",
            "240.0.0.1",
        ),
        *(
            "2620:4f:8000::1",
            "4000::1",
            "100::1",
            "2001:1::1",
            "2001:20::1",
            "2002:808:808::1",
            "ff02::1",
            "198.18.0.1",
        ),
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "2001:200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://hooks.example/cinema", True),
        ("http://hooks.example/", False),
        ("https://localhost/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1]/", False),
        ("https://user:password@hooks.example/", False),
        ("https:///nowhere", False),
    ],
)
def test_what_may_be_called_is_seen_before_a_receiver_is_stored(url: str, may: bool) -> None:
    assert may_be_called(url) is may


def test_no_request_reaches_the_inside(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by its address, not by a name that resolves to it, and not by plain HTTP."""
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = False
    with receiver() as here:
        port = int(here.url.split(":")[2].split("/")[0])
        inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: inside)

        answers = [post(url, body=b"{}", headers={}) for url in (here.url, f"https://hooks.example:{port}/")]

    assert [(each.status, each.text) for each in answers] == [(0, "not https"), (0, "ForbiddenAddress")]
    assert here.calls == []


def test_redirects_are_not_followed(settings: Any) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    with receiver() as here:
        here.next_answers, here.headers = [302], {"Location": here.url}

        answer = post(here.url, body=b"{}", headers={"webhook-id": "1"})

    assert (answer.status, answer.is_success, len(here.calls)) == (302, False, 1)


def test_headers_that_trickle_in_do_not_hold_up_the_sender(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    monkeypatch.setattr(client, "LONGEST", 0.3, raising=False)
    answered = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            line, _address = server.accept()
            with line, suppress(OSError):
                line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not answered.wait(0.1):
                    line.sendall(b"x")

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        answer = post(f"http://127.0.0.1:{server.getsockname()[1]}/", body=b"{}", headers={})
        assert thread.is_alive()  # it would go on for ever
        answered.set()
        thread.join(20)

    assert not answer.is_success
