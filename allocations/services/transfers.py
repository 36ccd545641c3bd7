"""Bank transfers of groups: one transfer pays for one booking, however its number is spelled."""

import re
from datetime import date, datetime
from unicodedata import normalize

from allocations.errors import TransferBooked, TransferReferenceNeeded
from allocations.models import GroupBooking
from orders.models import Order
from payments.models import Gateway, Payment

LONGEST = 60


def named_transfer(booking: GroupBooking, *, number: str, on: date | None, at: datetime) -> str:
    """The reference under which a transfer of this number and day is recorded.

    Raises `TransferReferenceNeeded` without a number or with a day that is missing or to come, and `TransferBooked` if
    it has paid for another booking of the cinema. Reads only.
    """
    key = _without_spelling(number)
    if not key or on is None or on > at.astimezone(booking.cinema.zone).date():
        raise TransferReferenceNeeded
    reference = f"{key} {on:%Y-%m-%d}"
    same = Payment.objects.filter(
        gateway=Gateway.BANK_TRANSFER,
        external_id__startswith=f"{reference} ",
        order__cinema=booking.cinema_id,
        order__status__in=Order.SOLD,
    )
    if booked := same.exclude(order__group_order__booking=booking).select_related("order").first():
        raise TransferBooked(booked.order)
    return reference


def _without_spelling(number: str) -> str:
    """The number without case, spaces, marks, a word before it, and leading zeros: "№ 0117" is "117"."""
    text = "".join(letter for letter in normalize("NFKC", number).casefold() if letter.isalnum())
    return re.sub(r"^\D*0*(?=\d)", "", text)[:LONGEST]
