"""What reminders and promo codes do: no-shows, refunds, and customers who were brought back."""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from reports import charts, definitions
from reports.catalogue.customers.shared import (
    as_of,
    bounds,
    columns_of,
    plain,
    reminder_rows,
    subtitle_of_cinemas,
    values_of,
)
from reports.code_names import code_names
from reports.models import PromocodeFigures, ReminderFigures
from reports.reading import Period
from reports.tables import Column, Kind, Table

MEASURES = ReminderFigures.MEASURES
Reminder = ReminderFigures.Kind


def reminders(period: Period) -> Table:
    """Refunds and no-shows by month and by what became of the reminder. Two queries."""
    rows = reminder_rows(period).values("month", "kind").annotate(**{f"sum_{each}": Sum(each) for each in MEASURES})
    order = Reminder.values
    table = [
        {
            "month": row["month"],
            "kind": str(Reminder(row["kind"]).label),
            **values_of(definitions.REMINDERS, plain(row)),
        }
        for row in sorted(rows, key=lambda row: (row["month"], order.index(row["kind"])))
    ]
    return Table(
        title=_("Reminders"),
        subtitle=subtitle_of_cinemas(period),
        columns=[
            Column("month", _("Month from"), Kind.DATE),
            Column("kind", _("Reminder")),
            *columns_of(definitions.REMINDERS),
        ],
        rows=table,
        notes=[caveat(), as_of()],
    )


def reminders_by_month(period: Period) -> Table:
    """Refunds and no-shows by month. Two queries."""
    rows = reminder_rows(period).values("month").annotate(**{f"sum_{each}": Sum(each) for each in MEASURES})
    table = [{"month": row["month"], **values_of(definitions.REMINDERS, plain(row))} for row in rows.order_by("month")]
    month = Column("month", _("Month from"), Kind.DATE)
    shown = (definitions.NO_SHOW_RATE, definitions.REFUND_RATE)
    series = {each.name: [row[each.key] for row in table] for each in shown}
    drawing = charts.lines(
        _("No-shows and refunds"), [row["month"] for row in table], series, kind=Kind.PERCENT, label=month
    )
    return Table(
        title=_("No-shows and refunds"),
        subtitle=subtitle_of_cinemas(period),
        columns=[month, *columns_of(definitions.REMINDERS)],
        rows=table,
        notes=[as_of()],
        charts=[drawing] if len(table) > 1 else [],
    )


def reminder_effect(period: Period) -> Table:
    """Tickets that were reminded of, against those that were not. One query."""
    found = reminder_rows(period).values("kind").annotate(**{f"sum_{each}": Sum(each) for each in MEASURES})
    rows = {row["kind"]: plain(row) for row in found}
    return Table(
        title=_("Effect of reminders"),
        columns=[Column("kind", _("Reminder")), *columns_of(definitions.REMINDERS)],
        rows=[
            {"kind": str(kind.label), **values_of(definitions.REMINDERS, rows[kind])}
            for kind in Reminder
            if kind in rows
        ],
        notes=[caveat()],
    )


def caveat() -> str:
    """What the comparison of reminders does not prove."""
    return _(
        "This compares customers who were reminded with those who could not be: they bought at the last minute, or "
        "left no address. They may differ in more than the reminder, so the difference is not all its effect."
    )


def promocodes(period: Period) -> Table:
    """Promo codes by how many customers they brought back. Three queries."""
    rows: Any = PromocodeFigures.objects.filter(cinema__in=period.cinemas, month__range=bounds(period)).order_by()
    sums = rows.values("promocode").annotate(**{f"sum_{each}": Sum(each) for each in PromocodeFigures.MEASURES})
    found = sorted(sums, key=lambda row: (-row["sum_won_back"], -row["sum_orders"], row["promocode"]))
    codes = code_names([row["promocode"] for row in found])
    return Table(
        title=_("Promo codes that brought customers back"),
        subtitle=subtitle_of_cinemas(period),
        columns=[Column("code", _("Promo code")), *columns_of(definitions.BROUGHT_BACK)],
        rows=[{"code": codes[row["promocode"]], **values_of(definitions.BROUGHT_BACK, plain(row))} for row in found],
        notes=[
            _("Orders without an account and without an e-mail address are left out: nobody knows whose they are."),
            as_of(),
        ],
    )
