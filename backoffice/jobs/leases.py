"""Page of job leases: which process runs which job right now."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.jobs.columns import job_title
from jobs.models import JobLease


@admin.register(JobLease)
class JobLeaseAdmin(ReadOnlyAdmin):
    cinema_path = None
    uses_server_time = True
    list_display = ["name", "holder", "until"]
    fields = list_display
    readonly_fields = ["name"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, lease: JobLease) -> Any:
        return job_title(lease.job)
