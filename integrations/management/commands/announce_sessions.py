from datetime import datetime
from typing import Any

from integrations.models.sessions import to_announce, to_take_back
from integrations.services.listing import announce_locked, take_back_locked
from jobs.command import JobCommand, Step


class Command(JobCommand):
    help = "Note for other systems which screenings are new, changed, or not on sale any more."
    overdue_matters = False  # a session may have started before it was announced

    def steps(self) -> list[Step]:
        return [Step("new or changed", to_announce, self.announce), Step("gone", to_take_back, self.take_back)]

    def announce(self, sessions: list[Any], at: datetime, /) -> None:
        announce_locked(sessions, at=at)

    def take_back(self, listed: list[Any], at: datetime, /) -> None:
        take_back_locked(listed, at=at)
