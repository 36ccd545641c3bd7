from datetime import datetime

from jobs.command import JobCommand, Step
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions


class Command(JobCommand):
    help = "Complete the sessions that are over; begin those that are running."

    def steps(self) -> list[Step]:
        # What is over comes first, so that a session of which nobody took note is not said to begin.
        return [Step("over", Session.objects.ended, self.complete), Step("begun", Session.objects.started, self.start)]

    def complete(self, sessions: list[Session], at: datetime) -> None:
        complete_sessions(sessions, at=at)

    def start(self, sessions: list[Session], at: datetime) -> None:
        start_sessions(sessions, at=at)
