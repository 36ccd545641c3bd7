"""Page of quarantined rows: rows that a job failed to process."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.jobs.columns import JobFilter, job_title
from jobs.models import QuarantinedRow
from jobs.quarantine import retry


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = None
    uses_server_time = True
    list_display = ["name", "row_link", "attempts", "error", "first_failed_at", "next_attempt_at"]
    list_display_links = ["name"]
    list_filter = [JobFilter]
    search_fields = ["row"]
    fields = ["name", "row_link", "attempts", "error", "first_failed_at", "next_attempt_at"]
    readonly_fields = ["name", "row_link"]
    actions = ["retry_now"]
    actions_detail = ["retry_now"]

    @admin.display(description=_("job"), ordering="job")
    def name(self, entry: QuarantinedRow) -> Any:
        return job_title(entry.job)

    @admin.display(description=pgettext_lazy("database", "row"), ordering="row")
    def row_link(self, entry: QuarantinedRow) -> str:
        """The row's name, linked to its page if there is one. That page checks permissions itself."""
        table, _colon, key = entry.row.partition(":")
        try:
            link = reverse(f"admin:{table.replace('.', '_')}_change", args=[key])
        except NoReverseMatch:
            return entry.row_description
        return format_html('<a href="{}">{}</a>', link, entry.row_description)

    @confirmed_action(
        permission="jobs.retry_quarantinedrow",
        by_cinemas=True,
        title=_("Retry now"),
        text=_("The job will try this row again on its next run. If it fails again, the row goes back to this list."),
        icon="replay",
        done=ngettext_lazy("%(count)d row will be retried.", "%(count)d rows will be retried.", "count"),
    )
    def retry_now(self, entry: QuarantinedRow, *, at: datetime, actor: Any) -> str:
        retry(entry, at=at)
        return gettext("%(row)s: will be retried on the job’s next run.") % {"row": entry.row_description}
