"""Lists for accountants: every payment of a period."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.models import Gateway, Payment
from reports import definitions
from reports.catalogue.takings import subtitle
from reports.models import BusinessDay
from reports.reading import Period
from reports.tables import Column, Kind, Table

CHUNK = 2_000  # rows in memory at a time


def payments(period: Period) -> Table:
    """The payments that arrived in the period, by time. Its rows are read while they are used. Three queries."""
    cinemas = {cinema.pk: cinema for cinema in period.cinemas}
    condition = Q(pk__in=[])
    for pk, (start, end) in bounds(period).items():
        condition |= Q(order__cinema=pk, succeeded_at__gte=start, succeeded_at__lt=end)
    arrived = Payment.objects.filter(condition, status=Payment.Status.SUCCEEDED).order_by("succeeded_at", "pk")
    labels = dict(Gateway.choices)

    def rows() -> Iterator[dict[str, Any]]:
        columns = ("succeeded_at", "order__cinema", "order__number", "gateway", "external_id", "amount")
        for at, cinema, order, gateway, reference, amount in arrived.values_list(*columns).iterator(chunk_size=CHUNK):
            yield {
                "at": timezone.localtime(at, cinemas[cinema].zone),
                "cinema": str(cinemas[cinema]),
                "order": order,
                "gateway": str(labels.get(gateway, gateway)),
                "reference": reference,
                "amount": amount,
            }

    return Table(
        title=_("Payments"),
        subtitle=subtitle(period),
        columns=[
            Column("at", _("paid"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("order", _("order")),
            Column("gateway", _("payment method")),
            Column("reference", _("provider’s reference")),
            Column("amount", _("amount"), Kind.MONEY, definitions.RECEIVED, is_summed=True),
        ],
        rows=rows(),
        notes=[_("By the business day on which the money arrived. Times are those of the cinema.")],
        expected=arrived.count(),
    )


def bounds(period: Period) -> dict[int, tuple[datetime, datetime]]:
    """The first instant of the period at each cinema, and the first one after it. One query."""
    stored = {
        (day.cinema_id, day.date): day
        for day in BusinessDay.objects.filter(cinema__in=period.cinemas, date__in=[period.first, period.last])
    }
    found = {}
    for cinema in period.cinemas:
        first, last = stored.get((cinema.pk, period.first)), stored.get((cinema.pk, period.last))
        start = first.starts_at if first else cinema.day_bounds(period.first)[0]
        found[cinema.pk] = start, last.ends_at if last else cinema.day_bounds(period.last)[1]
    return found
