"""The figures of the first page: how full today's screenings are, and what yesterday and the week made.

Everybody who may view screenings sees how full they are, who may view forecasts what was expected, and who may view
figures the rest. Who may view bar items sees what to prepare, who may view forecasts how many people the evening needs.
The whole page takes at most 15 queries, whatever the number of cinemas, of their time zones and of screenings.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import cinemas_of, within
from backoffice.dashboard.together import First, Together
from backoffice.framework.admin_menu import REPORTS
from backoffice.framework.chosen_cinema import chosen_cinema
from backoffice.pricing.expected import Expected, expected_at
from backoffice.reports.drill_down import takings_of, week_links
from concessions.models import ConcessionItem
from payments.models import Rates, VatRate
from pricing.services.staffing import Coming, Hours, joined, suggest, work_per_guest
from reports import definitions
from reports.catalogue.overview import Overview, Screening, Today
from reports.charts import gauge
from reports.definitions import Definition
from reports.definitions.basics import Unit
from reports.definitions.sources import OF_FORECASTS
from reports.models import PayoutLine
from reports.reading import last_days
from reports.tables import Kind, Link, cell_text, explanation
from screenings.models import Cinema

A_DAY = timedelta(hours=24)
MOST_ITEMS = 12
#: What is read of each row.
OF_CINEMA = ("name", "texts", "time_zone", "day_ends_at", "week_starts_on")
OF_BUSINESS_DAY = ("cinema_id", "date", "starts_at", "ends_at", "closed_at")
OF_RATE = ("subject", "valid_from", "vat")
FURTHER = ("films", "occupancy", "bar", "losses", "points", "customers", "day", "month", "actions")
OF_ITEM = ("cinema_id", "name", "texts", "expected_today", "stock_quantity")
MOST_CINEMAS = 40  # with more of them, the page has figures only of the one that is chosen
MOST_SCREENINGS = 60  # with more, the page has a gauge for each cinema instead of one for each screening

EXPECTED = Definition(
    "expected",
    gettext_lazy("Expected"),
    gettext_lazy("Sum of the forecasts of these screenings. Those without a forecast are left out."),
    Unit.COUNT,
    lambda row: row["expected"],
    formula=gettext_lazy("sum of expected admissions"),
    source=OF_FORECASTS,
)
OF_DAY = (definitions.ADMISSIONS, definitions.BOX_OFFICE, definitions.BAR_TAKINGS, definitions.SPEND_PER_HEAD)
OF_SCREENING = (definitions.ADMISSIONS, definitions.BOX_OFFICE, definitions.SPEND_PER_HEAD)


@dataclass(frozen=True)
class Figure:
    definition: Definition
    text: str

    @property
    def explanation(self) -> str:
        return explanation(self.definition)


@dataclass(frozen=True)
class Gauge:
    """One screening, or all of a cinema's."""

    drawing: SafeString
    name: str
    link: str
    detail: str = ""
    figures: tuple[Figure, ...] = ()
    expected: Expected | None = None


@dataclass(frozen=True)
class Programme:
    """The screenings of a cinema today, and the sums of its day."""

    cinema: Cinema
    date: date
    gauges: list[Gauge]
    ended: list[Gauge]  # of screenings that are over, which the page folds up
    figures: tuple[Figure, ...]
    to_prepare: list[ConcessionItem]  # at the bar, the most first
    staff: list[Hours]  # how many people are needed in the hours to come
    link: str  # to the takings of the day; empty for people who may not see them


