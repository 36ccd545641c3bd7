"""Records which sessions other systems know, so that each change is told once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from integrations.models import ListedSession
from integrations.models.sessions import COMPARED
from screenings.models import Session

State = ListedSession.State


def announce_locked(sessions: Sequence[Session], *, at: datetime) -> list[ListedSession]:
    """Record sessions that are on sale as they are now; returns their rows.

    Must be called inside a transaction (the sessions are locked and were read afterwards).
    """
    known = {row.session_id: row for row in ListedSession.objects.filter(session__in=[each.pk for each in sessions])}
    rows = []
    for session in sessions:
        row = known.get(session.pk) or ListedSession(session=session)
        row.film_id, row.hall_id = session.film_id, session.hall_id
        row.starts_at, row.ends_at = session.start_datetime, session.end_datetime
        row.format, row.language, row.subtitles = session.format, session.language, session.subtitles
        row.price = session.price
        _mark(row, State.ON_SALE, at=at)
        rows.append(row)
    ListedSession.objects.bulk_create([row for row in rows if row.pk is None])
    changed = [row for row in rows if row.session_id in known]
    ListedSession.objects.bulk_update(changed, [*COMPARED, "state", "version", "changed_at"])
    return rows


def take_back_locked(sessions: Iterable[Session], *, at: datetime) -> list[ListedSession]:
    """Record that sessions are not on sale any more; returns their rows.

    Must be called inside a transaction (the sessions are locked and were read afterwards).
    """
    by_key = {session.pk: session for session in sessions}
    rows = list(ListedSession.objects.filter(session__in=by_key, state=State.ON_SALE).order_by("pk"))
    for row in rows:
        session = by_key[row.session_id]
        if session.status == Session.Status.CANCELLED:
            _mark(row, State.CANCELLED, at=at)
        elif session.start_datetime <= at:
            _mark(row, State.STARTED, at=at)
        else:
            _mark(row, State.WITHDRAWN, at=at)
    ListedSession.objects.bulk_update(rows, ["state", "version", "changed_at"])
    return rows


def _mark(row: ListedSession, state: str, *, at: datetime) -> None:
    row.state, row.version, row.changed_at = state, row.version + 1, at
