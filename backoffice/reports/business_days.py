"""Pages of business days and of the checks made when a day was closed."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.fields import ReasonField
from backoffice.framework.read_only import ReadOnlyInline
from backoffice.reports.files import ReportFilePages
from backoffice.reports.pages import ReportPages
from cinema.money import format_money
from reports.models import BusinessDay, DayCheck
from reports.services import settle
from reports.services.checks import recorded_deposits, recorded_transfers

RESULTS: dict[str, str] = {
    DayCheck.State.AGREES: "success",
    DayCheck.State.OPEN: "danger",
    DayCheck.State.SETTLED: "info",
}


class CheckColumns:
    """The two sides of a check, their difference, and whether somebody has to explain it."""

    @admin.display(description=_("left side"))
    def left_side(self, check: DayCheck) -> str:
        return check.in_words(check.left)

    @admin.display(description=_("right side"))
    def right_side(self, check: DayCheck) -> str:
        return check.in_words(check.right)

    @admin.display(description=_("difference"))
    def difference(self, check: DayCheck) -> str:
        return check.in_words(check.difference) if check.difference else "–"

    @admin.display(description=_("result"))
    def result(self, check: DayCheck) -> str:
        state = check.state()
        return status_badge(state.label, RESULTS[state])


class DayCheckInline(CheckColumns, ReadOnlyInline):
    model = DayCheck
    fields = ["name", "left_side", "right_side", "difference", "result", "note"]
    readonly_fields = ["left_side", "right_side", "difference", "result"]


@admin.register(BusinessDay)
class BusinessDayAdmin(ReportFilePages, ReportPages, ReadOnlyAdmin):
    cinema_path = "cinema"
    list_display = ["date", "cinema", "starts_at", "ends_at", "closed_at"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    fields = ["cinema", "date", ("starts_at", "ends_at"), "closed_at"]
    inlines = [DayCheckInline]


class ResultFilter(admin.SimpleListFilter):
    title = _("result")
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("To be explained"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DayCheck]) -> QuerySet[DayCheck]:
        return queryset.filter(pk__in=DayCheck.objects.open().values("pk")) if self.value() else queryset


class ExplainForm(ActionForm):
    note = ReasonField(label=_("Explanation"))


@admin.register(DayCheck)
class DayCheckAdmin(CheckColumns, ActionsMixin, ReadOnlyAdmin):
    """The checks of closed days. Filtered by *to be explained*, the list is what waits for a person."""

    cinema_path = "day__cinema"
    ordering = ["-day__date", "name"]
    list_display = ["name", "day", "at_cinema", "left_side", "right_side", "difference", "result"]
    list_filter = [ResultFilter, "name"]
    list_select_related = ["day__cinema"]
    fields = [
        *("name", "day", ("left_side", "right_side", "difference"), "to_find"),
        *("result", "note", ("settled_by", "settled_at")),
    ]
    readonly_fields = ["left_side", "right_side", "difference", "to_find", "result"]
    actions_detail = ["explain"]

    @admin.display(description=_("to be found on the account"))
    def to_find(self, check: DayCheck) -> str:
        """What should be found on the bank account, and who said that it went there. Two queries for that check."""
        if check.name != DayCheck.Name.TRANSFER:
            return "–"
        transfers = recorded_transfers(check.day).select_related("actor").order_by("pk")
        deposits = recorded_deposits(check.day).select_related("actor").order_by("pk")
        parts = [(each.amount, each.external_id, each.actor) for each in transfers]
        parts += [(each.amount, each.reason, each.actor) for each in deposits]
        lines = ((format_money(amount), reference, person or "–") for amount, reference, person in parts)
        return format_html_join("", "{} · {} · {}<br>", lines) or "–"

    @confirmed_action(
        permission="reports.settle_daycheck",
        title=_("Explain the difference"),
        text=_("The figures stay as they are; the explanation is stored with your name."),
        form=ExplainForm,
        when=lambda check: bool(check.difference) and check.settled_at is None,
    )
    def explain(self, check: DayCheck, *, at: datetime, actor: User, note: str) -> str:
        settle(check, note=note, actor=actor, at=at)
        return gettext("The explanation is stored.")
