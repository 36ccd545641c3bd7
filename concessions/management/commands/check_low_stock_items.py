from datetime import datetime

from concessions.models import ConcessionItem
from concessions.services import alert_low_stock, reset_low_stock_alerts
from jobs.command import JobCommand, Step


class Command(JobCommand):
    help = "Tell staff which items run low, once a drop, and suggest an order up to the maximum."

    def steps(self) -> list[Step]:
        return [
            Step("low", ConcessionItem.objects.low, self.alert),
            Step("recovered", ConcessionItem.objects.recovered, self.forget),
        ]

    def alert(self, items: list[ConcessionItem], at: datetime) -> None:
        alert_low_stock(items, at=at)

    def forget(self, items: list[ConcessionItem], at: datetime) -> None:
        reset_low_stock_alerts(items, at=at)
