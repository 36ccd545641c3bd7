"""Page of scheduled reports: what is e-mailed to whom, and the latest mailings."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.models import User
from accounts.scope import cinemas_of, within
from accounts.services.entitlement import staff_who_see
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.framework.read_only import ReadOnlyInline
from backoffice.reports.takings_form import SCREENING, SCREENINGS_NOT_COMPARED
from cinema import clock
from cinema.local_time import format_local
from reports.catalogue.files import FIGURES, listed_reports, title_of
from reports.catalogue.takings import DIMENSIONS, dates_text
from reports.models import ReportMailing, ReportSchedule
from reports.services import begin, recipients_who_see, send_failed_again

STATUS_COLOURS = {
    ReportMailing.Status.WAITING: "info",
    ReportMailing.Status.SENT: "success",
    ReportMailing.Status.FAILED: "danger",
}


class ScheduleForm(ConflictCheckingForm):
    """Offers the reports that the person may see. Recipients must see the report for all of its cinemas."""

    report = forms.ChoiceField(label=_("Report"), widget=UnfoldAdminSelectWidget)
    by = forms.ChoiceField(
        label=_("Rows of takings"),
        required=False,
        choices=[(key, each.title) for key, each in DIMENSIONS.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        report, cinemas, people = (cleaned.get(name) for name in ("report", "cinemas", "recipients"))
        if report != "takings":
            cleaned |= {"by": "", "compare": ""}
        elif cleaned.get("by") == SCREENING and cleaned.get("compare"):
            self.add_error("compare", SCREENINGS_NOT_COMPARED)
        if report and cinemas and people:
            keys = [cinema.pk for cinema in cinemas]
            seeing = set(recipients_who_see(report, cinemas=keys, people=people).values_list("pk", flat=True))
            if lacking := [str(person) for person in people if person.pk not in seeing]:
                text = _("May not see this report for all of these cinemas: %(names)s.")
                self.add_error("recipients", text % {"names": ", ".join(lacking)})
        return cleaned


class MailingInline(ReadOnlyInline):
    model = ReportMailing
    ordering = ["-pk"]
    fields = ["period", "result", "sent", "recipients", "problem", "next_attempt"]
    readonly_fields = ["period", "result", "sent", "next_attempt"]
    show_change_link = False
    verbose_name_plural = _("Sent")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("reports.view_reportschedule"))

    @admin.display(description=_("period"))
    def period(self, mailing: ReportMailing) -> str:
        return dates_text(mailing.first, mailing.last)

    @admin.display(description=_("status"))
    def result(self, mailing: ReportMailing) -> str:
        return status_badge(mailing.get_status_display(), STATUS_COLOURS[ReportMailing.Status(mailing.status)])

    @admin.display(description=_("sent"))
    def sent(self, mailing: ReportMailing) -> str:
        return format_local(mailing.sent_at)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, mailing: ReportMailing) -> str:
        return format_local(mailing.next_attempt_at)


class FailedFilter(admin.SimpleListFilter):
    title = _("result")
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("Could not be sent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReportSchedule]) -> QuerySet[ReportSchedule]:
        failed = ReportMailing.objects.failed().values("schedule")
        return queryset.filter(pk__in=failed) if self.value() else queryset


def visible_schedules(request: HttpRequest) -> QuerySet[ReportSchedule]:
    """Schedules of reports that the person may see, for cinemas all of which are theirs."""
    allowed = [name for name, each in listed_reports().items() if request.user.has_perm(each.permission)]
    rows, own = ReportSchedule.objects.filter(report__in=allowed), cinemas_of(request)
    if own is None:
        return rows
    links = ReportSchedule.cinemas.through.objects
    return rows.filter(pk__in=within(links.all(), "cinema", own).values("reportschedule")).exclude(
        pk__in=links.exclude(cinema__in=own).values("reportschedule")
    )


def has_failed(schedule: ReportSchedule) -> bool:
    return schedule.mailings.failed().exists()


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ActionsMixin, NoDeleteAdmin):
    """A schedule is switched off, not deleted: what was sent stays known."""

    cinema_path = "cinemas"
    form = ScheduleForm
    list_display = ["title", "its_cinemas", "rhythm", "format", "its_recipients", "is_active"]
    list_filter = [FailedFilter, "rhythm", "is_active"]
    fields = ["report", "by", "compare", "cinemas", "rhythm", "format", "language", "recipients", "is_active"]
    inlines = [MailingInline]
    actions_detail = ["send_again"]

    def filter_cinemas(self, rows: QuerySet[ReportSchedule], request: HttpRequest) -> QuerySet[ReportSchedule]:
        return rows.filter(pk__in=visible_schedules(request).values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportSchedule]:
        return super().get_queryset(request).prefetch_related("cinemas", "recipients")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [MailingInline] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        listed = listed_reports()
        allowed = [(name, each.title) for name, each in listed.items() if request.user.has_perm(each.permission)]
        if "report" in form.base_fields:
            form.base_fields["report"].choices = allowed
        for name in {"cinemas", "recipients"} & form.base_fields.keys():
            widget = form.base_fields[name].widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        if "language" in form.base_fields:
            form.base_fields["language"].initial = get_language()
        return form

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        if db_field.name == "recipients":
            kwargs["queryset"] = self._readers(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _readers(self, request: HttpRequest) -> QuerySet[User]:
        """Staff who see figures of at least one cinema of the person."""
        own = cinemas_of(request)
        readers = staff_who_see([FIGURES], cinemas=[])
        if own is not None:
            colleagues = User.cinemas.through.objects.filter(cinema__in=own).values("user")
            readers = readers.filter(Q(all_cinemas=True) | Q(pk__in=colleagues))
        return readers.order_by("last_name", "first_name", "email")

    def save_model(self, request: HttpRequest, obj: ReportSchedule, form: Any, change: bool) -> None:
        if not change or {"is_active", "rhythm"} & {*form.changed_data}:
            begin(obj, at=clock.now())
            form.changed_data.append("since")
        super().save_model(request, obj, form, change)

    @admin.display(description=_("report"), ordering="report")
    def title(self, schedule: ReportSchedule) -> str:
        return title_of(schedule.report)

    @admin.display(description=_("cinemas"))
    def its_cinemas(self, schedule: ReportSchedule) -> str:
        return ", ".join(sorted(str(cinema) for cinema in schedule.cinemas.all()))

    @admin.display(description=_("recipients"))
    def its_recipients(self, schedule: ReportSchedule) -> str:
        return ", ".join(sorted(str(person) for person in schedule.recipients.all()))

    @confirmed_action(
        permission="reports.resend_reportschedule",
        title=_("Send again"),
        text=_("The reports that could not be sent are made again and sent to those who may see them."),
        when=has_failed,
        icon="replay",
    )
    def send_again(self, schedule: ReportSchedule, *, at: datetime, actor: User) -> str:
        count = send_failed_again(schedule, at=at)
        text = ngettext("%(count)d report will be sent again.", "%(count)d reports will be sent again.", count)
        return text % {"count": count}
