from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from cinema import clock
from cinema.schedule import TITLES, Daily, Every
from jobs import crontab
from jobs.models import JobLease, JobRun, Outcome, QuarantinedRow
from jobs.quarantine import retry
from jobs.status import JobStatus, statuses

COLOURS = {Outcome.RUNNING: "info", Outcome.SUCCEEDED: "success", Outcome.FAILED: "danger"}
ROWS_SHOWN = 10  # of the quarantine, on the page of the jobs


class JobFilter(admin.SimpleListFilter):
    """The jobs of the schedule; to collect the names from a million runs would cost a scan a page."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(job, str(title(job))) for job in settings.JOB_SCHEDULE]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(job=self.value()) if self.value() else queryset


def title(job: str) -> Any:
    return TITLES.get(job, job)


def schedule_label(schedule: Every | Daily) -> str:
    if isinstance(schedule, Daily):
        return gettext("daily at %(time)s") % {"time": f"{schedule.at:%H:%M}"}
    seconds = int(schedule.period.total_seconds())
    if seconds < 60:
        return ngettext("every %(count)d second", "every %(count)d seconds", seconds) % {"count": seconds}
    if seconds == 60:
        return gettext("every minute")
    return ngettext("every %(count)d minute", "every %(count)d minutes", seconds // 60) % {"count": seconds // 60}


def standing(status: JobStatus, *, is_not_installed: bool) -> tuple[str, str]:
    """How a job stands: the colour and the words. Where nobody has installed the schedule none is late."""
    if status.late and not is_not_installed:
        return "danger", gettext("Late")
    if status.last_run is None:
        return "info", gettext("Not run yet")
    return COLOURS[Outcome(status.last_run.outcome)], status.last_run.get_outcome_display()


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """How every job stands, and beneath it each pass."""

    cinema_path = None
    by_server_clock = True
    list_display = ["name", "started_at", "outcome_in_colour", "done", "passed_over", "failed", "finished_at", "host"]
    list_filter = [JobFilter, "outcome"]
    list_before_template = "backoffice/jobs/statuses.html"
    fields = ["name", "command", "started_at", "finished_at", "at", "outcome", "host", "database"]
    fields += ["done", "passed_over", "failed", "error"]
    readonly_fields = ["name", "command"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, run: JobRun) -> Any:
        return title(run.job)

    @admin.display(description=_("command"))
    def command(self, run: JobRun) -> str:
        """What docs/jobs.md calls it."""
        return run.job

    @display(description=_("outcome"), ordering="outcome", label=COLOURS)
    def outcome_in_colour(self, run: JobRun) -> tuple[str, str]:
        return run.outcome, run.get_outcome_display()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.GET:  # who filters or leafs looks for passes
            return super().changelist_view(request, extra_context)
        jobs = statuses(clock.now())
        is_not_installed = any(each.late for each in jobs) and crontab.is_not_installed()
        context: dict[str, Any] = {
            "statuses": [
                {
                    "status": each,
                    "title": title(each.job),
                    "schedule": schedule_label(each.schedule),
                    "standing": standing(each, is_not_installed=is_not_installed),
                }
                for each in jobs
            ],
            "install": crontab.INSTALL if is_not_installed else "",
            "title": _("Jobs"),
            "zone": timezone.get_default_timezone_name(),
        }
        if request.user.has_perm("jobs.view_quarantinedrow"):
            rows = list(QuarantinedRow.objects.all()[: ROWS_SHOWN + 1])
            context["quarantine"] = [{"row": row, "title": title(row.job)} for row in rows[:ROWS_SHOWN]]
            context["more_in_quarantine"] = len(rows) > ROWS_SHOWN
            context["may_retry"] = request.user.has_perm("jobs.retry_quarantinedrow")
        return super().changelist_view(request, context | (extra_context or {}))


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = None
    by_server_clock = True
    list_display = ["name", "row_itself", "attempts", "error", "first_failed_at", "next_attempt_at"]
    list_display_links = ["name"]
    list_filter = [JobFilter]
    search_fields = ["row"]
    fields = ["name", "row_itself", "attempts", "error", "first_failed_at", "next_attempt_at"]
    readonly_fields = ["name", "row_itself"]
    actions = ["retry_now"]
    actions_detail = ["retry_now"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, entry: QuarantinedRow) -> Any:
        return title(entry.job)

    @admin.display(description=pgettext_lazy("database", "row"), ordering="row")
    def row_itself(self, entry: QuarantinedRow) -> str:
        """Its name, and the way to its own page; whether that opens is for that page to say."""
        table, _colon, key = entry.row.partition(":")
        try:
            link = reverse(f"admin:{table.replace('.', '_')}_change", args=[key])
        except NoReverseMatch:
            return entry.row_in_words
        return format_html('<a href="{}">{}</a>', link, entry.row_in_words)

    @confirmed_action(
        permission="jobs.retry_quarantinedrow",
        title=_("Retry now"),
        text=_("The job will try this row again on its next run. If it fails again, the row goes back to this list."),
        icon="replay",
        done=ngettext_lazy("%(count)d row will be retried.", "%(count)d rows will be retried.", "count"),
    )
    def retry_now(self, entry: QuarantinedRow, *, at: datetime, actor: Any) -> str:
        retry(entry, at=at)
        return gettext("%(row)s: will be retried on the job’s next run.") % {"row": entry.row_in_words}


@admin.register(JobLease)
class JobLeaseAdmin(ReadOnlyAdmin):
    cinema_path = None
    by_server_clock = True
    list_display = ["name", "holder", "until"]
    fields = list_display
    readonly_fields = ["name"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, lease: JobLease) -> Any:
        return title(lease.job)
