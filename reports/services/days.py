"""Open the business days of cinemas."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, QuerySet

from orders.models import Order
from reports.days import Day, PlannedDay, days_after, planned_day
from reports.models import BusinessDay
from screenings.models import Cinema


def to_open(at: datetime) -> QuerySet[Cinema]:
    """Cinemas of which no business day is stored that contains `at`, once they have sold something."""
    days = BusinessDay.objects.filter(cinema=OuterRef("pk"))
    orders = Order.objects.filter(cinema=OuterRef("pk"), created_at__lte=at)
    return Cinema.objects.filter(Exists(days) | Exists(orders), ~Exists(days.filter(ends_at__gt=at)))


def open_days(cinemas: Iterable[Cinema], *, at: datetime) -> int:
    """Store the business days of the cinemas up to the one that contains `at`. Returns how many were added.

    The first day of a cinema is that of its first order. Each day begins where the one before it ended. Two queries for
    each cinema. Must be called inside a transaction (the cinemas are locked).
    """
    added: list[BusinessDay] = []
    for cinema in cinemas:
        last: Day | None = BusinessDay.objects.filter(cinema=cinema).order_by("-starts_at").first()
        if last is None:
            first = Order.objects.filter(cinema=cinema).aggregate(first=Min("created_at"))["first"]
            if first is None or first > at:
                continue
            last = planned_day(cinema, cinema.business_date(first))
            added.append(_stored(cinema, last))
        added += [_stored(cinema, day) for day in days_after(last, cinema, until=at)]
    BusinessDay.objects.bulk_create(added, batch_size=1000)
    return len(added)


def _stored(cinema: Cinema, day: PlannedDay) -> BusinessDay:
    return BusinessDay(cinema=cinema, date=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
