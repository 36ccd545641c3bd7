"""Moves sessions to other halls and other times, several in one step, such as two that change places."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from accounts.models import User
from cinema.history import BASELINE
from screenings.errors import HallBusy, StartsInThePast
from screenings.models import Film, Hall, Session
from screenings.services import hall_conflicts
from screenings.services.cancellation import refuse_over
from screenings.services.certificates import refuse_before_release
from screenings.services.time_zones import OUT_OF_THE_WAY

FACTS = ("film", "hall", "format", "language", "subtitles", "start_datetime", "end_datetime", "free_from")
TIMES = ("start_datetime", "end_datetime", "free_from")


@dataclass(frozen=True)
class Place:
    """Where and when a session is to be; `shorter_by` minutes of adverts are left out."""

    hall: Hall
    start: datetime
    shorter_by: int = 0


def lock_for_relocation(sessions: Sequence[Session], places: Mapping[int, Place]) -> list[Session]:
    """Lock the halls and then the sessions, and return the sessions as they are now, with film, hall and cinema.

    Must be called inside a transaction (nothing else is locked yet).
    """
    hall_conflicts.lock_halls({each.hall_id for each in sessions} | {place.hall.pk for place in places.values()})
    # With FOR UPDATE a sale that has read the old hall waits, and then looks again.
    locked = Session.objects.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in sessions])
    return list(locked.select_related("film", "hall__cinema").order_by("pk"))


def relocated(sessions: Sequence[Session], places: Mapping[int, Place], *, at: datetime) -> list[Session]:
    """Copies of the sessions as they would be in their places (by primary key). Nothing is stored.

    Each lasts as long as before, and is cleaned for as long as its new hall needs. Raises `SessionAlreadyCancelled`,
    `SessionOver`, `StartsInThePast` for a new start that is not after `at`, `BeforeRelease` for an earlier one, or
    `HallBusy`. One query.
    """
    moved = []
    for session in sessions:
        place = places[session.pk]
        refuse_over(session, at=at)
        if place.start != session.start_datetime and place.start <= at:
            raise StartsInThePast(place.hall.cinema.local(place.start))
        moved.append(_placed(session, place))
        if place.start < session.start_datetime:
            refuse_before_release(moved[-1])
    refuse_overlaps(moved)
    return moved


def with_version(session: Session, *, film: Film, format: str, language: str, subtitles: str) -> Session:  # noqa: A002
    """A copy that shows this film in this version, and lasts as long as that takes. Nothing is stored."""
    other = copy(session)
    longer = _minutes(film.duration_minutes) - _minutes(session.film.duration_minutes)
    other.film, other.format, other.language, other.subtitles = film, format, language, subtitles
    other.end_datetime += longer
    other.free_from += longer
    return other


def refuse_overlaps(moved: Sequence[Session]) -> None:
    """Raise `HallBusy` if one of the sessions overlaps another in its hall, stored or moved along. One query."""
    keys = {session.pk for session in moved}
    staying = [each for each in hall_conflicts.sessions_between(moved) if each.pk not in keys]
    busy = [
        other
        for each in moved
        for other in hall_conflicts.conflicts_of(each, [*staying, *(one for one in moved if one is not each)])
    ]
    if busy:
        raise HallBusy(busy)


def relocate(moved: Sequence[Session], *, at: datetime, actor: User | None) -> None:
    """Store the sessions where `relocated` put them, and record it in their history. At most six queries.

    Must be called inside a transaction (`lock_for_relocation` has locked their halls and them).
    """
    keys = [session.pk for session in moved]
    before = Session.objects.filter(pk__in=keys).order_by("pk")
    recorded = set(Session.history.filter(id__in=keys).order_by().values_list("id", flat=True))
    Session.history.bulk_history_create(
        [each for each in before.all() if each.pk not in recorded],
        update=True,
        default_change_reason=BASELINE,
        default_date=at,
    )
    with transaction.atomic():
        # PostgreSQL checks after each row that the hall is free, so all of them make room first.
        far = [copy(session) for session in moved]
        for number, session in enumerate(far):
            for name in TIMES:
                setattr(session, name, getattr(session, name) + OUT_OF_THE_WAY * (number + 1))
        Session.objects.bulk_update(far, TIMES)
        Session.objects.bulk_update(moved, FACTS)
    Session.history.bulk_history_create(list(moved), update=True, default_user=actor, default_date=at)


def _placed(session: Session, place: Place) -> Session:
    moved = copy(session)
    lasts = session.end_datetime - session.start_datetime
    cleaning = session.free_from - session.end_datetime
    if place.hall.pk != session.hall_id:
        cleaning = _minutes(place.hall.cleaning_minutes)
    moved.hall = place.hall
    moved.start_datetime = place.start.astimezone(UTC)
    moved.end_datetime = moved.start_datetime + lasts - _minutes(place.shorter_by)
    moved.free_from = moved.end_datetime + cleaning
    return moved


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
