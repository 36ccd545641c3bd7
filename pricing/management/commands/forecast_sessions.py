from datetime import datetime

from django.db.models import QuerySet

from concessions.models import ConcessionItem
from jobs.command import JobCommand, Step
from pricing.services.bar_use import expect_locked
from pricing.services.forecasting import A_NIGHT, Known, forecast, learn, to_forecast
from screenings.models import Session


class Command(JobCommand):
    help = "Forecast the admissions of coming screenings, and what the bar will need, from past ones and advance sales."

    overdue_matters = False  # a screening does not say since when it is planned, and no books depend on forecasts
    known: Known | None = None

    def steps(self) -> list[Step]:
        return [
            # Not atomic: the service computes first, and then writes in a transaction of its own.
            Step("screenings", to_forecast, self.forecast, atomic=False),
            Step("bar items", self.to_expect, self.expect),
        ]

    def forecast(self, sessions: list[Session], at: datetime) -> None:
        if self.known is None:  # once a pass, and only if anything is due
            self.known = learn(at)
        forecast(sessions, self.known, at=at)

    def to_expect(self, at: datetime) -> QuerySet[ConcessionItem]:
        return ConcessionItem.objects.to_expect(at - A_NIGHT)

    def expect(self, items: list[ConcessionItem], at: datetime) -> None:
        expect_locked(items, at=at)
