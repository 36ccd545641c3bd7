"""Tables that several reports have: money by payment method, and tickets and bar by line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from payments.models import Subject
from reports import definitions
from reports.catalogue.takings import added, column_of, subtitle
from reports.models import BarFigures, MoneyFigures, Tender, TicketFigures
from reports.reading import Period, sums
from reports.tables import Column, Kind, Table

Row = Mapping[str, Any]

LINE = (
    definitions.GROSS,
    definitions.DISCOUNTS,
    definitions.REFUNDED,
    definitions.PAID_WITH_POINTS,
    definitions.VAT,
)


def money(period: Period) -> Table:
    """Money of a period by payment method. At most seven queries."""
    return by_tender(_("Money by payment method"), subtitle(period), sums(MoneyFigures, period, by=["tender"]))


def by_tender(title: str | Promise, about: str | Promise, rows: Iterable[Row]) -> Table:
    """Rows of `MoneyFigures`, added up by payment method, in the order of the methods."""
    rows = list(rows)
    found = [(tender, [row for row in rows if row["tender"] == tender]) for tender in Tender]
    totals = [(tender, added(MoneyFigures.MEASURES, of_tender)) for tender, of_tender in found if of_tender]
    return Table(
        title=title,
        subtitle=about,
        columns=[
            Column("tender", _("Payment method")),
            *(column_of(each, summed=True) for each in definitions.MONEY),
            Column("refunds", _("Number of refunds"), Kind.INTEGER, is_summed=True),
        ],
        rows=[
            {
                "tender": tender.label,
                "key": tender.value,
                **{each.key: each.of(total) for each in definitions.MONEY},
                "refunds": total["refunds"],
            }
            for tender, total in totals
        ],
    )


def by_line(
    about: str | Promise,
    *,
    tickets: Iterable[Row],
    bar: Iterable[Row],
    rate_of: Callable[[str], str | Promise] | None = None,
) -> Table:
    """Rows of `TicketFigures` and of `BarFigures`, a line for each; with `rate_of` a `Subject` the VAT rate too."""
    rows = []
    for name, table, found, units, takings, subject in (
        (_("Tickets"), TicketFigures, tickets, definitions.ADMISSIONS, definitions.BOX_OFFICE, Subject.TICKETS),
        (_("Bar"), BarFigures, bar, definitions.BAR_UNITS, definitions.BAR_TAKINGS, Subject.GOODS),
    ):
        total = added(table.MEASURES, found)
        rows.append(
            {
                "name": name,
                "units": units.of(total),
                **{each.key: each.of(total) for each in LINE},
                "takings": takings.of(total),
                **({"rate": rate_of(subject)} if rate_of else {}),
            }
        )
    *line, vat = (column_of(each, summed=True) for each in LINE)
    line.insert(
        3, Column("takings", _("Box office and bar takings"), Kind.MONEY, definitions.BOX_OFFICE, is_summed=True)
    )
    return Table(
        title=_("Tickets and bar"),
        subtitle=about,
        columns=[
            Column("name", _("Line")),
            Column("units", _("Units"), Kind.INTEGER),
            *line,
            *([Column("rate", _("VAT rate"))] if rate_of else []),
            vat,
        ],
        rows=rows,
    )
