"""Offers freed seats to those who wait: an ordinary hold for each, in the order of the queue.

Freed seats are on general sale at once. The job only tries what any buyer could do at that moment, so a buyer may be
faster. Whoever waits for more seats than are free keeps the place, and the next one is tried.
"""

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from cinema.status import Refused
from notifications.models import MessageKind
from notifications.services import Message, queue
from orders.availability.seat_counts import seat_counts
from orders.availability.seat_map import SeatMap
from orders.models import Order
from orders.services import Buyer, hold_online
from screenings.models import Seat
from screenings.seat_choice import FOR_ANYONE, best_seats
from waiting.models import WaitingEntry

#: By the clock of the cinema: at night nobody could answer in time.
OFFERED_FROM, OFFERED_UNTIL = time(9), time(22)


def to_offer(at: datetime) -> QuerySet[WaitingEntry]:
    """The entries for which the session has enough free seats now, while it is day there. A constant number of
    queries. Reads only."""
    waiting = list(WaitingEntry.objects.open(at).select_related("session__hall__cinema"))
    by_day = [each for each in waiting if OFFERED_FROM <= each.session.hall.cinema.local(at).time() < OFFERED_UNTIL]
    seats = seat_counts(list({each.session for each in by_day}), at=at)
    fitting = [each.pk for each in by_day if seats[each.session_id].free >= each.quantity]
    return WaitingEntry.objects.filter(pk__in=fitting, order=None)


def offer_locked(entries: Sequence[WaitingEntry], *, at: datetime) -> int:
    """Try to hold seats for each entry in turn, and tell the customer; returns for how many it was possible.

    Must be called inside a transaction (the entries are locked).
    """
    rows = WaitingEntry.objects.filter(pk__in=[each.pk for each in entries]).order_by("pk")
    own = rows.select_related("user", "session__film", "session__hall__cinema")
    return sum(_offer(each, at=at) for each in own)


def _offer(entry: WaitingEntry, *, at: datetime) -> bool:
    seat_map = SeatMap(entry.session, at=at)
    seats = _seats_for(seat_map, entry.quantity)
    types = [seat_map.types_for(seat) for seat in seats]
    if not seats or not all(types):
        return False
    # Without an address it is a draft, as of any buyer: the customer chooses types of tickets and agrees to the terms.
    buyer = Buyer(visitor=f"waiting {entry.pk}", address=None, email="", user=entry.user, network=entry.network)
    try:
        with transaction.atomic():
            places = [(seat, of_seat[0]) for seat, of_seat in zip(seats, types, strict=True)]
            order = hold_online(seat_map, places=places, buyer=buyer, at=at)
    except Refused:  # a buyer was faster, or the customer or the address holds as many seats as it may
        return False
    entry.order = order
    entry.save(update_fields=["order"])
    queue([_message(entry, order, seats)], at=at)
    return True


def _seats_for(seat_map: SeatMap, quantity: int) -> list[Seat]:
    """The best free seats side by side; else any that are not for particular guests; else, for two, a love seat. Empty
    if there are too few."""
    if found := best_seats(seat_map.seats, taken=seat_map.taken, party=quantity):
        return [seat_map.by_key[key] for key in found]
    free = [seat for seat in seat_map.seats if seat.pk not in seat_map.taken and seat.kind in FOR_ANYONE]
    if len(free) >= quantity:
        return free[:quantity]
    halves = [] if quantity != 2 else seat_map.halves.items()
    pairs = ([seat_map.by_key[key], other] for key, other in halves if not {key, other.pk} & seat_map.taken)
    return next(pairs, [])


def _message(entry: WaitingEntry, order: Order, seats: Sequence[Seat]) -> Message:
    session, language = entry.session, entry.user.preferred_language
    cinema = session.hall.cinema
    with translation.override(language):
        context = {
            "film": session.film.shown.title,
            "rating": session.film.age_rating,
            "starts": cinema.local(session.start_datetime).isoformat(),
            "cinema": cinema.shown.name,
            "hall": session.hall.shown.name,
            "seats": [[seat.row, seat.number] for seat in seats],
            "until": cinema.local(order.payment_deadline).isoformat(),
            "link": order.link,
        }
    return Message(
        kind=MessageKind.SEATS_HELD,
        recipient=entry.user.email,
        occasion=f"waiting {entry.pk}",
        language=language,
        context=context,
        not_after=order.payment_deadline,
        cinema=cinema.pk,
    )
