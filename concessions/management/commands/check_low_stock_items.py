from datetime import datetime

from concessions.models import ConcessionItem
from concessions.services import alert_low_stock, reset_low_stock_alerts
from jobs.command import JobCommand, Step


class Command(JobCommand):
    help = "Alert staff once when an item's stock falls below its threshold, and suggest how much to order."

    def steps(self) -> list[Step]:
        return [
            Step("low", ConcessionItem.objects.low, self.alert),
            Step("recovered", ConcessionItem.objects.recovered, self.reset),
        ]

    def alert(self, items: list[ConcessionItem], at: datetime) -> None:
        alert_low_stock(items, at=at)

    def reset(self, items: list[ConcessionItem], at: datetime) -> None:
        reset_low_stock_alerts(items, at=at)
