"""Orders as staff meet them now: for a session in nine days, by the real clock."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from orders.models import Order
from orders.services import mark_overdue
from screenings.models import Cinema, Session
from tests.helpers.factories import a_hall, a_session, an_order


def upcoming_session(cinema: Cinema, **hall: Any) -> Session:
    return a_session(a_hall(cinema, **hall), start=timezone.now() + timedelta(days=9))


def an_overdue_order(cinema: Cinema, session: Session | None = None, **order: Any) -> Order:
    """A reservation whose payment deadline was about two hours ago."""
    late = an_order(
        session or upcoming_session(cinema),
        channel=Order.Channel.RESERVATION,
        at=timezone.now() - timedelta(days=2, hours=2),
        **order,
    )
    mark_overdue([late], at=late.payment_deadline)
    late.refresh_from_db()
    return late
