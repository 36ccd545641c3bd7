"""What was announced of a session before now: since when it is on sale, and the times it was moved from."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from cinema.history import BASELINE
from screenings.models import Session


@dataclass
class Announcement:
    """`since`: when the session was put on the programme, if that was recorded. `starts`: each start that it has had,
    the present one last. `changes`: how often anything that is announced of it was changed.
    """

    since: datetime | None = None
    starts: list[datetime] = field(default_factory=list)
    changes: int = 0

    @property
    def previous_starts(self) -> list[datetime]:
        return self.starts[:-1]


def announcements(sessions: Collection[Session]) -> dict[int, Announcement]:
    """The announcements of these sessions, by primary key. One query."""
    found = {session.pk: Announcement() for session in sessions}
    records = Session.history.filter(id__in=found).order_by("history_id")
    for key, recorded, reason, start in records.values_list(
        "id", "history_date", "history_change_reason", "start_datetime"
    ):
        announcement = found[key]
        if announcement.starts:
            announcement.changes += 1
        elif reason != BASELINE:
            announcement.since = recorded
        _append(announcement.starts, start)
    for session in sessions:
        _append(found[session.pk].starts, session.start_datetime)
    return found


def _append(starts: list[datetime], start: datetime) -> None:
    if starts[-1:] != [start]:
        starts.append(start)
