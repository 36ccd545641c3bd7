"""Page of batches of promo codes: how many were used, their export, and how they are stopped."""

import csv
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from allocations.errors import CodesExported
from allocations.models import CodeBatch
from allocations.services import begin_export, exported_codes, stop_codes
from allocations.services.code_batches import FETCHED_WITHIN
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from cinema import clock

EXPORT, STOP = "allocations.export_codebatch", "allocations.stop_codebatch"


class StopForm(ActionForm):
    code = forms.CharField(
        label=_("Only this code"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Leave empty to stop all codes that have not been used."),
    )


@admin.register(CodeBatch)
class CodeBatchAdmin(ActionsMixin, ReadOnlyAdmin):
    """Shows no codes: each is money to whoever reads it. They are in the file, once."""

    cinema_path = None
    ordering = NEWEST_FIRST
    list_display = ["name", "pattern", "size", "used", "left", "made_at", "made_by"]
    list_select_related = ["pattern", "made_by"]
    search_fields = ["name", "pattern__code"]
    fields = [
        *("name", "pattern", ("size", "used", "left")),
        *(("made_at", "made_by"), ("exported_at", "exported_by"), ("stopped_at", "stopped_by")),
    ]
    readonly_fields = ["used", "left"]
    actions_detail = ["export_codes", "stop_codes"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_counts()

    @admin.display(description=_("used"), ordering="used")
    def used(self, batch: Any) -> int:
        return int(batch.used)

    @admin.display(description=_("left"), ordering="left")
    def left(self, batch: Any) -> int:
        return int(batch.left)

    @confirmed_action(
        permission=EXPORT,
        title=_("Export the codes"),
        text=_(
            "The codes are exported once. Only you can download the file, for ten minutes; after that nobody can see "
            "them again."
        ),
        when=lambda batch: batch.exported_at is None,
        icon="download",
        reauthenticate=True,
        logged=_("The codes were exported."),
    )
    def export_codes(self, batch: CodeBatch, *, at: datetime, actor: User) -> str:
        begin_export(batch, at=at, actor=actor)
        link = format_html(
            '<a class="link" href="{}">{}</a>',
            reverse("admin:allocations_codebatch_file", args=[batch.pk]),
            gettext("Download the file (CSV)"),
        )
        minutes = int(FETCHED_WITHIN.total_seconds() // 60)
        words = gettext("Download them within %(count)d minutes:") % {"count": minutes}
        return format_html("{} {}", words, link)

    @confirmed_action(
        permission=STOP,
        title=_("Stop codes"),
        text=_("These codes will stop working. Orders that already use one keep their discount."),
        form=StopForm,
        icon="block",
        danger=True,
    )
    def stop_codes(self, batch: CodeBatch, *, code: str, at: datetime, actor: User) -> str:
        count = stop_codes(batch, code=code, at=at, actor=actor)
        return ngettext("%(count)d code stopped.", "%(count)d codes stopped.", count) % {"count": count}

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<path:object_id>/codes.csv", view, name="allocations_codebatch_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The codes as CSV, one a line, to whoever exported them a moment ago."""
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        batch = self.get_object(request, object_id)
        if batch is None:
            return self.not_found(request, object_id)
        try:
            codes = exported_codes(batch, at=clock.now(), actor=request.user)  # type: ignore[arg-type]
        except CodesExported as refused:
            self.message_user(request, str(refused), "ERROR")
            return HttpResponseRedirect(self.change_url(batch))
        headers = {"Content-Disposition": f'attachment; filename="codes-{batch.pk}.csv"'}
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
        csv.writer(response).writerows([["code"], *([code] for code in codes)])
        return response
