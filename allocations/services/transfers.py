"""Bank transfers of groups: one transfer pays for one booking, however its number is spelled."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from unicodedata import normalize

from django.db import IntegrityError, transaction

from allocations.errors import TransferBooked, TransferReferenceNeeded
from allocations.models import GroupBooking
from orders.models import Order
from payments.models import Gateway, Payment

LONGEST = 60


def named_transfer(booking: GroupBooking, *, number: str, on: date | None, at: datetime) -> str:
    """The reference under which the next payment by a transfer of this number and day is recorded: the database takes
    each only once, so that of two people who record one transfer at the same moment one is refused.

    Raises `TransferReferenceNeeded` without a number or with a day that is missing or to come, and `TransferBooked` if
    it has paid for another booking of the cinema. Reads only.
    """
    key = _without_spelling(number)
    if not key or on is None or on > at.astimezone(booking.cinema.zone).date():
        raise TransferReferenceNeeded
    reference = f"{key} {on:%Y-%m-%d}"
    recorded = Payment.objects.filter(gateway=Gateway.BANK_TRANSFER, external_id__startswith=f"{reference} ")
    number_of_next = recorded.count() + 1
    same = recorded.filter(order__cinema=booking.cinema_id, order__status__in=Order.SOLD)
    if booked := same.exclude(order__group_order__booking=booking).select_related("order").first():
        raise TransferBooked(booked.order)
    return f"{reference} {number_of_next}"


@contextmanager
def recorded_once(reference: str) -> Iterator[None]:
    """Raise `TransferBooked` if somebody else has recorded this reference since `named_transfer` gave it.

    Owns its transaction.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        if (first := _recorded(reference)) is None:
            raise
        raise TransferBooked(first.order) from None


def check_recorded(order: Order, reference: str) -> None:
    """Raise `TransferBooked` unless the payment of this reference is the order's: a known one is not booked again.

    One query. Reads only.
    """
    if (first := _recorded(reference)) is not None and first.order_id != order.pk:
        raise TransferBooked(first.order)


def _recorded(reference: str) -> Payment | None:
    named = Payment.objects.filter(gateway=Gateway.BANK_TRANSFER, external_id=reference)
    return named.select_related("order").first()


def _without_spelling(number: str) -> str:
    """The number without case, spaces, marks, a word before it, and leading zeros: "№ 0117" is "117"."""
    text = "".join(letter for letter in normalize("NFKC", number).casefold() if letter.isalnum())
    return re.sub(r"^\D*0*(?=\d)", "", text)[:LONGEST]
