"""Moves sessions when the time zone of their cinema is corrected."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from screenings.errors import ImpossibleSession
from screenings.models import Cinema, Session
from screenings.times import as_instant

#: Further than any session is from another, and within the years that a database stores.
OUT_OF_THE_WAY = timedelta(days=36_525)


def shifts_to_keep_the_clock(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> dict[int, timedelta]:
    """By how much the cinema's scheduled sessions (primary keys) have to move, so that each starts at the same clock
    time in `zone` as in the cinema's zone today. They are locked until the transaction ends.

    Raises `NonexistentTime` or `AmbiguousTime` for a start that the clocks of `zone` skip or repeat, and
    `ImpossibleSession` if two sessions in one hall would overlap. Must be called inside a transaction (its sessions are
    locked here).
    """
    sessions = list(
        Session.objects.select_for_update(of=("self",), no_key=True)
        .filter(hall__cinema=cinema, status=Session.Status.SCHEDULED, archived_at=None, start_datetime__gt=at)
        .order_by("pk")
    )
    shifts = {}
    for session in sessions:
        start = cinema.local(session.start_datetime).replace(tzinfo=None)
        shifts[session.pk] = as_instant(start, zone) - session.start_datetime
    in_halls = sorted(sessions, key=lambda each: (each.hall_id, each.start_datetime + shifts[each.pk]))
    for one, next_one in pairwise(in_halls):
        free_from = one.free_from + shifts[one.pk]
        if one.hall_id == next_one.hall_id and free_from > next_one.start_datetime + shifts[next_one.pk]:
            raise ImpossibleSession(
                _("In the new time zone %(one)s and %(other)s would overlap. Keep the moments, or cancel one.")
                % {"one": one, "other": next_one}
            )
    return shifts


def shift_sessions(shifts: Mapping[int, timedelta]) -> None:
    """Move the sessions (primary keys) in time, with their ends and cleaning. One query, and one for each shift.

    Must be called inside a transaction (the sessions are locked).
    """
    by_shift: defaultdict[timedelta, list[int]] = defaultdict(list)
    for key, shift in shifts.items():
        by_shift[shift].append(key)
    # PostgreSQL checks after each row that the hall is free, so all of them make room first.
    _move(Session.objects.filter(pk__in=shifts), OUT_OF_THE_WAY)
    for shift, keys in by_shift.items():
        _move(Session.objects.filter(pk__in=keys), shift - OUT_OF_THE_WAY)


def _move(sessions: "QuerySet[Session]", by: timedelta) -> None:
    names = ("start_datetime", "end_datetime", "free_from")
    sessions.update(**{name: F(name) + by for name in names})
