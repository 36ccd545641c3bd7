"""The sheet of one month of a legal entity: what its cinemas booked on the days of the month, and balances.

It adds up the sheets of its days, so it has closed days only, and what a day booked about an earlier month is in it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, CharField, F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bonuses.models import BonusTransaction
from cinema.money import MINOR_UNITS, ZERO
from concessions.models import ConcessionItem, StockMovement
from payments.models import Receipt, Subject, Vat
from reports import definitions
from reports.catalogue.points import held_at
from reports.catalogue.sheets import by_line, by_tender
from reports.models import (
    BarFigures,
    BusinessDay,
    Figures,
    MoneyFigures,
    PointsFigures,
    ReceiptFigures,
    Tender,
    TicketFigures,
)
from reports.reading import booked_sums
from reports.tables import Column, Kind, Table
from screenings.models import Cinema

Rows = list[dict[str, Any]]


@dataclass
class Month:
    """Months of the calendar: the business days with these dates, and for receipts their calendar dates."""

    cinemas: Collection[Cinema]
    first: date

    @property
    def last(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first instant of the month and of the next one, by the clock of the first cinema."""
        cinema = next(iter(self.cinemas))
        return cinema.day_bounds(self.first)[0], cinema.day_bounds(self.last)[1]

    @cached_property
    def balances(self) -> Rows:
        """For each cinema: the last closed day before the month and in it, and the advances of both. One query."""
        rows: Any = Cinema.objects.filter(pk__in=[cinema.pk for cinema in self.cinemas])
        for name, until in (("start", self.first - timedelta(days=1)), ("end", self.last)):
            days = BusinessDay.objects.closed().filter(cinema=OuterRef("pk"), date__lte=until).order_by("-date")
            rows = rows.annotate(
                **{
                    f"{name}_date": Subquery(days.values("date")[:1]),
                    f"{name}_advances": Subquery(days.values("advances")[:1]),
                }
            )
        return list(
            rows.order_by("name").values("pk", "name", "start_date", "start_advances", "end_date", "end_advances")
        )

    @property
    def closed_until(self) -> date | None:
        """The last day of the month that is closed in all cinemas which have days of the month."""
        dates = [row["end_date"] for row in self.balances if row["end_date"] and row["end_date"] >= self.first]
        return min(dates, default=None)

    @cached_property
    def days(self) -> list[int]:
        """The keys of its business days: conditions on these would have the tables of figures read whole. One query."""
        days = BusinessDay.objects.filter(
            cinema__in=[cinema.pk for cinema in self.cinemas], date__range=(self.first, self.last)
        )
        return list(days.order_by().values_list("pk", flat=True))

    def booked(self, table: type[Figures], *by: str) -> Rows:
        """The measures that the days of the month booked, added up by the columns. One query."""
        return booked_sums(table, table._default_manager.filter(day__in=self.days), by)

    @cached_property
    def money(self) -> Rows:
        return self.booked(MoneyFigures, "cinema", "tender")

    @cached_property
    def tickets(self) -> Rows:
        return self.booked(TicketFigures, "cinema")

    @cached_property
    def bar(self) -> Rows:
        return self.booked(BarFigures, "cinema")


def tables(month: Month, *, with_costs: bool) -> Sequence[Table]:
    """All tables of the sheet; that of the stock only for people who may see costs. Nine queries."""
    return [
        tenders(month),
        lines(month),
        receipts(month),
        advances(month),
        points(month),
        *([stock(month)] if with_costs else []),
    ]


def tenders(month: Month) -> Table:
    return by_tender(_("Takings by payment method"), _("by the business day on which the money moved"), month.money)


def lines(month: Month) -> Table:
    text = _("by the day of the screening; corrections of earlier days by the day on which they were booked")
    return by_line(text, tickets=month.tickets, bar=month.bar)


def receipts(month: Month) -> Table:
    """VAT of the receipts whose calendar date is in the month. One query."""
    found = ReceiptFigures.objects.filter(
        cinema__in=[cinema.pk for cinema in month.cinemas], date__range=(month.first, month.last)
    )
    rows = booked_sums(ReceiptFigures, found, ("kind", "subject", "vat_rate"))
    kinds, subjects, rates = dict(Receipt.Kind.choices), dict(Subject.choices), dict(Vat.choices)
    order = {key: number for number, key in enumerate((*kinds, *subjects, *rates))}
    rows.sort(key=lambda row: (order[row["kind"]], order[row["subject"]], row["vat_rate"]))
    return Table(
        title=_("Receipts by VAT rate"),
        subtitle=_("by the calendar date of the receipt"),
        columns=[
            Column("kind", _("Kind")),
            Column("subject", _("Item type")),
            Column("rate", _("VAT rate")),
            Column("lines", _("Lines"), Kind.INTEGER, is_summed=True),
            Column("amount", _("Amount"), Kind.MONEY),
            Column("vat", _("VAT"), Kind.MONEY, definitions.VAT_OF_RECEIPTS),
        ],
        rows=[
            {**row, "kind": kinds[row["kind"]], "subject": subjects[row["subject"]], "rate": rates[row["vat_rate"]]}
            for row in rows
        ],
        notes=[
            _(
                "What is paid before the screening has two receipts where a settlement after it is due: do not "
                "add up sales and settlements."
            )
        ],
    )