class FirstPageFigures:
    """The figures for a person. The rows that they need without a sum are read with the items of the page."""

    def __init__(self, request: HttpRequest, at: datetime, together: Together) -> None:
        self.request, self.at, self._together = request, at, together
        own = within(Cinema.objects.order_by("name"), "pk", cinemas_of(request))
        self._cinemas = together.add_first(First(own, OF_CINEMA, most=None))
        self._days = together.add_first(First(last_days(own.order_by().values("pk")), OF_BUSINESS_DAY, most=None))
        self._rates = together.add_first(First(VatRate.objects.order_by("valid_from"), OF_RATE, most=None))
        items = within(ConcessionItem.objects.order_by("-expected_today", "name"), "cinema", cinemas_of(request))
        expected = items.filter(is_active=True, expected_today__gt=0, expected_at__gt=at - A_DAY)
        self._items = together.add_first(First(expected, OF_ITEM, most=None))

    def shown(self) -> dict[str, Any]:
        """What the template shows; empty for people who may not view screenings, or have no cinema."""
        user = self.request.user
        with_figures = user.has_perm("reports.view_businessday")
        if not with_figures and not user.has_perm("screenings.view_session"):
            return {}
        _number, cinemas = self._together.first(self._cinemas)
        if not cinemas:
            return {}
        chosen = chosen_cinema(self.request, cinemas)
        further = list(self._further()) if with_figures else []
        if chosen is None and len(cinemas) > MOST_CINEMAS:
            return {"cinemas": cinemas, "further": further}
        (_number, rates), (_number, stored) = (self._together.first(key) for key in (self._rates, self._days))
        overview = Overview([chosen] if chosen else cinemas, self.at, rates=Rates(rates), stored=stored)
        days = overview.today(with_figures=with_figures)
        expected = expected_at([each.session for day in days for each in day.screenings], self.request)
        work = work_per_guest([day.cinema for day in days], at=self.at) if expected else {}
        compared = [overview.yesterday(), overview.week()] if with_figures else []
        return {
            "cinemas": cinemas,
            "cinema": chosen,
            "programmes": _programmes(days, expected, self._to_prepare(), work, self.request, self.at),
            "comparisons": [week_links(each, user) for each in compared],
            "further": further,
        }

    def _further(self) -> Iterator[Link]:
        """The pages that answer the other questions of docs/questions.md: on a phone the menu is a press of its own."""
        a_year = {"first": (self.at.date() - timedelta(days=364)).isoformat()}
        takings = reverse("admin:reports_takings")
        for title, chosen in (
            (_("Takings by ticket type"), {"by": "ticket_type"}),
            (_("Takings by promo code"), {"by": "promocode"}),
            (_("Takings by month"), {"by": "month", **a_year}),
            (_("Takings by cinema"), {"by": "cinema"}),
        ):
            yield Link(title, f"{takings}?{urlencode(chosen)}")
        for page in FURTHER:
            yield Link(str(REPORTS[page]), reverse(f"admin:reports_{page}"))
        if self.request.user.has_perm("reports.view_payoutline"):
            yield Link(capfirst(PayoutLine._meta.verbose_name_plural), reverse("admin:reports_payoutline_changelist"))

    def _to_prepare(self) -> dict[int, list[ConcessionItem]]:
        """By cinema: items with an expected use of today; none for people who may not see items."""
        found: defaultdict[int, list[ConcessionItem]] = defaultdict(list)
        if self.request.user.has_perm("concessions.view_concessionitem"):
            for item in self._together.first(self._items)[1]:
                found[item.cinema_id].append(item)
        return {cinema: items[:MOST_ITEMS] for cinema, items in found.items()}


def _programmes(
    days: list[Today],
    expected: Mapping[int, Expected],
    to_prepare: Mapping[int, list[ConcessionItem]],
    work: Mapping[int, Mapping[str, float]],
    request: HttpRequest,
    at: datetime,
) -> list[Programme]:
    one_by_one = sum(len(day.screenings) for day in days) <= MOST_SCREENINGS or len(days) == 1
    opens = request.user.has_perm("screenings.view_session")
    programmes = []
    for day in days:
        gauges: list[Gauge] = []
        ended: list[Gauge] = []
        if not one_by_one and day.screenings:
            gauges = [_of_cinema(day)]
        elif one_by_one:
            for each in day.screenings:
                drawn = _of_screening(each, expected.get(each.session.pk), opens=opens)
                (ended if each.session.end_datetime <= at else gauges).append(drawn)
        figures = tuple(_figure(each, day.figures) for each in OF_DAY) if day.figures else ()
        found = [expected[each.session.pk].mean for each in day.screenings if each.session.pk in expected]
        if found:
            figures = (_figure(EXPECTED, {"expected": round(sum(found))}), *figures)
        link = takings_of(day.cinema.pk, day.date, day.date) if day.figures else ""
        bar = to_prepare.get(day.cinema.pk, [])
        staff = _staff(day, expected, work, at)
        programmes.append(Programme(day.cinema, day.date, gauges, ended, figures, bar, staff, link))
    return programmes


def _staff(
    day: Today, expected: Mapping[int, Expected], work: Mapping[int, Mapping[str, float]], at: datetime
) -> list[Hours]:
    """The hours that are not over; nothing of a cinema without a forecast, or without guests in the last weeks."""
    if day.cinema.pk not in work:
        return []
    forecast = [(each, expected[each.session.pk]) for each in day.screenings if each.session.pk in expected]
    coming = [Coming(each.starts, known.mean, known.p90) for each, known in forecast]
    return joined(hour for hour in suggest(coming, work[day.cinema.pk]) if hour.ends > day.cinema.local(at))


def _of_screening(each: Screening, expected: Expected | None, *, opens: bool) -> Gauge:
    session = each.session
    name = f"{each.starts:%H:%M} {session.film}"
    return Gauge(
        gauge(name, each.seats.sold, each.seats.capacity),
        name,
        reverse("admin:screenings_session_change", args=[session.pk]) if opens else "",
        session.hall.name,
        tuple(_figure(definition, each.figures) for definition in OF_SCREENING) if each.figures else (),
        expected,
    )


def _of_cinema(day: Today) -> Gauge:
    name = str(day.cinema)
    link = f"{reverse('admin:index')}?{urlencode({'cinema': day.cinema.pk})}"
    return Gauge(gauge(name, day.taken, day.capacity), _("All screenings of the day"), link)


def _figure(definition: Definition, known: Mapping[str, Any]) -> Figure:
    kind = Kind.INTEGER if definition.unit is Unit.COUNT else Kind.MONEY
    return Figure(definition, cell_text(known[definition.key], kind))
