"""Customers by month: active, new and returning ones, and cohorts by the month of the first visit."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports import charts, definitions
from reports.catalogue.customers.shared import (
    as_of,
    bounds,
    of_scope,
    reminder_rows,
    scope_of,
    subtitle_of_scope,
    values_of,
)
from reports.catalogue.takings import column_of
from reports.definitions.basics import share
from reports.models import CohortFigures, Engagement
from reports.reading import Period
from reports.tables import Chart, Column, Kind, Table, cell_text

MONTHS_AFTER = 12  # that a cohort is shown
BETWEEN = {f"after{number}" for number in range(1, MONTHS_AFTER + 1) if number not in (1, 3, 6, 12)}


def by_month(period: Period) -> Table:
    """Active, new and returning customers. Four queries at most."""
    scope = scope_of(period)
    months = (
        of_scope(CohortFigures, scope, period)
        .values("month")
        .annotate(
            active=Sum("customers"),
            new=Sum("customers", filter=Q(cohort=F("month")), default=0),
            back=Sum("won_back"),
            number=Sum("visits"),
            of_known=Sum("tickets"),
        )
    )
    known = [
        {**row, "returning": row["active"] - row["new"], "won_back": row["back"], "visits": row["number"]}
        for row in months.order_by("month")
    ]
    rows = [{"month": row["month"], **values_of(definitions.CUSTOMERS_BY_MONTH, row)} for row in known]
    sold = reminder_rows(period).aggregate(used=Sum("used", default=0), no_shows=Sum("no_shows", default=0))
    of_known = share(sum(row["of_known"] for row in known), sold["used"] + sold["no_shows"])
    notes = [_("Known customers have an account, or left an e-mail address; others cannot be told apart.")]
    if of_known is not None:
        notes.append(_("They had %(share)s of the tickets.") % {"share": cell_text(of_known, Kind.PERCENT)})
    new, returning = definitions.NEW_CUSTOMERS, definitions.RETURNING_CUSTOMERS
    month = Column("month", _("Month from"), Kind.DATE)
    drawing = charts.stacked(
        _("Customers by month"),
        [row["month"] for row in rows],
        {each.name: [row[each.key] for row in rows] for each in (returning, new)},
        kind=Kind.INTEGER,
        label=month,
    )
    return Table(
        title=_("Customers by month"),
        subtitle=subtitle_of_scope(scope, period),
        columns=[month, *(column_of(each) for each in definitions.CUSTOMERS_BY_MONTH)],
        rows=rows,
        notes=[*notes, as_of()],
        charts=[drawing],
    )


def cohorts(period: Period) -> Table:
    """Customers by the month of their first visit, and how many of them came in each later month. Three queries."""
    scope = scope_of(period)
    found: defaultdict[date, dict[int, int]] = defaultdict(dict)
    rows = CohortFigures.objects.filter(cinema=scope, cohort__range=bounds(period))
    for cohort, month, customers in rows.order_by("cohort").values_list("cohort", "month", "customers"):
        found[cohort][(month.year - cohort.year) * 12 + month.month - cohort.month] = customers
    last = Engagement.objects.values_list("date", flat=True).first()
    columns = [Column("cohort", _("First visit in"), Kind.DATE), column_of(definitions.COHORT)]
    retention = definitions.RETENTION
    for number in range(1, MONTHS_AFTER + 1):
        columns.append(Column(f"after{number}", str(number), Kind.PERCENT, retention))
    table = []
    for cohort, customers in found.items():
        row: dict[str, Any] = {"cohort": cohort, definitions.COHORT.key: customers[0]}
        for number in range(1, MONTHS_AFTER + 1):
            has_begun = last is not None and _months_later(cohort, number) <= last
            known = {"customers": customers.get(number, 0), "whole": customers[0]}
            row[f"after{number}"] = retention.of(known) if has_begun else None
        table.append(row)
    return Table(
        title=_("Cohorts"),
        subtitle=subtitle_of_scope(scope, period),
        columns=columns,
        rows=table,
        notes=[
            _("The columns are months after the month of the first visit. The last month of each row is not over yet."),
            as_of(),
        ],
        charts=[_cohort_map(table)] if table else [],
    )


def _cohort_map(rows: Collection[Mapping[str, Any]]) -> Chart:
    return charts.heat_map(
        _("Share of customers who came again, by months after the first visit"),
        [date_format(row["cohort"], "M Y") for row in rows],
        {str(number): [row[f"after{number}"] for row in rows] for number in range(1, MONTHS_AFTER + 1)},
        kind=Kind.PERCENT,
    )


def _months_later(month: date, number: int) -> date:
    years, index = divmod(month.month - 1 + number, 12)
    return date(month.year + years, index + 1, 1)
