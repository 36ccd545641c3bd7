"""Page of job runs, with the current state of every job above the list."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.jobs.columns import JobFilter, job_title
from cinema import clock
from cinema.job_schedule import Daily, Every
from jobs import crontab
from jobs.models import JobRun, QuarantinedRow, RunOutcome
from jobs.status import JobStatus, statuses

COLOURS = {RunOutcome.RUNNING: "info", RunOutcome.SUCCEEDED: "success", RunOutcome.FAILED: "danger"}
FAILED_ROWS_SHOWN = 10  # above the list of runs


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """The state of every job, and below it the list of runs."""

    cinema_path = None
    uses_server_time = True
    ordering = NEWEST_FIRST
    list_per_page = 20
    list_display = ["name", "started_at", "outcome_badge", "done", "passed_over", "failed", "finished_at", "host"]
    list_filter = [JobFilter, "outcome"]
    list_before_template = "backoffice/jobs/statuses.html"
    fields = ["name", "command", "started_at", "finished_at", "at", "outcome", "host", "database"]
    fields += ["done", "passed_over", "failed", "error"]
    readonly_fields = ["name", "command"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, run: JobRun) -> Any:
        return job_title(run.job)

    @admin.display(description=_("command"))
    def command(self, run: JobRun) -> str:
        """The command's name, as in docs/jobs.md."""
        return run.job

    @display(description=_("outcome"), ordering="outcome", label=COLOURS)
    def outcome_badge(self, run: JobRun) -> tuple[str, str]:
        return run.outcome, run.get_outcome_display()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.GET:  # a filter, a search or another page: show only the list
            return super().changelist_view(request, extra_context)
        jobs = statuses(clock.now())
        is_not_installed = any(each.late for each in jobs) and crontab.is_not_installed()
        context: dict[str, Any] = {
            "statuses": [
                {
                    "status": each,
                    "title": job_title(each.job),
                    "schedule": schedule_label(each.schedule),
                    "state": job_state(each, is_not_installed=is_not_installed),
                }
                for each in jobs
            ],
            "install": crontab.INSTALL if is_not_installed else "",
            "title": _("Jobs"),
            "zone": timezone.get_default_timezone_name(),
        }
        if request.user.has_perm("jobs.view_quarantinedrow"):
            rows = list(QuarantinedRow.objects.all()[: FAILED_ROWS_SHOWN + 1])
            context["quarantine"] = [{"row": row, "title": job_title(row.job)} for row in rows[:FAILED_ROWS_SHOWN]]
            context["more_in_quarantine"] = len(rows) > FAILED_ROWS_SHOWN
            context["may_retry"] = request.user.has_perm("jobs.retry_quarantinedrow")
        return super().changelist_view(request, context | (extra_context or {}))


def schedule_label(schedule: Every | Daily) -> str:
    if isinstance(schedule, Daily):
        return gettext("daily at %(time)s") % {"time": f"{schedule.at:%H:%M}"}
    seconds = int(schedule.period.total_seconds())
    if seconds < 60:
        return ngettext("every %(count)d second", "every %(count)d seconds", seconds) % {"count": seconds}
    if seconds == 60:
        return gettext("every minute")
    return ngettext("every %(count)d minute", "every %(count)d minutes", seconds // 60) % {"count": seconds // 60}


def job_state(status: JobStatus, *, is_not_installed: bool) -> tuple[str, str]:
    """The badge colour and text for a job. No job is late if the schedule is not installed."""
    if status.late and not is_not_installed:
        return "danger", gettext("Late")
    if status.last_run is None:
        return "info", gettext("Not run yet")
    return COLOURS[RunOutcome(status.last_run.outcome)], status.last_run.get_outcome_display()
