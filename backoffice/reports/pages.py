"""Pages of figures: takings, films, occupancy. They show what `reports.catalogue` makes, for the person's cinemas.

Every page has the same form above it: cinema, period, and what the rows are. Its address opens the same report again,
so it can be kept and sent.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.chosen_cinema import with_chosen_cinema
from backoffice.framework.scoped_choices import visible_rows
from backoffice.reports import about_customers
from backoffice.reports.accounting import actions_parts, balances_parts, day_parts, lists_parts, month_parts
from backoffice.reports.drill_down import (
    bar_links,
    films_links,
    losses_links,
    money_links,
    occupancy_links,
    points_links,
    takings_links,
)
from backoffice.reports.forms import (
    BalancesForm,
    CustomersForm,
    CustomersNowForm,
    DayForm,
    EntityForm,
    FilmsForm,
    FourWeeksForm,
    ListForm,
    MonthForm,
    PeriodForm,
    YearForm,
)
from backoffice.reports.takings_form import TakingsForm
from cinema import clock
from reports.catalogue import bar, drawings, points, programme, sheets, takings
from reports.catalogue.files import REPORTS
from reports.reading import Period
from reports.replica import Source, read
from reports.tables import Chart, Table, first_rows
from screenings.models import Cinema

Part = Table | Chart
Form = PeriodForm | DayForm | EntityForm
Build = Callable[[Period, Any], Sequence[Any]]  # of parts, or of anything else that renders itself


class ReportPages(CinemaScopedAdmin):
    """Adds the pages to those of business days."""

    def get_urls(self) -> list[Any]:
        pages: list[tuple[str, Any, type[Form], Build]] = [
            ("takings", gettext_lazy("Takings"), TakingsForm, takings_parts),
            ("money", gettext_lazy("Money"), PeriodForm, money_parts),
            ("bar", gettext_lazy("Bar"), PeriodForm, bar_parts),
            ("losses", gettext_lazy("Losses of the bar"), PeriodForm, losses_parts),
            ("points", gettext_lazy("Points"), YearForm, points_parts),
            ("films", gettext_lazy("Film rank"), FilmsForm, films_parts),
            ("occupancy", gettext_lazy("Occupancy"), FourWeeksForm, occupancy_parts),
            ("customers", gettext_lazy("Customers by month"), CustomersForm, about_customers.month_parts),
            ("cohorts", gettext_lazy("Cohorts"), CustomersForm, about_customers.cohort_parts),
            ("groups", gettext_lazy("Groups of customers"), CustomersNowForm, about_customers.group_parts),
            ("favourites", gettext_lazy("Favourites"), CustomersNowForm, about_customers.favourite_parts),
            ("reminders", gettext_lazy("No-shows and reminders"), CustomersForm, about_customers.reminder_parts),
            ("winback", gettext_lazy("Promo codes that bring back"), CustomersForm, about_customers.promocode_parts),
            ("campaigns", gettext_lazy("What campaigns brought"), CustomersForm, about_customers.campaign_parts),
            ("day", gettext_lazy("Day sheet"), DayForm, day_parts),
            ("month", gettext_lazy("Month sheet"), MonthForm, month_parts),
            ("balances", gettext_lazy("Balances"), BalancesForm, balances_parts),
            ("lists", gettext_lazy("Lists"), ListForm, lists_parts),
            ("actions", gettext_lazy("Actions to check"), FourWeeksForm, actions_parts),
        ]
        view = self.admin_site.admin_view
        return [
            *(
                path(f"{name}/", view(self._page(name, title, form, build)), name=f"reports_{name}")
                for name, title, form, build in pages
            ),
            *super().get_urls(),
        ]

    def _page(self, name: str, title: str | Promise, form_class: type[Form], build: Build) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            visible = visible_rows(self.admin_site, Cinema, request)
            rows = Cinema.objects.none() if visible is None else visible
            cinemas = list(rows.select_related("legal_entity").order_by("name"))
            context = {**self.admin_site.each_context(request), "title": title}
            if cinemas:
                chosen = with_chosen_cinema(request, cinemas)

                def show(source: Source) -> dict[str, Any]:
                    form = form_class(chosen, cinemas=cinemas, at=source.as_of)
                    period = form.period()
                    parts = build(period, {**form.cleaned_data, "user": request.user})
                    return {"form": form, "parts": parts, "period": period, "source": source.in_words()}

                context |= read(show, at=clock.now())[0]
                form = context["form"]
                report = form.chosen if isinstance(form, ListForm) else name
                if report in REPORTS and request.user.has_perm(REPORTS[report].permission):
                    query = urlencode({**_as_period(form, context["period"]), "report": report})
                    context["as_file"] = f"{reverse('admin:reports_files_ask')}?{query}"
            return TemplateResponse(request, "backoffice/reports/report.html", context)

        return view


def _as_period(form: Form, period: Period) -> dict[str, Any]:
    """The choices of the page as those of a new file."""
    if not isinstance(form, (DayForm, EntityForm)):
        return {field.name: field.value() or "" for field in form}
    only = next(iter(period.cinemas)).pk if len(period.cinemas) == 1 else ""
    return {"cinema": only, "first": period.first.isoformat(), "last": period.last.isoformat()}


def takings_parts(period: Period, chosen: Any) -> Sequence[Part]:
    by, film, against = chosen.get("by") or "day", chosen.get("film"), chosen.get("against")
    table = takings.takings(period, by, film=film, against=against)
    drawing = drawings.takings_chart(table, by, film=film, against=against)
    return [drawing, takings_links(first_rows(table), period, chosen["user"], by, film, against)]


def money_parts(period: Period, chosen: Any) -> Sequence[Part]:
    return [money_links(sheets.money(period), period, chosen["user"])]


def bar_parts(period: Period, chosen: Any) -> Sequence[Part]:
    with_costs = chosen["user"].has_perm("concessions.view_costs")
    whole, items = bar.bar(period, with_costs=with_costs)
    drawing = drawings.bar_chart(items, with_costs=with_costs)
    tables = [bar_links(each, period, chosen["user"]) for each in (whole, items)]
    return [*tables, drawing, bar.bought_together(period, items)]


def losses_parts(period: Period, chosen: Any) -> Sequence[Part]:
    table = bar.losses(period, with_costs=chosen["user"].has_perm("concessions.view_costs"))
    return [losses_links(table, period, chosen["user"])]


def points_parts(period: Period, chosen: Any) -> Sequence[Part]:
    return points_links(points.points(period), period, chosen["user"])


def films_parts(period: Period, chosen: Any) -> Sequence[Part]:
    rank = chosen.get("rank") or "period"
    table = programme.films(period, rank)
    drawing = drawings.films_chart(table, rank)
    return [films_links(table, period, chosen["user"]), drawing]


def occupancy_parts(period: Period, chosen: Any) -> Sequence[Part]:
    return [drawings.occupancy_chart(period, links=occupancy_links(period, chosen["user"]))]
