"""Records which sessions other systems know, so that each change is told once."""

from collections.abc import Sequence
from datetime import datetime

from integrations.models import ListedSession
from integrations.models.sessions import COMPARED
from integrations.services.webhook_events import queue_session_events
from screenings.models import Hall, Session

State = ListedSession.State


def announce_locked(sessions: Sequence[Session], *, at: datetime) -> list[ListedSession]:
    """Record sessions that are on sale as they are now; returns their rows.

    Must be called inside a transaction (the sessions are locked and were read afterwards).
    """
    known = {row.session_id: row for row in ListedSession.objects.filter(session_id__in=[each.pk for each in sessions])}
    halls = Hall.objects.filter(pk__in={each.hall_id for each in sessions})
    cinema_of = dict(halls.order_by().values_list("pk", "cinema"))
    rows = []
    for session in sessions:
        row = known.get(session.pk) or ListedSession(session_id=session.pk)
        row.cinema_id = cinema_of[session.hall_id]
        row.film_id, row.hall_id = session.film_id, session.hall_id
        row.starts_at, row.ends_at = session.start_datetime, session.end_datetime
        row.format, row.language, row.subtitles = session.format, session.language, session.subtitles
        row.price = session.price
        _mark(row, State.ON_SALE, at=at)
        rows.append(row)
    new = [row for row in rows if row.pk is None]
    ListedSession.objects.bulk_create(new)
    changed = [row for row in rows if row.session_id in known]
    ListedSession.objects.bulk_update(changed, [*COMPARED, "cinema", "state", "version", "changed_at"])
    queue_session_events(rows, published=frozenset(row.session_id for row in new), at=at)
    return rows


def take_back_locked(rows: Sequence[ListedSession], *, at: datetime) -> list[ListedSession]:
    """Record that sessions are not on sale any more, and why; returns their rows.

    Must be called inside a transaction (the rows are locked and were read afterwards).
    """
    sessions = Session.objects.in_bulk([row.session_id for row in rows])
    for row in rows:
        session = sessions.get(row.session_id)
        if session is not None and session.status == Session.Status.CANCELLED:
            _mark(row, State.CANCELLED, at=at)
        elif session is not None and session.start_datetime <= at:
            _mark(row, State.STARTED, at=at)
        else:
            _mark(row, State.WITHDRAWN, at=at)
    ListedSession.objects.bulk_update(rows, ["state", "version", "changed_at"])
    queue_session_events(rows, published=frozenset(), at=at)
    return list(rows)


def _mark(row: ListedSession, state: str, *, at: datetime) -> None:
    row.state, row.version, row.changed_at = state, row.version + 1, at
