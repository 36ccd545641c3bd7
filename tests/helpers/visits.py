"""Visits of customers, long ago and lately, each at a screening of its own that is over."""

from datetime import datetime, timedelta

from accounts.models import User
from orders.models import Order, Promocode
from orders.services import check_in, complete
from screenings.models import Cinema, Genre, Hall
from screenings.services import complete_sessions
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session

SOLD_BEFORE = timedelta(hours=5)


def a_visit(
    by: User | str,
    *,
    to: Cinema | Hall,
    days_ago: float,
    seats: int = 1,
    came: bool = True,
    promocode: Promocode | None = None,
    genre: str = "",
    sold_before: timedelta = SOLD_BEFORE,
    now: datetime = NOON,
) -> Order:
    """An order of an account, or of a guest with this address, for a screening so many days before `now`.

    Films of genres whose names are equally long are the same film.
    """
    start = now - timedelta(days=days_ago)
    session = a_session(to if isinstance(to, Hall) else a_hall(to), start=start, minutes=110 + len(genre))
    if genre:
        session.film.genres.add(Genre.objects.get_or_create(name=genre)[0])
    buyer = {"customer": by} if isinstance(by, User) else {"email": by}
    order = a_paid_order(session, seats=seats, promocode=promocode, at=start - sold_before, **buyer)
    for ticket in order.tickets.all() if came else ():
        check_in(ticket, at=start)
    complete_sessions([session], at=session.end_datetime)
    complete(Order.objects.over(session.end_datetime).filter(pk=order.pk), at=session.end_datetime)
    return order
