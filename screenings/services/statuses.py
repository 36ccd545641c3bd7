"""Moves sessions to ongoing and completed when they have started and ended."""

from collections.abc import Sequence
from datetime import datetime

from cinema.status import transition
from screenings.errors import TooEarly
from screenings.models import Session


def start_sessions(sessions: Sequence[Session], *, at: datetime) -> None:
    """Move sessions that have started by `at` to `ONGOING`. Raises `TooEarly`. One query.

    Must be called inside a transaction (the sessions are locked and were read afterwards).
    """
    for session in sessions:
        if session.start_datetime > at:
            raise TooEarly(session)
    transition(sessions, Session.Status.ONGOING)


def complete_sessions(sessions: Sequence[Session], *, at: datetime) -> None:
    """Move sessions that have ended by `at` to `COMPLETED`, also those that were never `ONGOING`. Raises `TooEarly`.

    One query for each status they come from. Must be called inside a transaction (the sessions are locked and were read
    afterwards).
    """
    for session in sessions:
        if session.end_datetime > at:
            raise TooEarly(session)
    transition(sessions, Session.Status.COMPLETED)
