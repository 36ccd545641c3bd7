"""Detects and prevents overlapping sessions in a hall; shared by scheduling, copying and imports."""

from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction

from accounts.models import User
from screenings.errors import HallBusy
from screenings.models import Hall, Session

CONSTRAINT = "one_session_a_hall_at_a_time"


def lock_halls(halls: Collection[int]) -> None:
    """Keep others from scheduling in these halls (primary keys) until the transaction ends.

    Must be the first lock taken. Without it PostgreSQL's constraint would still prevent overlaps, but the second user
    might get a deadlock error instead of a helpful message.
    """
    list(Hall.objects.select_for_update(no_key=True).filter(pk__in=halls).order_by("pk").values_list("pk"))


def sessions_between(sessions: Sequence[Session]) -> list[Session]:
    """The stored sessions in the halls of `sessions` that overlap the time from the first start to the last end.

    Film, hall and cinema are loaded. One query.
    """
    halls = {session.hall_id for session in sessions}
    start = min(session.start_datetime for session in sessions)
    free_from = max(session.free_from for session in sessions)
    return list(
        Session.objects.occupying(halls=halls, start=start, free_from=free_from)
        .select_related("film", "hall__cinema")
        .order_by("start_datetime", "pk")
    )


def conflicts_of(session: Session, others: Sequence[Session]) -> list[Session]:
    """The sessions among `others` that overlap `session` in its hall; back to back is no conflict."""
    return [
        other
        for other in others
        if other.hall_id == session.hall_id
        and other.start_datetime < session.free_from
        and other.free_from > session.start_datetime
    ]


def store(sessions: Sequence[Session], *, actor: User | None) -> None:
    """Store new sessions, all or none, with the actor in their history. Two queries.

    Raises `HallBusy` if the database rejects an overlap that the caller's check missed.
    """
    try:
        with transaction.atomic():
            Session.objects.bulk_create(sessions)
            Session.history.bulk_history_create(sessions, default_user=actor)
    except IntegrityError as error:
        if CONSTRAINT not in str(error):
            raise
        others = sessions_between(sessions)
        conflicts = [other for session in sessions for other in conflicts_of(session, others)]
        if not conflicts:
            raise
        raise HallBusy(conflicts) from error
