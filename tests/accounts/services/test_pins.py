from datetime import timedelta

import pytest

from accounts.errors import PinOff, PinTooSimple, PinWrong, RateLimited
from accounts.models import Device, Pin, User
from accounts.services.pins import people_of, set_pin, verify_pin
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


def test_a_pin_that_was_tried_wrongly_too_often_is_off_until_its_owner_sets_it_anew(
    device: Device, usher: User
) -> None:
    at = NOON
    for _evening in range(4):
        for _attempt in range(5):
            with pytest.raises(PinWrong):
                verify_pin(device, person=str(usher.pk), pin="9999", at=at)
        at += timedelta(hours=1)

    with pytest.raises(PinOff):
        verify_pin(device, person=str(usher.pk), pin=PIN, at=at)

    set_pin(usher, pin="7391", at=at)
    assert verify_pin(device, person=str(usher.pk), pin="7391", at=at) == usher


def test_a_right_pin_forgets_the_wrong_ones_before(device: Device, usher: User) -> None:
    with pytest.raises(PinWrong):
        verify_pin(device, person=str(usher.pk), pin="9999", at=NOON)
    verify_pin(device, person=str(usher.pk), pin=PIN, at=NOON)

    assert Pin.objects.get(user=usher).wrong == 0


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
        verify_pin(device, person=str(usher.pk), pin="9999", at=NOON)
