"""Writes down what happened to sessions, and whom it concerned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import ConcurrentChange
from cinema.validators import clean_line
from incidents.models import ChangedSession, ConcernedOrder, Incident
from orders.models import Order, Ticket
from screenings.models import Cinema, Session

#: A smaller change of the start lets nobody return tickets beyond the order's usual time.
NOTICEABLE = timedelta(minutes=10)

#: After the planned start of a session, in which its start is changed: guests who have seen the film return nothing.
RECORDED_WITHIN = timedelta(hours=1)

#: What is kept of a session as it was.
FORMER = ("hall_id", "start_datetime", "film_id", "format", "language", "subtitles", "ticket_price")


@dataclass(frozen=True)
class Explanation:
    """Why, for guests: one of `Cause`, and words of whoever decides. The `reason` is for colleagues."""

    cause: str = ""
    words: str = ""


UNEXPLAINED = Explanation()


def record(
    kind: str,
    cinema: Cinema,
    sessions: Sequence[Session],
    *,
    orders: Collection[int],
    reason: str,
    told: Explanation = UNEXPLAINED,
    at: datetime,
    actor: User | None,
    refund_until: datetime | None = None,
    actual: Mapping[int, datetime] | None = None,
) -> Incident:
    """The incident with its sessions as they are now, and a row for each order (primary keys). `actual`
    are the starts that are recorded without a move. Three queries.

    Must be called inside a transaction (the sessions are locked, and not yet changed).
    """
    incident = Incident.objects.create(
        cinema=cinema,
        kind=kind,
        reason=reason,
        cause=told.cause,
        words=clean_line(told.words),
        at=at,
        actor=actor,
        refund_until=refund_until,
    )
    ChangedSession.objects.bulk_create(
        [
            ChangedSession(
                incident=incident,
                session=each,
                actual_start=(actual or {}).get(each.pk),
                **{name: getattr(each, name) for name in FORMER},
            )
            for each in sessions
        ]
    )
    ConcernedOrder.objects.bulk_create(
        [ConcernedOrder(incident=incident, order_id=key) for key in sorted(orders)], batch_size=500
    )
    return incident


def orders_with_tickets(sessions: Collection[Session]) -> set[int]:
    """The orders (primary keys) that keep a seat at one of the sessions. One query. Reads only."""
    live = Ticket.objects.live().filter(session__in=[each.pk for each in sessions])
    return set(live.order_by().values_list("order", flat=True))


def unreachable(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those of the orders whose guests left no address, so that somebody has to find them. Reads only."""
    return orders.filter(email="", phone="").exclude(channel=Order.Channel.HOUSE)


def note_phoned(row: ConcernedOrder, *, at: datetime, actor: User) -> None:
    """Record that somebody told the guest by phone. Raises `ConcurrentChange` if it is recorded already.
    Owns its transaction."""
    if not ConcernedOrder.objects.filter(pk=row.pk, phoned_at=None).update(phoned_at=at, phoned_by=actor):
        raise ConcurrentChange(_("Someone else has already told this guest."))
