"""Cancels sessions with sales: one, those of a hall, or all of a cinema, in one step."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import Approval, User
from accounts.services import is_above_limit
from cinema.validators import clean_reason
from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import Incident
from incidents.services.recording import UNEXPLAINED, Explanation, orders_with_tickets, record, unreachable
from orders.models import Order, Ticket
from orders.services import call_off, refunds_of
from orders.services.refunds.by_session import SERVICE
from screenings.models import Cinema, Hall, Session

#: How long guests may choose a voucher where one is offered. Whoever does not is refunded then.
CHOICE = timedelta(days=1)


@dataclass(frozen=True)
class CancellationPreview:
    """What the cancellation of these sessions would do. The digest names the sessions as they were shown; a ticket sold
    in the meantime does not change it, or a busy cinema could never be stopped."""

    sessions: Sequence[Session]
    tickets: int
    orders: int
    unreachable: int
    money: Decimal
    waits: bool
    digest: str


def sessions_of_day(where: Cinema | Hall, *, day: date, at: datetime) -> list[Session]:
    """The sessions of that business day, in the hall or in the whole cinema, that can be cancelled. One query.
    Reads only."""
    cinema = where.cinema if isinstance(where, Hall) else where
    coming = Session.objects.filter(status__in=Session.COMING, archived_at=None, end_datetime__gt=at)
    begin, end = cinema.day_bounds(day)
    own = {"hall": where} if isinstance(where, Hall) else {"hall__cinema": where}
    rows = coming.filter(**own, start_datetime__gte=begin, start_datetime__lt=end)
    return list(rows.select_related("film", "hall__cinema").order_by("start_datetime", "pk"))


def preview_cancellation(sessions: Sequence[Session], *, at: datetime, actor: User) -> CancellationPreview:
    """Raises `NothingToChange` without a session. A constant number of queries. Reads only."""
    if not sessions:
        raise NothingToChange
    tickets = Ticket.objects.live().filter(session__in=[each.pk for each in sessions])
    orders = Order.objects.filter(pk__in=tickets.order_by().values("order"))
    money = refunds_of(*sessions)
    return CancellationPreview(
        sessions=sessions,
        tickets=tickets.count(),
        orders=orders.count(),
        unreachable=unreachable(orders).count(),
        money=money,
        waits=is_above_limit(SERVICE, money, actor=actor, at=at),
        digest=digest_of(sessions),
    )


def cancel(
    sessions: Sequence[Session],
    *,
    reason: str,
    told: Explanation = UNEXPLAINED,
    digest: str = "",
    vouchers: bool = False,
    at: datetime,
    actor: User | None = None,
) -> tuple[Incident, Approval | None]:
    """Cancel sessions of one cinema, all or none: sales stop with this step, and a job tells and refunds the guests.

    With `vouchers`, the refunds of sold tickets begin after `CHOICE`: until then guests may choose a voucher instead.
    Returns the incident, and the request for approval if the refunds together are above the actor's limit. `digest` is
    that of the preview; without one nothing is compared. Raises `NothingToChange`, `PreviewOutdated`, and what
    `cancel_session` raises. Owns its transaction. A constant number of queries.
    """
    reason = clean_reason(reason)
    if not sessions:
        raise NothingToChange
    with transaction.atomic():
        locked = Session.objects.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in sessions])
        list(locked.order_by("pk").values_list("pk"))
        current = Session.objects.filter(pk__in=[each.pk for each in sessions]).select_related("film", "hall__cinema")
        rows = list(current.order_by("start_datetime", "pk"))
        if digest and digest_of(rows) != digest:
            raise PreviewOutdated
        until = at + CHOICE if vouchers else None
        incident = record(
            Incident.Kind.CANCELLED,
            rows[0].hall.cinema,
            rows,
            orders=orders_with_tickets(rows),
            reason=reason,
            told=told,
            at=at,
            actor=actor,
            refund_until=until,
        )
        current.update(refunds_from=until)
        asked = call_off(rows, reason=reason, at=at, actor=actor)
    return incident, asked


def digest_of(sessions: Sequence[Session]) -> str:
    """A hash of which sessions these are: film, hall, start and status."""
    facts = [[each.pk, each.film_id, each.hall_id, each.start_datetime.isoformat(), each.status] for each in sessions]
    return hashlib.sha256(repr(sorted(facts)).encode()).hexdigest()
