"""The figures of single screenings, from the time that their orders are complete."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from orders.models import Ticket
from reports.counting.tickets import totals as totals_of
from reports.days import Days
from reports.models import BusinessDay, SessionFigures
from screenings.models import Seat, Session


def to_count(at: datetime) -> QuerySet[Session]:
    """Past screenings that were not counted yet, and of which no ticket is reserved or may still be used."""
    waiting = Ticket.objects.filter(session=OuterRef("pk"), status__in=[Ticket.Status.RESERVED, Ticket.Status.PAID])
    counted = SessionFigures.objects.filter(session=OuterRef("pk"))
    return Session.objects.filter(
        ~Exists(waiting),
        ~Exists(counted),
        archived_at__isnull=True,
        status__in=[Session.Status.COMPLETED, Session.Status.CANCELLED],
        end_datetime__lte=at,
    )


def count_locked(sessions: Iterable[Session], *, at: datetime) -> None:
    """Write or correct the figures of these screenings, as of `at`. Six queries, however many screenings.

    Must be called inside a transaction (the sessions are locked).
    """
    pks = [each.pk for each in sessions]
    if not pks:
        return
    rows = {each.pk: each for each in Session.objects.filter(pk__in=pks).select_related("hall__cinema")}
    dates = _business_dates(rows.values())
    capacity = _capacity({session.hall_id for session in rows.values()})
    totals: dict[int, dict[str, Any]] = {pk: dict.fromkeys(SessionFigures.MEASURES, 0) for pk in rows}
    for row in totals_of(dates, at):
        totals[row["session_id"]] |= {measure: row[measure] for measure in SessionFigures.MEASURES}
    SessionFigures.objects.bulk_create(
        [
            SessionFigures(
                session=session,
                cinema=session.hall.cinema,
                about=dates[pk],
                capacity=capacity.get(session.hall_id, 0),
                counted_at=at,
                **totals[pk],
            )
            for pk, session in rows.items()
        ],
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["capacity", "counted_at", "about", *SessionFigures.MEASURES],
    )


def _business_dates(sessions: Collection[Session]) -> dict[int, date]:
    """By session: the date of the stored business day on which it starts, else the date by the cinema's clock."""
    starts = [session.start_datetime for session in sessions]
    stored: defaultdict[int, list[BusinessDay]] = defaultdict(list)
    if starts:
        near = BusinessDay.objects.filter(ends_at__gt=min(starts), starts_at__lte=max(starts))
        for day in near.filter(cinema__in={session.hall.cinema_id for session in sessions}):
            stored[day.cinema_id].append(day)
    days = {cinema: Days(rows, cinemas=[cinema]) for cinema, rows in stored.items()}
    dates = {}
    for session in sessions:
        cinema, start = session.hall.cinema, session.start_datetime
        known = days[cinema.pk].of(start) if cinema.pk in days else None
        dates[session.pk] = known or cinema.business_date(start)
    return dates


def _capacity(halls: Collection[int]) -> dict[int, int]:
    seats = Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(seats=Count("pk"))
    return dict(seats.values_list("hall", "seats"))
