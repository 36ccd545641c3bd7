"""Pages of a file that is imported in the background: its progress, its preview, and the file of its refused rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.body_limit import LargeBody
from backoffice.framework.import_export import background, files, limits
from backoffice.framework.import_export.columns import PROBLEM, problem_keys
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.rows import RowChange
from backoffice.models import FileImport
from cinema import clock
from cinema.ids import valid_ids
from cinema.status import Refused

SHOWN = 100  # rows on a page of the preview
REFRESHED_AFTER = 3  # seconds
ENVELOPE = 100_000  # bytes of a request besides the file
OUTCOMES = (RowChange.REFUSED, RowChange.CHANGED, RowChange.NEW)


class BackgroundImportMixin:
    """The part of `ImportExportMixin` that is about large files. Only who uploaded a file sees its pages."""

    def large_body(self) -> LargeBody:
        page: Any = self
        return LargeBody(limits.LARGE_BYTES + ENVELOPE, page.has_import_permission)

    def background_urls(self, view: Any, name: str) -> list[Any]:
        return [
            path("import/<int:key>/", view(self.progress_view), name=f"{name}_import_progress"),
            path("import/<int:key>/refused/", view(self.refused_view), name=f"{name}_import_refused"),
        ]

    def receive(self, request: HttpRequest, file: Any) -> HttpResponse:
        """Leave the file to the job and show its progress."""
        page: Any = self
        made = background.receive(
            file, model=page.opts.label_lower, person=request.user, language=get_language() or "en", at=clock.now()
        )
        return HttpResponseRedirect(self._progress_url(made))

    def own_imports(self, request: HttpRequest) -> list[tuple[FileImport, str]]:
        """The person's own imports into this list, which are not forgotten yet, and the addresses of their pages."""
        page: Any = self
        found = FileImport.objects.filter(model=page.opts.label_lower, person=request.user.pk)[:10]
        return [(each, self._progress_url(each)) for each in found]

    def progress_view(self, request: HttpRequest, key: int) -> HttpResponse:
        page: Any = self
        file_import = self._own_import(request, key)
        if file_import is None:
            return page.not_found(request, str(key))
        if request.method == "POST":
            return self._change(request, file_import)
        counted = background.counts(file_import)
        shown = self._shown_outcome(request, counted)
        rows = file_import.rows.filter(outcome=shown).order_by("number")
        looked_at = file_import.row_count - counted[""]
        is_storing = file_import.status == FileImport.Status.STORING
        wanted = counted[RowChange.NEW] + counted["ticked"]
        response = TemplateResponse(
            request,
            "backoffice/framework/import_progress.html",
            {
                **page.admin_site.each_context(request),
                "title": _("Import"),
                "opts": page.opts,
                "back": page._changelist_url(),
                "again": reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_import"),
                "address": request.path,
                "file_import": file_import,
                "counts": counted,
                "result": background.result(file_import, refused=counted[RowChange.REFUSED]),
                "done": counted["stored"] if is_storing else looked_at,
                "all": wanted if is_storing else file_import.row_count,
                "wanted": wanted,
                "ticks": page.resource_for(request).ticks_changes,
                "shown": shown,
                "page": Paginator(rows, SHOWN).get_page(request.GET.get("p")),
            },
            headers={"Cache-Control": "private, no-store"},
        )
        if file_import.is_under_way:
            response.headers["Refresh"] = str(REFRESHED_AFTER)
        return response

    def refused_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """The refused rows as a file, with a column that says why; with it, the corrected file can be imported."""
        page: Any = self
        file_import = self._own_import(request, key)
        if file_import is None:
            return page.not_found(request, str(key))
        rows = file_import.rows.filter(outcome=RowChange.REFUSED).order_by("number").values_list("cells", "errors")
        return refused_rows_response(file_import.headers, rows.iterator(), name=page.opts.model_name)

    def _own_import(self, request: HttpRequest, key: int) -> FileImport | None:
        page: Any = self
        if not page.has_import_permission(request):
            raise PermissionDenied
        own = FileImport.objects.filter(model=page.opts.label_lower, person=request.user.pk)
        return own.filter(pk__in=valid_ids([str(key)])).first()

    def _shown_outcome(self, request: HttpRequest, counted: dict[str, int]) -> str:
        asked = request.GET.get("rows", "")
        return asked if asked in OUTCOMES else next((each for each in OUTCOMES if counted[each]), "")

    def _change(self, request: HttpRequest, file_import: FileImport) -> HttpResponse:
        page: Any = self
        address = self._progress_url(file_import)
        try:
            if "discard" in request.POST:
                background.discard(file_import)
                messages.success(request, gettext("The file and its rows have been deleted."))
                return HttpResponseRedirect(page._changelist_url())
            if "tick" in request.POST:
                background.tick(
                    file_import,
                    shown=valid_ids(request.POST.getlist("shown")),
                    ticked=valid_ids(request.POST.getlist("change")),
                )
                return HttpResponseRedirect(f"{address}?rows=changed&p={request.POST.get('p', '1')[:9]}")
            every_change = "every_change" in request.POST
            background.confirm(
                file_import, valid_rows="valid_rows" in request.POST, every_change=every_change, at=clock.now()
            )
        except Refused as refused:
            messages.warning(request, str(refused))
        return HttpResponseRedirect(address)

    def _progress_url(self, file_import: FileImport) -> str:
        page: Any = self
        return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_import_progress", args=[file_import.pk])


def file_response(content: bytes, kind: str, *, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=files.FORMATS[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
            "Cache-Control": "private, no-store",
        },
    )


def refused_rows_response(
    headers: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence[str]]], *, name: str
) -> HttpResponse:
    """A file of the rows, each with its errors in a column that an import passes over."""
    kept = [index for index, header in enumerate(headers) if name_key(header) not in problem_keys()]
    table = (
        [*(texts[index] if index < len(texts) else "" for index in kept), " ".join(errors)] for texts, errors in rows
    )
    content = files.write("csv", [*(headers[index] for index in kept), str(PROBLEM)], table)
    return file_response(content, "csv", name=f"{name}-errors")
