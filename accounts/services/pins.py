"""PINs, with which staff take over an enrolled device of the box office. A PIN opens nothing else."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.errors import PinOff, PinPaused, PinTooSimple, PinWrong, RateLimited
from accounts.models import Device, Pin, User
from accounts.services import rate_limits
from cinema.ids import is_valid_id

RISING = "01234567890123456789"
#: Columns, corners and crosses of a keypad, which are tried first.
ON_KEYPAD = ["1470", "0741", "2580", "0852", "3690", "0963", "1379", "1397", "2468", "1590", "3570"]


def set_pin(person: User, *, pin: str, at: datetime) -> None:
    """Set a person's own PIN, in place of the former one. Only the page of that person calls this, after the password.

    Raises `PinTooSimple`. Owns its transaction.
    """
    of_digits = pin.isascii() and pin.isdigit() and settings.PIN_DIGITS <= len(pin) <= 12
    if not of_digits or _is_guessed_first(pin):
        raise PinTooSimple
    fresh = {"digest": make_password(pin), "set_at": at, "wrong": 0, "wrong_in_a_row": 0}
    Pin.objects.update_or_create(user=person, defaults=fresh)


def _is_guessed_first(pin: str) -> bool:
    """Whether it repeats a digit or a pair, or is a row of digits, a year of birth, or a line on the keypad."""
    half, rest = divmod(len(pin), 2)
    repeated = len(set(pin)) == 1 or (not rest and pin == pin[:2] * half)
    in_a_row = pin in RISING or pin in RISING[::-1]
    year = len(pin) == 4 and pin[:2] in {"19", "20"}
    return repeated or in_a_row or year or pin in ON_KEYPAD


def people_of(device: Device) -> QuerySet[User]:
    """The active staff of the device's cinema who have a PIN, by name. Reads only."""
    here = Q(all_cinemas=True) | Q(pk__in=User.cinemas.through.objects.filter(cinema=device.cinema_id).values("user"))
    staff = User.objects.filter(here, is_active=True, is_staff=True, pin__isnull=False)
    return staff.order_by("first_name", "last_name", "email")


def verify_pin(device: Device, *, person: str, pin: str, at: datetime) -> User:
    """The person with this primary key, if they work here and the PIN is theirs.

    Each wrong PIN counts for the person on this device and for the device, and too many lock that person here, or the
    device, for a while: raises `PinWrong` or `RateLimited`. Too many within a day pause this PIN on this device alone,
    so that nobody shuts its owner out elsewhere; `MOST_WRONG` since it was set, wherever, switch it off until its owner
    sets a new one: raises `PinPaused` or `PinOff`. A right one takes back neither count. Owns its transaction.
    """
    found = people_of(device).filter(pk=person).first() if is_valid_id(person) else None
    if found is None:
        raise PinWrong
    counted = f"pin {device.pk} {found.pk}"
    with transaction.atomic():
        row = Pin.objects.select_for_update(of=("self",)).get(user=found)  # one attempt at a time
        rate_limits.check("pin", person=counted, at=at)
        rate_limits.check("pin_device", person=f"device {device.pk}", at=at)
        if row.is_off:
            raise PinOff
        today = f"{counted} {row.set_at.isoformat()}"  # a new PIN starts from zero
        try:
            rate_limits.check("pin_today", person=today, at=at)
        except RateLimited as too_many:
            raise PinPaused from too_many
        right = check_password(pin, row.digest)
        row.wrong, row.wrong_in_a_row = (row.wrong, 0) if right else (row.wrong + 1, row.wrong_in_a_row + 1)
        row.save(update_fields=["wrong", "wrong_in_a_row"])
        if not right:
            rate_limits.hit("pin_today", person=today, at=at)
            rate_limits.hit("pin", person=counted, at=at)
            rate_limits.hit("pin_device", person=f"device {device.pk}", at=at)
    if not right:  # after the transaction, which keeps the count
        raise PinWrong(row)
    return found


def wrong_in_a_row(person: str) -> int:
    """How often the PIN of the person with this primary key was typed wrongly since it was last right. Reads only."""
    pin = Pin.objects.filter(user=int(person)).first() if is_valid_id(person) else None
    return pin.wrong_in_a_row if pin else 0
