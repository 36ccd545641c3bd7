from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cinema.admin import RecordAdmin, may
from jobs import clock
from jobs.models import JobLease, JobRun, QuarantinedRow


class JobFilter(admin.SimpleListFilter):
    """The jobs of the schedule; to collect the names from a million runs would cost a scan a page."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(job, job) for job in settings.JOB_SCHEDULE]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["job", "started_at", "outcome", "done", "passed_over", "failed", "finished_at", "host"]
    list_filter = [JobFilter, "outcome"]


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["job", "row", "attempts", "error", "first_failed_at", "next_attempt_at"]
    list_filter = [JobFilter]
    search_fields = ["row"]
    actions = ["retry_now"]

    has_retry_permission = may("jobs.retry_quarantinedrow")

    @admin.action(description=_("Retry now"), permissions=["retry"])
    def retry_now(self, request: HttpRequest, queryset: QuerySet[QuarantinedRow]) -> None:
        count = queryset.update(next_attempt_at=clock.now())
        told = ngettext(
            "%(count)d row will be tried by the job's next pass.",
            "%(count)d rows will be tried by the job's next pass.",
            count,
        )
        self.message_user(request, told % {"count": count}, messages.SUCCESS)


@admin.register(JobLease)
class JobLeaseAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["job", "holder", "until"]
