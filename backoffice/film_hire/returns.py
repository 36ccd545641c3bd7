"""The returns that are made beside statements: what each is, and the choices above it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.reports.forms import PeriodForm
from film_hire.ffa import ffa_month
from film_hire.tables import gross_by_distributor, reconciliation
from reports.reading import Period
from reports.tables import Table


class LastDayForm(PeriodForm):
    """One day without an entry."""

    days_shown = 1


@dataclass(frozen=True)
class Return:
    name: str
    title: str | Promise
    table: Callable[[Period], Table]
    form: type[PeriodForm] = PeriodForm


RETURNS = (
    Return("gross", _("Gross by distributor"), gross_by_distributor, LastDayForm),
    Return("reconciliation", _("Box office and film hire"), reconciliation),
    Return("ffa", _("FFA month"), lambda period: ffa_month(period.cinemas, period.last, at=period.at)),
)
