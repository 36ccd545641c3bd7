"""Each limit of `ATTEMPTS`, asked from one address and from many, of IPv4 and of IPv6."""

from collections.abc import Iterable
from itertools import cycle, islice, product
from typing import Any

import pytest
from django.conf import settings

from accounts.services import rate_limits
from tests.helpers.factories import NOON
from tests.helpers.sampling import EXHAUSTIVE

pytestmark = pytest.mark.django_db

ONE_HOUSEHOLD = [f"2001:db8:0:1::{number:x}" for number in range(1, 60)]
MANY_NETWORKS = [f"2001:db8:{number:x}::1" for number in range(1, 60)]
ADDRESSES = {
    "one IPv4 address": ["203.0.113.4"],
    "one IPv6 network of 64 bits": ONE_HOUSEHOLD,
    "one IPv4 address written as IPv6": ["203.0.113.4", "::ffff:203.0.113.4"],
}


KINDS = sorted(kind for kind, limits in settings.ATTEMPTS.items() if limits[2])
CASES = [*product(KINDS, ADDRESSES)] if EXHAUSTIVE else [*zip(KINDS, cycle(ADDRESSES), strict=False)]


LINE = [f"2001:db8:0:{number:x}::1" for number in range(0x100)]  # the networks of one /56


def let_through(kind: str, addresses: Iterable[str], times: int) -> int:
    return sum(rate_limits.allowed(kind, address=each, at=NOON) for each in islice(addresses, times))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("kind", "addresses"), CASES)
def test_a_limit_holds_for_one_address_however_it_is_written(kind: str, addresses: str) -> None:
    _window, _by_person, limit = settings.ATTEMPTS[kind]

    assert let_through(kind, cycle(ADDRESSES[addresses]), limit + 3) == limit
    assert let_through(kind, ["198.51.100.7", "2001:db8:ffff::1"], 2) == 2  # nobody else is refused


@pytest.mark.parametrize("kind", ["find", "log_in", "promocode"])
def test_a_line_with_many_ipv6_networks_gets_a_few_times_what_one_address_gets(kind: str) -> None:
    most = rate_limits.NETWORKS_OF_A_LINE * settings.ATTEMPTS[kind][2]

    assert let_through(kind, cycle(LINE), most + 3) == most
    assert rate_limits.allowed(kind, address="2001:db8:0:100::1", at=NOON)


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("kind", sorted(kind for kind, limits in settings.ATTEMPTS.items() if limits[1] and limits[2]))
def test_a_limit_of_a_person_holds_from_many_addresses(kind: str) -> None:
    window, limit, _by_address = settings.ATTEMPTS[kind]
    many: Any = cycle([*MANY_NETWORKS, *(f"198.51.100.{number}" for number in range(1, 200))])

    let = [rate_limits.allowed(kind, person="account 1", address=next(many), at=NOON) for _try in range(limit + 3)]

    assert let == [True] * limit + [False] * 3
    assert rate_limits.allowed(kind, person="account 2", address="192.0.2.1", at=NOON)
    assert rate_limits.allowed(kind, person="account 1", address="192.0.2.2", at=NOON + window)
