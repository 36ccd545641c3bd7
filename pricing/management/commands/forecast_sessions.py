from datetime import datetime

from django.db.models import QuerySet

from jobs.command import JobCommand
from pricing.services.forecasting import Known, forecast, learn, to_forecast
from screenings.models import Session


class Command(JobCommand):
    help = "Forecast the admissions of coming screenings from past ones and advance sales."

    atomic = False  # the service computes first, and then writes in a transaction of its own
    overdue_matters = False  # a screening does not say since when it is planned, and no books depend on forecasts
    known: Known | None = None

    def due(self, at: datetime) -> QuerySet[Session]:
        return to_forecast(at)

    def act(self, sessions: list[Session], at: datetime) -> None:
        if self.known is None:  # once a pass, and only if anything is due
            self.known = learn(at)
        forecast(sessions, self.known, at=at)