def advances(month: Month) -> Table:
    """Money for later screenings by cinema: balances at both ends of the month, and how they moved."""
    received: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    earned: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in month.money:
        if row["tender"] != Tender.POINTS:
            received[row["cinema"]] += row["received"] - row["refunded"]
    for row in (*month.tickets, *month.bar):
        earned[row["cinema"]] += definitions.EARNED.of(row) or ZERO
    return Table(
        title=_("Advances"),
        subtitle=_("by the business day of payments and of screenings"),
        columns=[
            Column("cinema", _("Cinema")),
            Column("start", _("At the start"), Kind.MONEY, is_summed=True),
            Column("received", _("Received less refunds"), Kind.MONEY, is_summed=True),
            Column("earned", _("Earned by screenings and bar"), Kind.MONEY, is_summed=True),
            Column("end", _("At the end"), Kind.MONEY, is_summed=True),
            Column("date", _("Last closed day"), Kind.DATE),
        ],
        rows=[
            {
                "cinema": row["name"],
                "start": row["start_advances"] or ZERO,
                "received": received[row["pk"]],
                "earned": earned[row["pk"]],
                "end": row["end_advances"] or ZERO,
                "date": row["end_date"],
            }
            for row in month.balances
        ],
        notes=[_("Money for later screenings and their snacks: it is earned on the day of the screening.")],
    )


def points(month: Month) -> Table:
    """Points that moved with orders of the cinemas, and those that all customers held. Two queries."""
    kinds = dict(BonusTransaction.Type.choices)
    moved = {row["kind"]: row["points"] for row in month.booked(PointsFigures, "kind")}
    start, end = month.bounds
    held = held_at({"start": start, "end": end})
    return Table(
        title=_("Points"),
        subtitle=_("by the business day on which they moved"),
        columns=[
            Column("kind", _("With orders of these cinemas")),
            Column("points", _("Points"), Kind.INTEGER, definitions.POINTS_MOVED),
        ],
        rows=[
            *((kinds[kind], moved[kind]) for kind in kinds if kind in moved),
            (_("Points held by all customers of the chain at the start"), held["start"]),
            (_("Points held by all customers of the chain at the end"), held["end"]),
        ],
    )


def stock(month: Month) -> Table:
    """The value of the stock at both ends of the month, and what changed it. One query.

    Counted back from the value now, so that only the movements since the month began are read.
    """
    start, end = month.bounds
    cinemas = [cinema.pk for cinema in month.cinemas]
    items = ConcessionItem.objects.filter(cinema__in=cinemas).order_by()
    moved = StockMovement.objects.filter(concession_item__cinema__in=cinemas, at__gte=start).order_by()
    parts = [
        _named(moved.filter(at__lt=end), Cast(F("kind"), CharField()), "value"),
        _named(moved.filter(at__gte=end), Value("since"), "value"),
        _named(items, Value("now"), "stock_value"),
    ]
    found = parts[0].union(*parts[1:], all=True)
    totals = {row["part"]: Decimal(row["total"] or 0).scaleb(-MINOR_UNITS) for row in found}
    at_end = totals.get("now", ZERO) - totals.get("since", ZERO)
    changes = [(label, totals[kind]) for kind, label in StockMovement.Kind.choices if kind in totals]
    return Table(
        title=_("Stock of the bar"),
        subtitle=_("at cost, by the time of the movement"),
        columns=[Column("name", _("Movement")), Column("value", _("Value"), Kind.MONEY)],
        rows=[
            (_("Value at the start"), at_end - sum((value for _label, value in changes), ZERO)),
            *changes,
            (_("Value at the end"), at_end),
        ],
        notes=[_("Items whose cost was never entered have no value. Their cost can be set on the page of the item.")],
    )


def _named(rows: Any, name: Any, amount: str) -> Any:
    return rows.annotate(part=name).values("part").annotate(total=Cast(Sum(amount), BigIntegerField()))


def title_of(first: date) -> str:
    return date_format(first, "YEAR_MONTH_FORMAT")
