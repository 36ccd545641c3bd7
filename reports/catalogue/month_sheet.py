"""The sheet of one month of a legal entity: what its cinemas booked on the days of the month, and balances.

It adds up the sheets of its days, so it has closed days only, and what a day booked about an earlier month is in it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Sum, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bonuses.models import BonusTransaction
from cinema.money import MINOR_UNITS, ZERO
from concessions.models import StockMovement
from payments.models import Gateway, Receipt, Subject, Vat
from reports import definitions
from reports.catalogue import cash, gift_cards
from reports.catalogue.balances import FROM_FILES, NOTHING, OF_PROVIDER, PROVIDERS, Balances, until_closed
from reports.catalogue.months import Month
from reports.catalogue.sheets import by_line, by_tender
from reports.catalogue.societies import table_of
from reports.catalogue.takings import column_of
from reports.models import (
    GiftCardFigures,
    MoneyFigures,
    PayoutFigures,
    ReceiptFigures,
    Tender,
)
from reports.reading import booked_sums, grouped
from reports.tables import Column, Kind, Table
from screenings.models import Cinema

Sums = Mapping[str, Mapping[str, Decimal]]


def tables(month: Month, *, with_costs: bool) -> Sequence[Table]:
    """All tables of the sheet; that of the stock only for people who may see costs. Eleven queries."""
    return [
        tenders(month),
        lines(month),
        receipts(month),
        advances(month),
        gift_cards_of(month),
        cash_of(month),
        providers(month),
        authors(month),
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
    for row in month.gift_cards:  # what was taken for them is no advance for a screening
        received[row["cinema"]] -= gift_cards.sold({row["kind"]: row["amount"]})
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
                "cinema": cinema.name,
                "start": advances_of(month.start, cinema),
                "received": received[cinema.pk],
                "earned": earned[cinema.pk],
                "end": advances_of(month.end, cinema),
                "date": month.end.days[cinema.pk].date if cinema.pk in month.end.days else None,
            }
            for cinema in sorted(month.cinemas, key=lambda each: (each.name, each.pk))
        ],
        notes=[_("Money for later screenings and their snacks: it is earned on the day of the screening.")],
    )


def advances_of(balances: Balances, cinema: Cinema) -> Decimal:
    return balances.days[cinema.pk].advances if cinema.pk in balances.days else ZERO


def gift_cards_of(month: Month) -> Table:
    """What moved the money on gift cards in the month. One query, that of points."""
    start, end = (sum((day.on_gift_cards for day in each.days.values()), ZERO) for each in (month.start, month.end))
    return gift_cards.movements(
        _("by the business day of the movement"),
        moved={row["kind"]: row["amount"] for row in grouped(GiftCardFigures, month.gift_cards, ["kind"])},
        start=(_("At the start"), start),
        end=(_("At the end"), end),
    )


def providers(month: Month) -> Table:
    """What payment providers owed at both ends of the month, and how that moved. Two queries."""
    start, moves = _of_providers(month)
    names = dict(Gateway.choices)
    rows = []
    for gateway in PROVIDERS:
        if gateway not in moves and gateway not in start:
            continue
        before, moved = start.get(gateway, NOTHING), moves.get(gateway, NOTHING)
        after = {key: before[key] + moved[key] for key in NOTHING}
        rows.append(
            {
                "provider": names[gateway],
                "start": definitions.OWED_BY_PROVIDERS.of(before),
                **{each.key: each.of(moved) for each in OF_PROVIDER},
                "end": definitions.OWED_BY_PROVIDERS.of(after),
            }
        )
    *columns, _owed = (column_of(each, summed=True) for each in OF_PROVIDER)
    return Table(
        title=_("Owed by payment providers"),
        subtitle=_("by the business day of payments and refunds and the day of payouts"),
        columns=[
            Column("provider", _("Payment provider")),
            Column("start", _("At the start"), Kind.MONEY, is_summed=True),
            *columns,
            Column("end", _("At the end"), Kind.MONEY, definitions.OWED_BY_PROVIDERS, is_summed=True),
        ],
        rows=rows,
        notes=[FROM_FILES],
    )


def _of_providers(month: Month) -> tuple[Sums, Sums]:
    """By provider: what was taken, paid back and paid out before the month, and in it. Two queries."""
    before: defaultdict[str, dict[str, Decimal]] = defaultdict(lambda: {**NOTHING})
    moved: defaultdict[str, dict[str, Decimal]] = defaultdict(lambda: {**NOTHING})
    cinemas = [cinema.pk for cinema in month.cinemas]
    earlier = MoneyFigures.objects.filter(day__cinema__in=cinemas, day__date__lt=month.first, tender__in=PROVIDERS)
    for found, rows in ((before, booked_sums(MoneyFigures, earlier, ["tender"])), (moved, month.money)):
        for row in rows:
            if row["tender"] in PROVIDERS:
                found[row["tender"]]["taken"] += row["received"]
                found[row["tender"]]["returned"] += row["paid_back"]
    is_before = Case(When(paid_on__lt=month.first, then=Value(True)), default=Value(False))
    paid_out: Any = (
        PayoutFigures.objects.filter(until_closed(month.end.days))
        .order_by()
        .annotate(is_before=is_before)
        .values("gateway", "is_before")
        .annotate(**{f"of_{key}": Sum(key) for key in ("payments", "refunds", "fees")})
    )
    for each in paid_out:
        total = (before if each["is_before"] else moved)[each["gateway"]]
        total.update({key: each[f"of_{key}"] for key in ("payments", "refunds", "fees")})
    return before, moved


def authors(month: Month) -> Table:
    """What authors' societies are owed for the month. One query."""
    text = _("by the day of the screening; corrections of earlier days by the day on which they were booked")
    return table_of(month.tickets_by_date, {cinema.pk: cinema for cinema in month.cinemas}, about=text)


