"""The levy of the German Film Subsidies Act (§ 128 FFG): what cinemas report each month."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cinema.money import ZERO, rounded
from reports import definitions
from reports.models import TicketFigures
from reports.reading import Period, sums
from reports.tables import Column, Kind, Table
from screenings.models import Cinema, Film

FFA_LEVELS = ((Decimal(150_000), ZERO), (Decimal(750_000), Decimal("1.8")), (Decimal(1_500_000), Decimal("2.4")))
FFA_HIGHEST = Decimal("3.0")
SHORTEST = 59  # minutes; shorter films are left out


def ffa_percent(last_year: Decimal | None, months: int = 12) -> Decimal:
    """The rate of a cinema by its net box office of last year; that of a part of a year is extrapolated. New cinemas
    have none, and pay the highest rate."""
    if last_year is None or not months:
        return FFA_HIGHEST
    whole = last_year * 12 / months
    return next((percent for level, percent in FFA_LEVELS if whole <= level), FFA_HIGHEST)


def ffa_month(cinemas: Collection[Cinema], month: date, *, at: datetime) -> Table:
    """What cinemas report for a month: visitors, net turnover and levy, due by the 10th of the next month."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    long_films = set(Film.objects.filter(duration_minutes__gte=SHORTEST).values_list("pk", flat=True))
    year = Period(cinemas, date(first.year - 1, 1, 1), date(first.year - 1, 12, 31), at)
    before = _net_of(year, long_films)
    period = Period(cinemas, first, last, at)
    now = {row["cinema_id"]: row for row in sums(TicketFigures, period, by=["cinema_id"], film_id__in=long_films)}
    rows = []
    for cinema in sorted(cinemas, key=lambda each: each.name):
        row = now.get(cinema.pk)
        net = definitions.NET_BOX_OFFICE.of(row) or ZERO if row else ZERO
        turnover, months = before.get(cinema.pk, (None, 0))
        percent = ffa_percent(turnover, months)
        rows.append(
            {
                "cinema": cinema.name,
                "admissions": definitions.ADMISSIONS.of(row) if row else 0,
                "net": net,
                "last_year": turnover,
                "percent": percent,
                "levy": rounded(net * percent / 100),
            }
        )
    return Table(
        title=_("FFA month"),
        subtitle=date_format(first, "F Y"),
        columns=[
            Column("cinema", _("Cinema")),
            Column("admissions", _("Visitors"), Kind.INTEGER, is_summed=True),
            Column("net", _("Net turnover"), Kind.MONEY, is_summed=True),
            Column("last_year", _("Net turnover of last year"), Kind.MONEY),
            Column("percent", _("Rate"), Kind.PERCENT),
            Column("levy", _("Levy"), Kind.MONEY, is_summed=True),
        ],
        rows=rows,
        notes=[
            _("§ 128 FFG: films of at most 58 minutes are left out. Report and pay by the 10th of the next month."),
            _("Check the rates with the FFA before you report: laws change."),
        ],
    )


def _net_of(year: Period, films: Collection[int]) -> dict[int, tuple[Decimal, int]]:
    """By cinema: the net box office of the year, and the number of months from its first screening on."""
    found: dict[int, tuple[Decimal, int]] = {}
    for row in sums(TicketFigures, year, by=["cinema_id", "about"], film_id__in=films):
        net, months = found.get(row["cinema_id"], (ZERO, 13 - row["about"].month))
        found[row["cinema_id"]] = net + (definitions.NET_BOX_OFFICE.of(row) or ZERO), months
    return found
