"""The waiting list of a session that is sold out: joining, leaving, and the place in it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from accounts.services.rate_limits import fingerprint
from orders.availability.seat_counts import seat_counts
from screenings.models import Session
from waiting.errors import HeldBefore, QuantityNotPossible, SeatsAreFree, TooMuchWaited, WaitingListClosed
from waiting.models import CLOSES_BEFORE, MOST_SEATS, WaitingEntry

MOST_LISTS = 20
#: So long after seats were held for a customer, taken or not, others have their turn.
AFTER_OFFER = timedelta(hours=2)


def is_open(session: Session, *, at: datetime) -> bool:
    """Whether anybody may join now, if it is sold out. Reads only."""
    return session.is_on_sale(at) and session.start_datetime > at + CLOSES_BEFORE


def join(session: Session, *, user: User, quantity: int, address: str | None, at: datetime) -> None:
    """Put the customer at the end of the queue for so many seats. Whoever is in it keeps the place and changes the
    number of seats. Of the IP address only a fingerprint is kept.

    Raises `QuantityNotPossible`, `WaitingListClosed`, `SeatsAreFree`, `HeldBefore`, `TooMuchWaited`. Owns its
    transaction.
    """
    if not 1 <= quantity <= MOST_SEATS:
        raise QuantityNotPossible(MOST_SEATS)
    if not is_open(session, at=at):
        raise WaitingListClosed
    if seat_counts([session], at=at)[session.pk].free >= quantity:
        raise SeatsAreFree
    if WaitingEntry.objects.filter(user=user, session=session, order__created_at__gt=at - AFTER_OFFER).exists():
        raise HeldBefore
    if WaitingEntry.objects.open(at).filter(user=user).exclude(session=session).count() >= MOST_LISTS:
        raise TooMuchWaited(MOST_LISTS)
    network = fingerprint("line", address) if address else ""
    entry = WaitingEntry(user=user, session=session, quantity=quantity, since=at, network=network)
    with transaction.atomic():
        WaitingEntry.objects.bulk_create([entry], ignore_conflicts=True)
        WaitingEntry.objects.filter(user=user, session=session, order=None).update(quantity=quantity, network=network)


def leave(user: User, *, session: int) -> None:
    """Take the customer out of the queue of the session (primary key); an order that was offered stays. Owns its
    transaction."""
    WaitingEntry.objects.filter(user=user, session=session, order=None).delete()


def place_of(user: User, *, session: Session, at: datetime) -> tuple[int, int] | None:
    """The customer's place in the queue and number of seats; None for who is not in it. Two queries. Reads only."""
    queue = WaitingEntry.objects.open(at).filter(session=session)
    mine = queue.filter(user=user).first()
    return (queue.filter(pk__lt=mine.pk).count() + 1, mine.quantity) if mine else None
