"""Copies a day or a week of sessions to other dates."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.models import User
from cinema.status import Refused
from screenings.errors import DifferentWeekdays, HallBusy, StartsInThePast
from screenings.models import Cinema, Session
from screenings.price_lists import rows_for
from screenings.services import hall_conflicts
from screenings.services.certificates import check_certificates
from screenings.times import as_instant


@dataclass(frozen=True)
class SkippedSession:
    """A session that was not copied, and the reason."""

    session: Session
    reason: Refused


@dataclass(frozen=True)
class CopyResult:
    created: list[Session] = field(default_factory=list)
    skipped: list[SkippedSession] = field(default_factory=list)


def copy_day(
    cinema: Cinema, *, day: date, to: date, at: datetime, actor: User | None = None, dry_run: bool = False
) -> CopyResult:
    """Copy all sessions of the cinema from `day` to the day `to`, at the same local times.

    A session belongs to the day on which it starts in the cinema's time zone; cancelled sessions are not copied. A copy
    lasts as long as its original, adverts and cleaning included. A session that cannot be scheduled (hall busy, local
    time that does not exist or is ambiguous, start in the past, no certificate) is skipped, with the reason. With
    `dry_run=True` nothing is stored, and the result shows what would be. A copy of a session at the price of its price
    row costs what the row of its own day says. A constant number of queries. Owns its transaction.
    """
    return _copy(cinema, first=day, days=1, to=to, at=at, actor=actor, dry_run=dry_run)


def copy_week(
    cinema: Cinema, *, monday: date, to: date, at: datetime, actor: User | None = None, dry_run: bool = False
) -> CopyResult:
    """Copy the seven days from `monday` to the seven days from `to`, as `copy_day` does.

    The first day need not be a Monday, but both must be the same day of the week, or `DifferentWeekdays` is raised.
    Owns its transaction.
    """
    if monday.weekday() != to.weekday():
        raise DifferentWeekdays
    return _copy(cinema, first=monday, days=7, to=to, at=at, actor=actor, dry_run=dry_run)


def _copy(
    cinema: Cinema, *, first: date, days: int, to: date, at: datetime, actor: User | None, dry_run: bool
) -> CopyResult:
    result = CopyResult()
    with transaction.atomic():
        copies = []
        for original in _sessions_on(cinema, first=first, days=days):
            try:
                copies.append((original, _copy_of(original, cinema, by=to - first, at=at)))
            except Refused as refusal:
                result.skipped.append(SkippedSession(original, refusal))
        copies = _allowed(copies, result)
        if copies:
            _price(copies)
            _skip_conflicts(copies, result)
        if not dry_run and result.created:
            hall_conflicts.store(result.created, actor=actor)
    return result


def _sessions_on(cinema: Cinema, *, first: date, days: int) -> list[Session]:
    """The sessions, except cancelled ones, that start on these days in the cinema's time zone."""
    midnights = [datetime.combine(day, time(), cinema.zone) for day in (first, first + timedelta(days=days))]
    return list(
        Session.objects.filter(hall__cinema=cinema, start_datetime__gte=midnights[0], start_datetime__lt=midnights[1])
        .exclude(status=Session.Status.CANCELLED)
        .select_related("film", "hall__cinema", "price_row")
        .order_by("start_datetime", "pk")
    )


def _copy_of(original: Session, cinema: Cinema, *, by: timedelta, at: datetime) -> Session:
    wall_clock = cinema.local(original.start_datetime).replace(tzinfo=None, fold=0) + by
    start = as_instant(wall_clock, cinema.zone)
    if start <= at:
        raise StartsInThePast(wall_clock)
    shift = start - original.start_datetime
    return Session(
        film=original.film,
        hall=original.hall,
        start_datetime=start,
        end_datetime=original.end_datetime + shift,
        free_from=original.free_from + shift,
        ticket_price=original.ticket_price,
        format=original.format,
        language=original.language,
        subtitles=original.subtitles,
        no_certificate_reason=original.no_certificate_reason,
    )


def _allowed(copies: list[tuple[Session, Session]], result: CopyResult) -> list[tuple[Session, Session]]:
    """The copies that have the certificate that the cinema asks for; the others are skipped."""
    allowed = []
    refusals = check_certificates([copy for _original, copy in copies])
    for (original, copy), refusal in zip(copies, refusals, strict=True):
        if refusal is None:
            allowed.append((original, copy))
        else:
            result.skipped.append(SkippedSession(original, refusal))
    return allowed


def _price(copies: list[tuple[Session, Session]]) -> None:
    """Give copies the rows of the price list that they fall under, and the prices of these unless the original's price
    was another than its row's."""
    rows = rows_for([copy for _original, copy in copies])
    for (original, copy), row in zip(copies, rows, strict=True):
        copy.price_row = row
        former = original.price_row
        if row is not None and former is not None and original.ticket_price == former.price:
            copy.ticket_price = row.price


def _skip_conflicts(copies: list[tuple[Session, Session]], result: CopyResult) -> None:
    new = [copy for _original, copy in copies]
    hall_conflicts.lock_halls({copy.hall_id for copy in new})
    others = hall_conflicts.sessions_between(new)
    for original, copy in copies:
        # Check against the other copies too: two sessions may overlap once the clocks have gone forward.
        if busy := hall_conflicts.conflicts_of(copy, [*others, *result.created]):
            result.skipped.append(SkippedSession(original, HallBusy(busy)))
        else:
            result.created.append(copy)
