"""Limits per person, per claimed e-mail address and per IP address."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import RateLimited
from accounts.models import Attempt
from accounts.services import rate_limits
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "198.51.100.9", "203.0.113.77"
ANNA = "anna@example.org"


@pytest.fixture(autouse=True)
def two_a_person_and_four_an_address(settings: Any) -> None:
    settings.ATTEMPTS = {"find": (timedelta(hours=1), 2, 4)}


def test_the_owner_of_a_claimed_address_is_not_limited_elsewhere() -> None:
    for _time in range(2):
        rate_limits.hit("find", claimed=ANNA, address=HERE, at=NOON)

    with pytest.raises(RateLimited):
        rate_limits.hit("find", claimed=ANNA.upper(), address=HERE, at=NOON)
    rate_limits.hit("find", claimed=ANNA, address=ELSEWHERE, at=NOON)


def test_a_proved_person_is_limited_at_every_address() -> None:
    for address in (HERE, ELSEWHERE):
        rate_limits.hit("find", person="user 1", address=address, at=NOON)

    assert not rate_limits.allowed("find", person="user 1", address="192.0.2.1", at=NOON)
    assert rate_limits.allowed("find", person="user 2", address="192.0.2.1", at=NOON)


def test_ipv6_addresses_are_counted_by_their_network() -> None:
    for number in range(4):
        rate_limits.hit("find", address=f"2001:db8:1:2::{number}", at=NOON)

    assert not rate_limits.allowed("find", address="2001:db8:1:2:ffff::9", at=NOON)
    assert rate_limits.allowed("find", address="2001:db8:1:3::9", at=NOON)


def test_a_refused_attempt_is_not_counted_and_the_wait_ends() -> None:
    for _time in range(9):
        rate_limits.allowed("find", claimed=ANNA, address=HERE, at=NOON)

    assert Attempt.objects.count() == 4  # two attempts, each by claim and by address
    assert rate_limits.allowed("find", claimed=ANNA, address=HERE, at=NOON + timedelta(hours=1))
