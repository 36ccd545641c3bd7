from datetime import datetime

from jobs.command import JobCommand, Step
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions


class Command(JobCommand):
    help = "Mark sessions that have ended as completed, and those that have started as ongoing."

    def steps(self) -> list[Step]:
        # Ended sessions come first, so that one whose start was missed goes straight to completed.
        return [Step("over", Session.objects.ended, self.complete), Step("begun", Session.objects.started, self.start)]

    def complete(self, sessions: list[Session], at: datetime) -> None:
        complete_sessions(sessions, at=at)

    def start(self, sessions: list[Session], at: datetime) -> None:
        start_sessions(sessions, at=at)
