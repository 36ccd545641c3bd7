"""A month of some cinemas: what its days booked, and the balances at both ends, each read once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Sum, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from cinema.money import MINOR_UNITS
from reports.catalogue.balances import Balances, last_closed
from reports.models import (
    BarFigures,
    CashFigures,
    Figures,
    GiftCardFigures,
    MoneyFigures,
    PointsFigures,
    StockFigures,
    TicketFigures,
)
from reports.reading import booked_between, grouped
from screenings.models import Cinema

Rows = list[dict[str, Any]]
NOWHERE = Value("", output_field=CharField())


@dataclass
class Month:
    """Months of the calendar: the business days with these dates, and for receipts their calendar dates."""

    cinemas: Collection[Cinema]
    first: date

    @property
    def last(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @cached_property
    def start(self) -> Balances:
        """The balances before the month."""
        return self._balances[0]

    @cached_property
    def end(self) -> Balances:
        """The balances at the end of the month, or of the last closed day in it."""
        return self._balances[1]

    @cached_property
    def _balances(self) -> tuple[Balances, Balances]:
        """Those of both ends, with their days read at once. One query."""
        both = (Balances(self.cinemas, self.first - timedelta(days=1)), Balances(self.cinemas, self.last))
        for balances, days in zip(both, last_closed(self.cinemas, *(each.date for each in both)), strict=True):
            balances.days = days
        return both

    @property
    def closed_until(self) -> date | None:
        """The last day of the month that is closed in all cinemas which have days of the month."""
        dates = [day.date for day in self.end.days.values() if day.date >= self.first]
        return min(dates, default=None)

    def booked(self, table: type[Figures], *by: str) -> Rows:
        """The measures that the days of the month booked, added up by the columns. One query."""
        return booked_between(table, self.cinemas, self.first, self.last, *by)

    @cached_property
    def moved(self) -> dict[tuple[str, str], int]:
        """Points by type of transaction, and in minor units the value of the stock by kind of movement, cash by kind of
        place and of movement, and money on gift cards by cinema and kind of movement; keys of points and stock have
        no place. One query.
        """
        of_month = {
            "day__cinema__in": [cinema.pk for cinema in self.cinemas],
            "day__date__range": (self.first, self.last),
        }
        points, *others = (
            table._default_manager.filter(**of_month)
            .order_by()
            .annotate(of=place)
            .values("of", "kind")
            .annotate(total=Cast(Sum(measure), BigIntegerField()))
            for table, measure, place in (
                (PointsFigures, "points", NOWHERE),
                (StockFigures, "value", NOWHERE),
                (CashFigures, "amount", Cast(F("place__kind"), CharField())),
                (GiftCardFigures, "amount", Cast(F("cinema"), CharField())),
            )
        )
        return {(row["of"], row["kind"]): row["total"] for row in points.union(*others, all=True)}

    @cached_property
    def money(self) -> Rows:
        return self.booked(MoneyFigures, "cinema", "tender")

    @property
    def gift_cards(self) -> Rows:
        return [
            {"cinema": int(of), "kind": kind, "amount": Decimal(total).scaleb(-MINOR_UNITS)}
            for (of, kind), total in self.moved.items()
            if of.isdecimal()
        ]

    @cached_property
    def tickets(self) -> Rows:
        return grouped(TicketFigures, self.tickets_by_date, ["cinema"])

    @cached_property
    def tickets_by_date(self) -> Rows:
        return self.booked(TicketFigures, "cinema", "about")

    @cached_property
    def bar(self) -> Rows:
        return self.booked(BarFigures, "cinema")
