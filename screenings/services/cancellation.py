"""Cancels sessions."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from cinema.status import transition
from cinema.validators import clean_reason
from screenings.errors import SessionAlreadyCancelled, SessionOver
from screenings.models import Session


def cancel_session(session: Session, *, reason: str, at: datetime, actor: User | None = None) -> None:
    """Cancel a session that has not ended. Its hall is free at once; a job refunds its orders.

    Raises `ReasonNeeded`, `SessionAlreadyCancelled` or `SessionOver`. Owns its transaction.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        # A ticket sold at the same moment is committed before or after this; the job finds it either way.
        session.refresh_from_db(
            fields=["status", "end_datetime"], from_queryset=Session.objects.select_for_update(of=("self",))
        )
        if session.status == Session.Status.CANCELLED:
            raise SessionAlreadyCancelled(session)
        if session.status == Session.Status.COMPLETED or session.end_datetime <= at:
            raise SessionOver(session)
        transition([session], Session.Status.CANCELLED, cancelled_at=at, cancel_reason=reason, cancelled_by=actor)
