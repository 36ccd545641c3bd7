"""Job titles, and the filter by job, for the lists of runs and of failed rows."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.titles import TITLES


def job_title(job: str) -> Any:
    return TITLES.get(job, job)


class JobFilter(admin.SimpleListFilter):
    """Offers the jobs of the schedule. Reading the names from the runs would scan a million rows."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(job, str(job_title(job))) for job in settings.JOB_SCHEDULE]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(job=self.value()) if self.value() else queryset
