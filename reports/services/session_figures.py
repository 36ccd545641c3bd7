"""The figures of single screenings, from the time that their orders are complete."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from orders.models import RefundLine, Ticket
from reports.counting.tickets import lines
from reports.days import days_of
from reports.models import SessionFigures
from screenings.models import Cinema, Seat, Session

#: How far back the job looks for refunds of screenings that are counted already. The close of a day finds the others.
LOOK_BACK = timedelta(days=3)


def to_count(at: datetime) -> QuerySet[Session]:
    """Past screenings whose orders are complete, that were not counted yet or of which tickets were refunded since."""
    waiting = Ticket.objects.filter(session=OuterRef("pk"), status__in=[Ticket.Status.RESERVED, Ticket.Status.PAID])
    refunded = RefundLine.objects.filter(
        refund__requested_at__gt=at - LOOK_BACK,
        refund__requested_at__lte=at,
        refund__requested_at__gte=F("ticket__session__figures__counted_at"),
    )
    return Session.objects.filter(
        Q(figures__isnull=True, archived_at__isnull=True) | Q(pk__in=refunded.values("ticket__session")),
        ~Exists(waiting),
        status__in=[Session.Status.COMPLETED, Session.Status.CANCELLED],
        end_datetime__lte=at,
    )


def count_locked(sessions: Iterable[Session], *, at: datetime) -> None:
    """Write or correct the figures of these screenings, as of `at`. Five queries and four for each cinema.

    Must be called inside a transaction (the sessions are locked).
    """
    by_cinema: defaultdict[int, list[Session]] = defaultdict(list)
    halls = dict(Session.objects.filter(pk__in=[each.pk for each in sessions]).values_list("pk", "hall__cinema"))
    for session in sessions:
        by_cinema[halls[session.pk]].append(session)
    capacity = _capacity({session.hall_id for session in sessions})
    cinemas = Cinema.objects.in_bulk(by_cinema)
    SessionFigures.objects.bulk_create(
        [
            SessionFigures(capacity=capacity.get(session.hall_id, 0), counted_at=at, **figures)
            for pk, of_cinema in by_cinema.items()
            for session, figures in _figures_of(cinemas[pk], of_cinema, at=at)
        ],
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["capacity", "counted_at", "about", *SessionFigures.MEASURES],
    )


def _figures_of(cinema: Cinema, sessions: Collection[Session], *, at: datetime) -> Iterable[tuple[Session, Any]]:
    days = days_of(cinema, [session.start_datetime for session in sessions])
    totals: dict[int, dict[str, Any]] = {session.pk: dict.fromkeys(SessionFigures.MEASURES, 0) for session in sessions}
    for row in lines(days, at, sessions=list(totals)):
        for measure in SessionFigures.MEASURES:
            totals[row["session_id"]][measure] += row[measure]
    for session in sessions:
        about = days.of(session.start_datetime)
        yield session, {"session_id": session.pk, "cinema": cinema, "about": about, **totals[session.pk]}


def _capacity(halls: Collection[int]) -> dict[int, int]:
    seats = Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(seats=Count("pk"))
    return dict(seats.values_list("hall", "seats"))
