"""A list that goes out as a file, and comes in again after a look at what would change."""

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from backoffice.framework.import_export import files
from backoffice.framework.import_export.files import Table, Unreadable
from backoffice.framework.import_export.resources import ImportedRow, Resource, RowChange
from cinema import clock

log = logging.getLogger(__name__)

MOST_OUT = 10_000
LOOK = 3600  # seconds that a look at a file is good for


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text = gettext("CSV or XLSX, up to %(rows)d rows and %(size)d kB.") % {
            "rows": files.MOST_ROWS,
            "size": files.MOST_BYTES // 1000,
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > files.MOST_BYTES:  # before it is read
            raise forms.ValidationError(
                gettext("The file is larger than %(most)d kB. Split it.") % {"most": files.MOST_BYTES // 1000}
            )
        return file


class ImportExportMixin:
    """A page whose list is exported by who may see it, as it is filtered, and imported by who may add and change.

    Nothing of a file is kept on the server: between the look and the confirmation its rows travel in the page itself,
    signed for this person and an hour. What is confirmed is checked anew, and stored if it still is what was seen.
    """

    sheet: ClassVar[type[Resource]]
    list_before_template = "backoffice/framework/export_links.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)  # type: ignore[attr-defined]

    def resource_for(self, request: HttpRequest) -> Resource:
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        page: Any = self
        view, name = page.admin_site.admin_view, f"{page.opts.app_label}_{page.opts.model_name}"
        return [
            path("export/", view(self.export_view), name=f"{name}_export"),
            path("import/", view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        given = request.GET.copy()
        given.pop("p", None)
        links = {"filters": given.urlencode(), "may_import": self.has_import_permission(request)}
        return super().changelist_view(request, {**links, **(extra_context or {})})  # type: ignore[misc]

    # --- Out

    def export_view(self, request: HttpRequest) -> HttpResponse:
        page: Any = self
        if not page.has_view_permission(request):
            raise PermissionDenied
        given = request.GET.copy()
        kind = given.pop("as", ["xlsx"])[-1]
        request.GET = given  # type: ignore[assignment]
        back = f"{page._list()}?{given.urlencode()}"
        try:
            found = list(page.get_changelist_instance(request).queryset[: MOST_OUT + 1])
        except IncorrectLookupParameters:
            return HttpResponseRedirect(page._list())
        if len(found) > MOST_OUT:
            told = gettext("The list has more than %(most)d rows. Filter it first.") % {"most": MOST_OUT}
            messages.error(request, told)
            return HttpResponseRedirect(back)
        rows = self.resource_for(request).export(found)
        kind = kind if kind in files.FORMATS else "xlsx"
        name = f"{page.opts.model_name}-{timezone.localdate(clock.now()).isoformat()}.{kind}"
        return HttpResponse(
            files.write(kind, rows.headers, rows),
            content_type=files.FORMATS[kind],
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )

    # --- In

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            return self._import(request)
        except OperationalError:  # a lock that others held for too long, or two that waited for each other
            log.exception("an import gave way")
            messages.error(
                request,
                gettext("Someone else is importing the same data right now. Nothing was imported. Please try again."),
            )
            return HttpResponseRedirect(request.path)

    def _import(self, request: HttpRequest) -> HttpResponse:
        if "seen" in request.POST:
            return self._confirmed(request)
        form = FileForm(request.POST or None, request.FILES or None)
        if form.is_bound and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                table = files.read(file.read())
                return self._look(request, table, name=file.name)
            except Unreadable as refused:
                form.add_error("file", str(refused))
        return self._show(request, {"form": form})

    def _look(self, request: HttpRequest, table: Table, *, name: str) -> HttpResponse:
        sheet = self.resource_for(request)
        outcomes = sheet.import_rows(table, keep=False)
        kinds = Counter(outcome.kind for outcome in outcomes)
        context: dict[str, Any] = {
            "outcomes": [outcome for outcome in outcomes if outcome.kind != RowChange.SAME],
            "kinds": kinds,
            "same": [outcome.number for outcome in outcomes if outcome.kind == RowChange.SAME],
            "left_alone": sheet.left_alone(table),
            "name": name,
        }
        if not kinds[RowChange.REFUSED] and kinds[RowChange.NEW] + kinds[RowChange.CHANGED]:
            held = {"headers": table.headers, "rows": table.rows, "name": name, "look": _picture(outcomes)}
            context["seen"] = signing.dumps(held, salt=self._salt(request), compress=True)
        return self._show(request, context)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        page: Any = self
        try:
            held = signing.loads(request.POST["seen"], salt=self._salt(request), max_age=LOOK)
        except signing.BadSignature:
            messages.error(request, gettext("This preview has expired. Upload the file again."))
            return HttpResponseRedirect(request.path)
        table = Table(held["headers"], [(number, cells) for number, cells in held["rows"]])
        with transaction.atomic():
            # One file of a kind at a time: a film that two bring at once, or a double click, would be there twice.
            list(ContentType.objects.select_for_update(no_key=True).filter(pk=page._kind().pk))
            outcomes = self.resource_for(request).import_rows(table, keep=True)
            is_same = _picture(outcomes) == held["look"]
            if is_same:
                self._log(request, outcomes, held["name"])
            else:
                transaction.set_rollback(True)
        if not is_same:
            messages.warning(
                request,
                gettext("The data has changed since the preview, so nothing was imported. Check the new preview."),
            )
            return self._look(request, table, name=held["name"])
        kinds = Counter(outcome.kind for outcome in outcomes)
        told = ngettext(
            "%(count)d row imported.", "%(count)d rows imported.", kinds[RowChange.NEW] + kinds[RowChange.CHANGED]
        )
        messages.success(request, told % {"count": kinds[RowChange.NEW] + kinds[RowChange.CHANGED]})
        return HttpResponseRedirect(page._list())

    def _log(self, request: HttpRequest, outcomes: Sequence[ImportedRow], name: str) -> None:
        told = gettext("Imported from “%(name)s”.") % {"name": name[:100]}
        for kind, flag in ((RowChange.NEW, ADDITION), (RowChange.CHANGED, CHANGE)):
            rows = [outcome.row for outcome in outcomes if outcome.kind == kind]
            if rows:
                LogEntry.objects.log_actions(request.user.pk, rows, flag, told)  # type: ignore[arg-type]

    def _salt(self, request: HttpRequest) -> str:
        return f"exchange {self.opts.label} {request.user.pk}"  # type: ignore[attr-defined]

    def _kind(self) -> ContentType:
        return ContentType.objects.get_for_model(self.opts.model)  # type: ignore[attr-defined]

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")  # type: ignore[attr-defined]

    def _show(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        page: Any = self
        sheet = self.resource_for(request)
        return TemplateResponse(
            request,
            "backoffice/framework/import.html",
            {
                **page.admin_site.each_context(request),
                "title": _("Import"),
                "opts": page.opts,
                "columns": [sheet.label(name) for name in sheet.fields],
                "back": page._list(),
                "again": request.path,
                **context,
            },
        )


def _picture(outcomes: Sequence[ImportedRow]) -> str:
    """What was seen: changes once more if anything of it has."""
    seen = [(each.number, each.kind, [(one.field, one.before, one.after) for one in each.changes]) for each in outcomes]
    return hashlib.sha256(repr(seen).encode(errors="backslashreplace")).hexdigest()
