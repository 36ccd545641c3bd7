from datetime import datetime

from django.db.models import QuerySet

from jobs.command import JobCommand
from pricing.services.repricing import reprice, to_reprice
from screenings.models import Session


class Command(JobCommand):
    help = "Adapt the prices of sessions on sale to demand, where their mode is adaptive; keep each with its reasons."

    def due(self, at: datetime) -> QuerySet[Session]:
        return to_reprice(at)

    def lock(self, pks: list[int]) -> None:
        # Not a full lock, which would keep tickets from being sold meanwhile.
        rows = Session.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk")
        list(rows.values_list("pk", flat=True))

    def act(self, sessions: list[Session], at: datetime) -> None:
        reprice(sessions, at=at)
