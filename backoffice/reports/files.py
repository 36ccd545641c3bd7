"""Pages of reports as files: asking for one, one's own files with their progress, and the download."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.scope import cinemas_of
from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.scoped_choices import visible_rows
from backoffice.reports.file_form import FileForm
from cinema import clock
from cinema.ids import valid_ids
from cinema.status import Refused
from reports.catalogue.files import file_name, title_of
from reports.catalogue.takings import period_text
from reports.files import FORMATS, MAX_PDF_ROWS
from reports.models import ReportFile
from reports.services import ask, ask_again, forget, may_have, open_file, own_files
from reports.tables import Kind, cell_text
from screenings.models import Cinema

SHOWN = 100  # files
REFRESHED_AFTER = 3  # seconds


class ReportFilePages(CinemaScopedAdmin):
    """Adds the pages to those of business days. Everybody sees the files that they asked for, and no others."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("files/", view(self.files_view), name="reports_files"),
            path("files/ask/", view(self.ask_view), name="reports_files_ask"),
            path("files/<int:key>/", view(self.download_view), name="reports_files_download"),
            path("files/<int:key>/again/", view(require_POST(self.again_view)), name="reports_files_again"),
            path("files/<int:key>/delete/", view(require_POST(self.delete_file_view)), name="reports_files_delete"),
            *super().get_urls(),
        ]

    def files_view(self, request: HttpRequest) -> HttpResponse:
        """The person's files. The page loads itself again while one of them is being made."""
        self._check_permission(request)
        files = list(ReportFile.objects.filter(person=request.user.pk)[:SHOWN])
        cinemas = Cinema.objects.in_bulk({pk for file in files for pk in file.cinemas})
        context = {"rows": [self._row(file, request, cinemas) for file in files]}
        response = self._render(request, "files.html", context, title=_("Files"))
        if any(file.is_under_way for file in files):
            response.headers["Refresh"] = str(REFRESHED_AFTER)
        return response

    def ask_view(self, request: HttpRequest) -> HttpResponse:
        self._check_permission(request)
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        if not cinemas:
            return self._render(request, "ask_for_file.html", {}, title=_("New file"))
        is_sent = request.method == "POST"
        form = FileForm(request.POST if is_sent else request.GET, cinemas=cinemas, person=request.user, at=clock.now())
        if is_sent and form.is_valid():
            try:
                self._ask(request, form)
            except Refused as refused:
                messages.warning(request, str(refused))
            else:
                return HttpResponseRedirect(reverse("admin:reports_files"))
        most = cell_text(MAX_PDF_ROWS, Kind.INTEGER)
        context = {"form": form, "shows_errors": is_sent, "max_pdf_rows": most}
        return self._render(request, "ask_for_file.html", context, title=_("New file"))

    def _ask(self, request: HttpRequest, form: FileForm) -> None:
        chosen, period = form.cleaned_data, form.period()
        ask(
            chosen["report"],
            cinemas=form.cinemas_of_rows(),
            first=period.first,
            last=period.last,
            parameters=form.parameters(),
            format=chosen["format"],
            language=get_language() or "en",
            person=request.user,  # type: ignore[arg-type] # who may see the page is signed in
            at=period.at,
        )
        messages.success(request, gettext("The file will be ready within a minute or two."))

    def download_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The content, for people who asked for it or get it by e-mail, if they may still see all of its rows."""
        self._check_permission(request)
        file = own_files(request.user).filter(pk__in=valid_ids([str(key)])).first()  # type: ignore[arg-type]
        content = open_file(file) if file is not None and self._may_have(file, request) else None
        if file is None or content is None:
            return self.not_found(request, str(key))
        return FileResponse(
            content,
            as_attachment=True,
            filename=file_name(file),
            content_type=FORMATS[file.format].content_type,
            headers={"Cache-Control": "private, no-store"},
        )

    def again_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        file = self._own_file(request, key)
        if file is None:
            return self.not_found(request, str(key))
        try:
            ask_again(file, at=clock.now())
        except Refused as refused:
            messages.warning(request, str(refused))
        return HttpResponseRedirect(reverse("admin:reports_files"))

    def delete_file_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """For files that are not needed any more: one that failed stays on the first page otherwise."""
        file = self._own_file(request, key)
        if file is None:
            return self.not_found(request, str(key))
        forget([file], at=clock.now())
        return HttpResponseRedirect(reverse("admin:reports_files"))

    def _row(self, file: ReportFile, request: HttpRequest, cinemas: dict[int, Cinema]) -> dict[str, Any]:
        of = [cinemas[pk] for pk in file.cinemas if pk in cinemas]
        return {
            "file": file,
            "title": title_of(file.report),
            "about": period_text(of, file.first, file.last),
            "done": cell_text(file.rows_done, Kind.INTEGER),
            "expected": cell_text(file.rows_expected, Kind.INTEGER) if file.rows_expected else "",
            "may_have": file.status == ReportFile.Status.READY and self._may_have(file, request),
        }

    def _may_have(self, file: ReportFile, request: HttpRequest) -> bool:
        return may_have(file, request.user, cinemas=cinemas_of(request), at=clock.now())  # type: ignore[arg-type]

    def _own_file(self, request: HttpRequest, key: int) -> ReportFile | None:
        self._check_permission(request)
        return ReportFile.objects.filter(person=request.user.pk, pk__in=valid_ids([str(key)])).first()

    def _check_permission(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any], *, title: Any) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "title": title, **context}
        headers = {"Cache-Control": "private, no-store"}
        return TemplateResponse(request, f"backoffice/reports/{template}", whole, headers=headers)
