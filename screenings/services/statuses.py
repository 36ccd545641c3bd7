"""Sessions that begin and end as time passes."""

from collections.abc import Sequence
from datetime import datetime

from cinema.status import transition
from screenings.errors import NotYet
from screenings.models import Session


def start_sessions(sessions: Sequence[Session], *, at: datetime) -> None:
    """The sessions are running at `at`, or `NotYet`. One query; needs a transaction."""
    for session in sessions:
        if session.start_datetime > at:
            raise NotYet(session)
    transition(sessions, Session.Status.ONGOING)


def complete_sessions(sessions: Sequence[Session], *, at: datetime) -> None:
    """The sessions are over at `at`, or `NotYet`; nobody need have noted that they began.

    One query for each status they come from; needs a transaction.
    """
    for session in sessions:
        if session.end_datetime > at:
            raise NotYet(session)
    transition(sessions, Session.Status.COMPLETED)
