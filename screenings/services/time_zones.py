"""Moves sessions when the time zone of their cinema is corrected."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from cinema.history import BASELINE
from screenings.errors import ImpossibleSession, MovedTooEarly
from screenings.models import Cinema, Session
from screenings.services import hall_conflicts
from screenings.times import as_instant

#: Further than any session is from another, and within the years that a database stores.
OUT_OF_THE_WAY = timedelta(days=36_525)


def sessions_ahead(cinema: Cinema, *, at: datetime) -> "QuerySet[Session]":
    """The cinema’s scheduled sessions that start after `at`. Reads only."""
    return Session.objects.filter(
        hall__cinema=cinema, status=Session.Status.SCHEDULED, archived_at=None, start_datetime__gt=at
    )


def sessions_on_another_clock(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> list[int]:
    """The primary keys of the sessions ahead whose clock time in `zone` differs from that in the cinema's zone.

    One query. Reads only.
    """
    starts = sessions_ahead(cinema, at=at).order_by("pk").values_list("pk", "start_datetime")
    return [key for key, start in starts if start.astimezone(zone).utcoffset() != cinema.local(start).utcoffset()]


def shifts_to_keep_the_clock(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> dict[int, timedelta]:
    """By how much the cinema's sessions ahead (primary keys) have to move, so that each starts at the same clock time
    in `zone` as in the cinema's zone today. They and their halls are locked until the transaction ends.

    Raises `NonexistentTime` or `AmbiguousTime` for a start that the clocks of `zone` skip or repeat, `MovedTooEarly`
    if a session would have started by `at`, and `ImpossibleSession` if two sessions in one hall would overlap, one that
    runs now included. Must be called inside a transaction (its halls and sessions are locked here).
    """
    hall_conflicts.lock_halls(cinema.halls.values_list("pk", flat=True))
    sessions = list(sessions_ahead(cinema, at=at).select_for_update(of=("self",), no_key=True).order_by("pk"))
    shifts = {}
    for session in sessions:
        start = cinema.local(session.start_datetime).replace(tzinfo=None)
        shifts[session.pk] = as_instant(start, zone) - session.start_datetime
    if started := [each.pk for each in sessions if each.start_datetime + shifts[each.pk] <= at]:
        raise MovedTooEarly(_named(started), _("In the new time zone these screenings would have started already"))
    if sessions:
        _refuse_overlaps(sessions, shifts)
    return shifts


def refuse_closed_refunds(sessions: Collection[int]) -> None:
    """Raise `MovedTooEarly` if there are any of these sessions (primary keys), whose customers may still refund their
    tickets now but could not after the move. Reads only.
    """
    if sessions:
        text = _("In the new time zone it would be too late for customers to refund their tickets for these screenings")
        raise MovedTooEarly(_named(sessions), text)


def _named(sessions: Collection[int]) -> list[Session]:
    named = Session.objects.filter(pk__in=sessions).select_related("film", "hall__cinema")
    return list(named.order_by("start_datetime", "pk"))


def _refuse_overlaps(sessions: list[Session], shifts: Mapping[int, timedelta]) -> None:
    """Raise `ImpossibleSession` if two of the moved sessions, or one of them and one that stays, would overlap."""
    taken = {each.pk: (each.start_datetime + shifts[each.pk], each.free_from + shifts[each.pk]) for each in sessions}
    staying = Session.objects.exclude(pk__in=shifts).occupying(
        halls={each.hall_id for each in sessions},
        start=min(start for start, _free_from in taken.values()),
        free_from=max(free_from for _start, free_from in taken.values()),
    )
    others = list(staying.select_related("film", "hall__cinema"))
    taken |= {each.pk: (each.start_datetime, each.free_from) for each in others}
    in_halls = sorted([*sessions, *others], key=lambda each: (each.hall_id, taken[each.pk]))
    for one, next_one in pairwise(in_halls):
        if one.hall_id == next_one.hall_id and taken[one.pk][1] > taken[next_one.pk][0]:
            raise ImpossibleSession(
                _("In the new time zone %(one)s and %(other)s would overlap. Keep the actual times, or cancel one.")
                % {"one": one, "other": next_one}
            )


def shift_sessions(shifts: Mapping[int, timedelta], *, at: datetime) -> None:
    """Move the sessions (primary keys) in time, with their ends and cleaning, and record it in their history.

    Five queries, and one for each shift. Must be called inside a transaction (the sessions are locked).
    """
    by_shift: defaultdict[timedelta, list[int]] = defaultdict(list)
    for key, shift in shifts.items():
        if shift:
            by_shift[shift].append(key)
    sessions = Session.objects.filter(pk__in=[key for keys in by_shift.values() for key in keys]).order_by("pk")
    recorded = set(Session.history.filter(id__in=sessions.values("pk")).order_by().values_list("id", flat=True))
    unrecorded = [session for session in sessions.all() if session.pk not in recorded]
    Session.history.bulk_history_create(
        unrecorded, update=True, default_change_reason=BASELINE, default_date=at, batch_size=500
    )
    # PostgreSQL checks after each row that the hall is free, so all of them make room first.
    _move(sessions, OUT_OF_THE_WAY)
    for shift, keys in by_shift.items():
        _move(Session.objects.filter(pk__in=keys), shift - OUT_OF_THE_WAY)
    Session.history.bulk_history_create(list(sessions.all()), update=True, default_date=at, batch_size=500)


def _move(sessions: "QuerySet[Session]", by: timedelta) -> None:
    names = ("start_datetime", "end_datetime", "free_from")
    sessions.update(**{name: F(name) + by for name in names})
