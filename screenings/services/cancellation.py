"""Cancels sessions."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from cinema.status import transition
from cinema.validators import clean_reason
from screenings.errors import SessionAlreadyCancelled, SessionOver
from screenings.models import Session


def refuse_over(session: Session, *, at: datetime) -> None:
    """Raise `SessionAlreadyCancelled`, or `SessionOver` for a session that has ended by `at`. Reads only."""
    if session.status == Session.Status.CANCELLED:
        raise SessionAlreadyCancelled(session)
    if session.status == Session.Status.COMPLETED or session.end_datetime <= at:
        raise SessionOver(session)


def cancel_session(session: Session, *, reason: str, at: datetime, actor: User | None = None) -> None:
    """Cancel a session that has not ended. Its hall is free at once; a job refunds its orders.

    Raises `ReasonNeeded`, `SessionAlreadyCancelled` or `SessionOver`. Owns its transaction.
    """
    cancel_sessions([session], reason=reason, at=at, actor=actor)


def cancel_sessions(sessions: Collection[Session], *, reason: str, at: datetime, actor: User | None = None) -> None:
    """Cancel sessions, all or none; see `cancel_session`. At most three queries. Owns its transaction."""
    reason = clean_reason(reason)
    with transaction.atomic():
        # A ticket sold at the same moment is committed before or after this; the job finds it either way.
        locked = Session.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([each.pk for each in sessions])
        for session in sessions:
            now = locked[session.pk]
            for name in ("status", "end_datetime"):  # as they are in the database
                setattr(session, name, getattr(now, name))
            refuse_over(session, at=at)
        transition(sessions, Session.Status.CANCELLED, cancelled_at=at, cancel_reason=reason, cancelled_by=actor)
