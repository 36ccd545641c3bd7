"""Pages of forecasts: each of them with what came, and how accurate they were."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.chosen_cinema import with_chosen_cinema
from backoffice.framework.scoped_choices import visible_rows
from backoffice.pricing.reasons import in_words
from backoffice.reports.forms import PeriodForm
from cinema import clock
from pricing.accuracy import accuracy, by_day
from pricing.models import HORIZONS, SessionForecast
from screenings.models import Cinema


class AccuracyForm(PeriodForm):
    """Four weeks without an entry, and the forecasts of a week before for the chart."""

    days_shown = 28
    horizon = forms.TypedChoiceField(
        label=_("Days before"), required=False, coerce=int, choices=[(str(each), str(each)) for each in HORIZONS[::-1]]
    )

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__({"horizon": "7", **{key: value for key, value in data.items() if value}}, **kwargs)


@admin.register(SessionForecast)
class SessionForecastAdmin(ReadOnlyAdmin):
    """The list has one row for each screening and horizon. The menu leads to the page of their accuracy."""

    cinema_path = "session__hall__cinema"
    ordering = ["-session__start_datetime", "horizon"]
    list_display = ["session", "at_cinema", "horizon", "expected", "came"]
    list_filter = ["horizon"]
    list_select_related = ["session__film", "session__hall__cinema", "session__figures"]
    search_fields = ["session__film__title"]
    fields = [("session", "horizon"), ("expected", "came"), ("sold", "naive"), ("made_at", "basis"), "why"]
    readonly_fields = ["expected", "came", "why"]

    @admin.display(description=_("expected"))
    def expected(self, row: SessionForecast) -> str:
        return f"{round(row.mean)} ({row.p10}–{row.p90})"

    @admin.display(description=_("came"))
    def came(self, row: SessionForecast) -> str:
        figures = getattr(row.session, "figures", None)
        return "–" if figures is None else str(figures.sold - figures.refunded)

    @admin.display(description=_("reasons"))
    def why(self, row: SessionForecast) -> str:
        sentences = format_html_join("", "<li>{}</li>", ((each,) for each in in_words(row.reasons)))
        return format_html("<ul>{}</ul>", sentences)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.accuracy)
        return [path("accuracy/", view, name="pricing_accuracy"), *super().get_urls()]

    def accuracy(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": _("Accuracy of forecasts")}
        if cinemas:
            form = AccuracyForm(with_chosen_cinema(request, cinemas), cinemas=cinemas, at=clock.now())
            period = form.period()
            horizon = form.cleaned_data.get("horizon") or 0
            context |= {"form": form, "period": period, "parts": [by_day(period, horizon), accuracy(period)]}
        return TemplateResponse(request, "backoffice/reports/report.html", context)
