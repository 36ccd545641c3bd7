from datetime import datetime

from django.db.models import QuerySet

from jobs.command import JobCommand
from reports.services.session_figures import count_locked, to_count
from screenings.models import Session


class Command(JobCommand):
    help = "Count admissions and box office of past screenings whose orders are complete."

    def due(self, at: datetime) -> QuerySet[Session]:
        return to_count(at)

    def act(self, sessions: list[Session], at: datetime) -> None:
        count_locked(sessions, at=at)
