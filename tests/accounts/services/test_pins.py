from datetime import datetime, timedelta

import pytest

from accounts.errors import PinOff, PinPaused, PinTooSimple, PinWrong, RateLimited
from accounts.models import Device, Pin, User
from accounts.services.pins import people_of, set_pin, verify_pin, wrong_in_a_row
from tests.helpers.box_office import PIN, a_device
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def device() -> Device:
    return a_device(a_cinema())


@pytest.fixture
def usher(device: Device) -> User:
    person = someone("usher", device.cinema)
    set_pin(person, pin=PIN, at=NOON)
    return person


def test_the_right_pin_is_accepted_and_stored_as_a_hash(device: Device, usher: User) -> None:
    assert verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON) == usher
    assert PIN not in Pin.objects.get().digest


def test_wrong_pins_lock_that_person_on_that_device_for_a_while(device: Device, usher: User) -> None:
    colleague = someone("bar", device.cinema)
    set_pin(colleague, pin=PIN, at=NOON)
    for _attempt in range(5):
        with pytest.raises(PinWrong):
            verify_pin(device, person=str(usher.pk), pin="9999", at=NOON)

    with pytest.raises(RateLimited):
        verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON)

    assert verify_pin(device, person=str(colleague.pk), pin=PIN, at=NOON) == colleague
    other = a_device(device.cinema, name="Door C")
    assert verify_pin(other, person=str(usher.pk), pin=PIN, at=NOON) == usher
    assert verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON + timedelta(minutes=16)) == usher


@pytest.mark.parametrize(
    "pin", ["", "258", "1111", "1212", "2345", "5432", "1990", "2580", "25８0", "abcd", "4826" * 4]
)
def test_a_pin_that_is_too_simple_is_refused(usher: User, pin: str) -> None:
    before = Pin.objects.get().digest

    with pytest.raises(PinTooSimple):
        set_pin(usher, pin=pin, at=NOON)

    assert Pin.objects.get().digest == before


def guess(device: Device, person: User, *, at: datetime) -> None:
    """Five wrong ones: as many as one device takes in a quarter of an hour."""
    for _attempt in range(5):
        with pytest.raises(PinWrong):
            verify_pin(device, person=str(person.pk), pin="9999", at=at)


def test_twenty_wrong_ones_in_a_day_pause_a_pin_on_that_device_alone_until_the_next_day_or_a_new_one(
    device: Device, usher: User
) -> None:
    for quarter in range(4):
        guess(device, usher, at=NOON + quarter * timedelta(minutes=16))
    later = NOON + timedelta(hours=2)

    with pytest.raises(PinPaused):
        verify_pin(device, person=str(usher.pk), pin=PIN, at=later)

    assert verify_pin(a_device(device.cinema, name="Till 2"), person=str(usher.pk), pin=PIN, at=later) == usher
    assert verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON + timedelta(days=1, hours=1)) == usher
    set_pin(usher, pin="7391", at=later)
    assert verify_pin(device, person=str(usher.pk), pin="7391", at=later) == usher


def test_right_pins_in_between_give_no_more_guesses(device: Device, usher: User) -> None:
    at = NOON
    for evening in range(4):
        guess(device, usher, at=at)
        at += timedelta(minutes=16)
        if evening < 3:
            assert verify_pin(device, person=str(usher.pk), pin=PIN, at=at) == usher

    with pytest.raises(PinPaused):
        verify_pin(device, person=str(usher.pk), pin="9999", at=at)

    assert (Pin.objects.get().wrong, wrong_in_a_row(str(usher.pk))) == (20, 5)


def test_a_pin_that_was_tried_wrongly_too_often_is_off_until_its_owner_sets_it_anew(
    device: Device, usher: User
) -> None:
    Pin.objects.update(wrong=Pin.MOST_WRONG - 1)
    assert verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON) == usher
    with pytest.raises(PinWrong):
        verify_pin(device, person=str(usher.pk), pin="9999", at=NOON)

    with pytest.raises(PinOff):
        verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON)

    set_pin(usher, pin="7391", at=NOON)
    assert verify_pin(device, person=str(usher.pk), pin="7391", at=NOON) == usher


def test_only_staff_of_the_cinema_are_offered(device: Device, usher: User) -> None:
    stranger = someone("bar", a_cinema())
    set_pin(stranger, pin=PIN, at=NOON)

    assert list(people_of(device)) == [usher]
    for person in (str(stranger.pk), "", "x", "99999999", "9" * 5000):
        with pytest.raises(PinWrong):
            verify_pin(device, person=person, pin=PIN, at=NOON)


def test_one_pin_tried_on_everybody_locks_the_device(device: Device, usher: User) -> None:
    colleagues = [someone("bar", device.cinema, email=f"bar{i}@example.org") for i in range(5)]
    for each in colleagues:
        set_pin(each, pin=PIN, at=NOON)
    for _round in range(4):
        for each in colleagues:
            with pytest.raises(PinWrong):
                verify_pin(device, person=str(each.pk), pin="9999", at=NOON)

    with pytest.raises(RateLimited):
        verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON)
