from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from jobs.command import JobCommand, Step
from orders.models import Order
from reports.models import BusinessDay
from reports.services.closing import close_locked
from reports.services.days import open_days
from screenings.models import Cinema

A_DAY = timedelta(days=1)


class Command(JobCommand):
    help = "Open the business days of each cinema, and close those that have ended: freeze and check their figures."
    batch_size = 1  # a day is a transaction of its own

    def steps(self) -> list[Step]:
        return [
            Step("to open", self.without_today, self.open, lock=self.lock_cinemas),
            Step("to close", BusinessDay.objects.to_close, self.close),
        ]

    def without_today(self, at: datetime) -> QuerySet[Cinema]:
        """Cinemas whose last business day has ended, and those of which none is stored a day after their first sale."""
        days = BusinessDay.objects.filter(cinema=OuterRef("pk"))
        orders = Order.objects.filter(cinema=OuterRef("pk"), created_at__lte=at - A_DAY)
        return Cinema.objects.filter(
            (Exists(days) & ~Exists(days.filter(ends_at__gt=at))) | (~Exists(days) & Exists(orders))
        )

    def lock_cinemas(self, pks: list[int]) -> None:
        """Lock without keeping anybody from adding orders of the cinemas."""
        list(Cinema.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))

    def open(self, cinemas: list[Cinema], at: datetime) -> None:
        open_days(cinemas, at=at)

    def close(self, days: list[BusinessDay], at: datetime) -> None:
        for day in days:
            close_locked(day, at=at)
