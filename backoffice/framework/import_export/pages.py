"""Adds export and import to a list: an import shows what would change before it is confirmed."""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from backoffice.framework.import_export import files, limits, storing
from backoffice.framework.import_export.background_pages import (
    BackgroundImportMixin,
    file_response,
    refused_rows_response,
)
from backoffice.framework.import_export.files import Table, Unreadable
from backoffice.framework.import_export.importer import DataChanged
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import ImportedRow, RowChange, digest, result_text
from cinema import clock
from cinema.ids import valid_ids

log = logging.getLogger(__name__)

MAX_EXPORTED_ROWS = 10_000
EVERY_CHANGE = "all"  # ticked instead of each change
PREVIEW_MAX_AGE = 3600  # seconds in which a preview can be confirmed


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text = gettext(
            "CSV or XLSX, up to %(rows)s rows and %(size)d MB. A file of more than %(few)d rows is imported in the "
            "background."
        ) % {
            "rows": files.grouped(limits.LARGE_ROWS),
            "size": limits.LARGE_BYTES // 1_000_000,
            "few": limits.MAX_ROWS,
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > limits.LARGE_BYTES:  # before reading it
            raise forms.ValidationError(
                gettext("The file is larger than %(most)d MB. Split it.") % {"most": limits.LARGE_BYTES // 1_000_000}
            )
        return file


class ImportExportMixin(BackgroundImportMixin):
    """A page with an export of its filtered list, and an import for users who may add and change rows.

    The server stores no file: the page of the preview contains the rows, signed for this user and for an hour. A
    confirmed import is checked again, and saved only if its result is still the one that was shown.
    """

    resource_class: type[Resource]
    list_before_template = "backoffice/framework/export_links.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)  # type: ignore[attr-defined]

    def resource_for(self, request: HttpRequest) -> Resource:
        return self.resource_class.for_person(request.user, at=clock.now())

    def get_urls(self) -> list[Any]:
        page: Any = self
        view, name = page.admin_site.admin_view, f"{page.opts.app_label}_{page.opts.model_name}"
        import_view = view(self.import_view)
        import_view.large_body = self.large_body()
        return [
            path("export/", view(self.export_view), name=f"{name}_export"),
            path("import/", import_view, name=f"{name}_import"),
            *self.background_urls(view, name),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        params = request.GET.copy()
        params.pop("p", None)
        links = {"filters": params.urlencode(), "can_import": self.has_import_permission(request)}
        return super().changelist_view(request, {**links, **(extra_context or {})})  # type: ignore[misc]

    # --- Export

    def export_view(self, request: HttpRequest) -> HttpResponse:
        page: Any = self
        if not page.has_view_permission(request):
            raise PermissionDenied
        params = request.GET.copy()
        kind = params.pop("as", ["xlsx"])[-1]
        request.GET = params  # type: ignore[assignment]
        back = f"{page._changelist_url()}?{params.urlencode()}"
        try:
            found = list(page.get_changelist_instance(request).queryset[: MAX_EXPORTED_ROWS + 1])
        except IncorrectLookupParameters:
            return HttpResponseRedirect(page._changelist_url())
        if len(found) > MAX_EXPORTED_ROWS:
            message = gettext("The list has more than %(most)s rows. Filter it first.")
            messages.error(request, message % {"most": files.grouped(MAX_EXPORTED_ROWS)})
            return HttpResponseRedirect(back)
        rows = self.resource_for(request).export(found)
        kind = kind if kind in files.FORMATS else "xlsx"
        name = f"{page.opts.model_name}-{timezone.localdate(clock.now()).isoformat()}"
        return file_response(files.write(kind, rows.headers, rows), kind, name=name)

    # --- Import

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            return self._import(request)
        except OperationalError:  # a lock timeout or a deadlock
            log.exception("an import was given up because of a lock")
            messages.error(
                request,
                gettext("Someone else is importing the same data right now. Nothing was imported. Please try again."),
            )
            return HttpResponseRedirect(request.path)

    def _import(self, request: HttpRequest) -> HttpResponse:
        if "seen" in request.POST:
            return self._confirm(request)
        form = FileForm(request.POST or None, request.FILES or None)
        if form.is_bound and form.is_valid():
            file = form.cleaned_data["file"]
            if file.size > limits.MAX_BYTES:
                return self.receive(request, file)
            try:
                table = files.read(file.read(), self.resource_for(request).headings())
                return self._preview(request, table, name=file.name)
            except files.TooLarge:
                return self.receive(request, file)
            except Unreadable as refused:
                form.add_error("file", str(refused))
        return self._render(request, {"form": form, "imports": self.own_imports(request)})

    def _preview(
        self, request: HttpRequest, table: Table, *, name: str, outcomes: Sequence[ImportedRow] | None = None
    ) -> HttpResponse:
        resource = self.resource_for(request)
        if outcomes is None:
            outcomes = resource.import_rows(table, save=False)
        kinds = Counter(outcome.kind for outcome in outcomes)
        context: dict[str, Any] = {
            "outcomes": [outcome for outcome in outcomes if outcome.kind != RowChange.SAME],
            "kinds": kinds,
            "same": [outcome.number for outcome in outcomes if outcome.kind == RowChange.SAME],
            "ignored_columns": resource.ignored_columns(table),
            "name": name,
        }
        if kinds[RowChange.NEW] + kinds[RowChange.CHANGED] + kinds[RowChange.REFUSED]:
            refused = [outcome.number for outcome in outcomes if outcome.kind == RowChange.REFUSED]
            preview = {"headers": table.headers, "rows": table.rows, "name": name, "digests": _digests(outcomes)}
            preview["refused"] = refused
            if resource.ticks_changes:
                context["ticks"] = preview["to_tick"] = [
                    outcome.number for outcome in outcomes if outcome.kind == RowChange.CHANGED
                ]
            context["seen"] = signing.dumps(preview, salt=self._salt(request), compress=True)
        return self._render(request, context)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        page: Any = self
        try:
            preview = signing.loads(request.POST["seen"], salt=self._salt(request), max_age=PREVIEW_MAX_AGE)
        except signing.BadSignature:
            messages.error(request, gettext("This preview has expired. Upload the file again."))
            return HttpResponseRedirect(request.path)
        table = Table(preview["headers"], [(number, cells) for number, cells in preview["rows"]])
        if "refused_file" in request.POST:
            return self._refused_file(request, table)
        ticked = request.POST.getlist("change")
        unticked = set() if EVERY_CHANGE in ticked else {*preview.get("to_tick", [])} - valid_ids(ticked)
        left_out = unticked | {*preview["refused"]}
        with transaction.atomic():
            storing.wait_for_other_imports(page.opts.model)
            found = self.resource_for(request).import_rows(table, save=True, left_out=left_out)
            outcomes = [outcome for outcome in found if outcome.number not in left_out]
            is_same = _digests(outcomes) == [each for each in preview["digests"] if each[0] not in left_out]
            if is_same:
                storing.log(outcomes, person=request.user, name=preview["name"])
            else:
                transaction.set_rollback(True)
        if not is_same:
            messages.warning(request, str(DataChanged()))
            return self._preview(request, table, name=preview["name"], outcomes=found)
        kinds = Counter(outcome.kind for outcome in outcomes)
        if left_out and not kinds[RowChange.NEW] + kinds[RowChange.CHANGED]:
            messages.warning(request, gettext("Nothing was imported. Tick the changes that you want."))
            return self._preview(request, table, name=preview["name"])
        added, changed, refused = kinds[RowChange.NEW], kinds[RowChange.CHANGED], len(preview["refused"])
        unchanged = len(table.rows) - added - changed - refused
        text = result_text(added=added, changed=changed, unchanged=unchanged, refused=refused)
        messages.success(request, text)
        return HttpResponseRedirect(page._changelist_url())

    def _refused_file(self, request: HttpRequest, table: Table) -> HttpResponse:
        resource = self.resource_for(request)
        errors = {row.number: row.errors for row in resource.import_rows(table, save=False) if row.errors}
        rows = [(texts, errors[number]) for number, texts in table.rows if number in errors]
        return refused_rows_response(table.headers, rows, name=self.opts.model_name)  # type: ignore[attr-defined]

    def _salt(self, request: HttpRequest) -> str:
        return f"exchange {self.opts.label} {request.user.pk}"  # type: ignore[attr-defined]

    def _changelist_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")  # type: ignore[attr-defined]

    def _render(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        page: Any = self
        resource = self.resource_for(request)
        return TemplateResponse(
            request,
            "backoffice/framework/import.html",
            {
                **page.admin_site.each_context(request),
                "title": _("Import"),
                "opts": page.opts,
                "columns": [resource.label(name) for name in resource.fields],
                "back": page._changelist_url(),
                "again": request.path,
                **context,
            },
        )


def _digests(outcomes: Sequence[ImportedRow]) -> list[list[Any]]:
    """A digest of each row's result, to find out whether a confirmed import would still do what the preview showed."""
    return [[outcome.number, digest(outcome)] for outcome in outcomes]
