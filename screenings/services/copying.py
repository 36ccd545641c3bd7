"""A day or a week of the programme, shown again."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.models import User
from cinema.status import Refused
from screenings.errors import DifferentWeekdays, HallBusy, StartsInThePast
from screenings.models import Cinema, Session
from screenings.services import timetable
from screenings.times import as_instant


@dataclass(frozen=True)
class LeftOut:
    """A session that was not copied, and the refusal that says why."""

    session: Session
    reason: Refused


@dataclass(frozen=True)
class CopyResult:
    made: list[Session] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def copy_day(
    cinema: Cinema, *, day: date, to: date, at: datetime, actor: User | None = None, keep: bool = True
) -> CopyResult:
    """Schedule on the day `to` what the cinema shows on `day`, at the same local times.

    A session belongs to the day on which it starts, in the cinema's zone; cancelled ones are not copied. A copy lasts
    as long as its original, adverts and cleaning included. What cannot be scheduled (hall taken, local time that does
    not exist or comes twice, start in the past) is left out, with the reason. With `keep=False` nothing is made: the
    result says what would be. Five queries, however many sessions. Owns its transaction.
    """
    return _copy(cinema, first=day, days=1, to=to, at=at, actor=actor, keep=keep)


def copy_week(
    cinema: Cinema, *, monday: date, to: date, at: datetime, actor: User | None = None, keep: bool = True
) -> CopyResult:
    """Schedule the seven days from `monday` again from `to`, as `copy_day` does.

    A cinema's week may start on another day than Monday, but both on the same one. Raises `DifferentWeekdays`. Owns its
    transaction.
    """
    if monday.weekday() != to.weekday():
        raise DifferentWeekdays
    return _copy(cinema, first=monday, days=7, to=to, at=at, actor=actor, keep=keep)


def _copy(
    cinema: Cinema, *, first: date, days: int, to: date, at: datetime, actor: User | None, keep: bool
) -> CopyResult:
    result = CopyResult()
    with transaction.atomic():
        wanted = []
        for original in _programme(cinema, first=first, days=days):
            try:
                wanted.append((original, _moved(original, cinema, by=to - first, at=at)))
            except Refused as reason:
                result.left_out.append(LeftOut(original, reason))
        if wanted:
            _place(wanted, result)
        if keep and result.made:
            timetable.store(result.made, actor=actor)
    return result


def _programme(cinema: Cinema, *, first: date, days: int) -> list[Session]:
    """What starts on these days of the cinema's calendar and is not cancelled."""
    midnights = [datetime.combine(day, time(), cinema.zone) for day in (first, first + timedelta(days=days))]
    return list(
        Session.objects.filter(hall__cinema=cinema, start_datetime__gte=midnights[0], start_datetime__lt=midnights[1])
        .exclude(status=Session.Status.CANCELLED)
        .select_related("film", "hall__cinema")
        .order_by("start_datetime", "pk")
    )


def _moved(original: Session, cinema: Cinema, *, by: timedelta, at: datetime) -> Session:
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
    )


def _place(wanted: list[tuple[Session, Session]], result: CopyResult) -> None:
    copies = [copy for _original, copy in wanted]
    timetable.lock({copy.hall_id for copy in copies})
    others = timetable.taken(copies)
    for original, copy in wanted:
        # Among the copies too: where the clocks go forward, two that were apart may meet.
        if busy := timetable.in_the_way(copy, [*others, *result.made]):
            result.left_out.append(LeftOut(original, HallBusy(busy)))
        else:
            result.made.append(copy)