def cash_of(month: Month) -> Table:
    """What moved cash in the month. One query, that of points."""
    return cash.movements(
        _("by the business day of the movement"),
        moved=lambda place, kind: _money(month.moved.get((place, kind), 0)),
        start=(_("At the start"), cash.held(month.start.days.values())),
        end=(_("At the end"), cash.held(month.end.days.values())),
    )


def _money(minor_units: int) -> Decimal:
    return Decimal(minor_units).scaleb(-MINOR_UNITS)


def points(month: Month) -> Table:
    """Points that moved with orders of the cinemas, and those that all customers held or owed. One query."""
    kinds = dict(BonusTransaction.Type.choices)
    moved = {kind: month.moved["", kind] for kind in kinds if ("", kind) in month.moved}
    start, end = month.start.points, month.end.points
    return Table(
        title=_("Points"),
        subtitle=_("by the business day on which they moved"),
        columns=[
            Column("kind", _("With orders of these cinemas")),
            Column("points", _("Points"), Kind.INTEGER, definitions.POINTS_MOVED),
        ],
        rows=[
            *((kinds[kind], moved[kind]) for kind in kinds if kind in moved),
            (_("Points held by all customers of the chain at the start"), start.held),
            (_("Points held by all customers of the chain at the end"), end.held),
            (_("Points owed by customers of the chain at the start"), start.owed),
            (_("Points owed by customers of the chain at the end"), end.owed),
        ],
    )


def stock(month: Month) -> Table:
    """The value of the stock at both ends of the month, and what its days booked. One query, that of points."""
    moved = {kind: _money(month.moved["", kind]) for kind in StockMovement.Kind.values if ("", kind) in month.moved}
    return Table(
        title=_("Stock of the bar"),
        subtitle=_("at cost, by the business day of the movement"),
        columns=[Column("name", _("Movement")), Column("value", _("Value"), Kind.MONEY)],
        rows=[
            (_("Value at the start"), stock_of(month.start)),
            *((label, moved[kind]) for kind, label in StockMovement.Kind.choices if kind in moved),
            (_("Value at the end"), stock_of(month.end)),
        ],
        notes=[_("Items whose cost was never entered have no value. Their cost can be set on the page of the item.")],
    )


def stock_of(balances: Balances) -> Decimal:
    return sum((day.stock_value for day in balances.days.values()), ZERO)


def title_of(first: date) -> str:
    return date_format(first, "YEAR_MONTH_FORMAT")
