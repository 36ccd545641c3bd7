"""Pages of film hire statements: each explained line by line, sent, counted again; and the returns made beside them."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.film_hire.returns import RETURNS, Return
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.chosen_cinema import with_chosen_cinema
from backoffice.framework.read_only import ReadOnlyInline
from backoffice.framework.scoped_choices import visible_rows
from cinema import clock
from cinema.local_time import format_local
from cinema.status import Refused
from film_hire.files import file_name, render
from film_hire.models import Dispatch, GrossReturn, Statement
from film_hire.services import addresses_of, recount, send, send_gross
from film_hire.tables import statement_table
from reports.files import FORMATS
from screenings.models import Cinema

COLOURS: dict[str, str] = {Statement.Status.READY: "info", Statement.Status.SENT: "success"}


class DispatchInline(ReadOnlyInline):
    model = Dispatch
    ordering = ["-pk"]
    fields = ["email", "when", "actor", "format", "language", "file"]
    readonly_fields = ["when", "file"]
    show_change_link = False
    verbose_name_plural = _("Sent")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(f"film_hire.view_{self.parent_model._meta.model_name}"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request).defer("content").select_related("statement__cinema", "gross__cinema", "actor")
        )

    @admin.display(description=_("sent"))
    def when(self, sent: Dispatch) -> str:
        return format_local(sent.sent_at, sent.about.cinema.zone)

    @admin.display(description=_("file"))
    def file(self, sent: Dispatch) -> str:
        about = sent.about
        url = reverse(f"admin:film_hire_{about._meta.model_name}_sent", args=[about.pk, sent.pk])
        return format_html('<a href="{}">{}</a>', url, sent.filename)


class SendForm(ActionForm):
    """Shows where the statement goes: once it is sent, it never changes."""

    def summary(self) -> Iterable[SummaryItem]:
        addresses = [f"{each.email} ({each.get_format_display()})" for each in addresses_of(self.row)]
        yield gettext("addresses for statements"), ", ".join(addresses) or "–"


class LatestFilter(admin.SimpleListFilter):
    """Only the newest version of each statement, unless all are asked for."""

    title = _("versions")
    parameter_name = "versions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All versions"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == "all" else queryset.filter(is_latest=True)


class DispatchesMixin:
    """What was sent of a row, with the files as they went out."""

    inlines: ClassVar = [DispatchInline]

    def get_urls(self) -> list[Any]:
        name = f"film_hire_{self.opts.model_name}_sent"  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.sent_view)  # type: ignore[attr-defined]
        return [path("<int:pk>/sent/<int:sent>/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def sent_view(self, request: HttpRequest, pk: int, sent: int) -> FileResponse:
        found = self._own(request, pk).dispatches.filter(pk=sent).first()
        if found is None:
            raise Http404
        return _file(bytes(found.content), found.format, found.filename)

    def _own(self, request: HttpRequest, pk: int) -> Any:
        rows: Any = self.get_queryset(request)  # type: ignore[attr-defined]
        found = rows.select_related("distributor", "cinema").filter(pk=pk).first()
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):  # type: ignore[attr-defined]
            raise PermissionDenied
        return found


@admin.register(Statement)
class StatementAdmin(DispatchesMixin, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    cinema_path = "cinema"
    colours = COLOURS
    list_before_template = "backoffice/film_hire/returns.html"
    ordering = ["-last", "-pk"]
    list_display = ["distributor", "cinema", "last", "version", "base", "hire", "status_label"]
    list_filter = [LatestFilter, "status", "cinema", "distributor"]
    list_select_related = ["distributor", "cinema"]
    search_fields = ["distributor__name"]
    fields = [
        ("distributor", "cinema"),
        ("first", "last", "version"),
        ("status_label", "made_at", "counted_until"),
        ("box_office", "base"),
        ("hire", "advance"),
        "files",
    ]
    readonly_fields = ["status_label", "files"]
    change_form_after_template = "backoffice/film_hire/statement.html"
    actions_detail = ["send", "recount"]

    @admin.display(description=_("files"))
    def files(self, statement: Statement) -> str:
        links = [
            (reverse("admin:film_hire_statement_file", args=[statement.pk, each]), each.upper()) for each in FORMATS
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        statement = self.get_object(request, object_id)
        if statement is not None and self.has_view_permission(request, statement):
            extra_context = {**(extra_context or {}), "table": statement_table(statement)}
        return super().change_view(request, object_id, form_url, extra_context)

    @confirmed_action(
        permission="film_hire.send_statement",
        title=_("Send"),
        text=_("Goes to all addresses of the distributor. From then on this version never changes."),
        form=SendForm,
        when=lambda statement: statement.is_latest,
        icon="mail",
    )
    def send(self, statement: Statement, *, at: datetime, actor: User) -> str:
        return _sent_to(send(statement, at=at, actor=actor))

    @confirmed_action(
        permission="film_hire.recount_statement",
        title=_("Count again"),
        text=_("With the contracts and tickets of now. If the statement was sent, there will be a new version."),
        when=lambda statement: statement.is_latest,
        icon="sync",
        leads_to=Statement.newest_version,
    )
    def recount(self, statement: Statement, *, at: datetime, actor: User) -> str:
        new = recount(statement, at=at)
        return gettext("%(statement)s: counted again, version %(version)d.") % {
            "statement": new, "version": new.version,
        }  # fmt: skip

    # --- Its files, and the returns

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/file/<str:kind>/", view(self.file_view), name="film_hire_statement_file"),
            *(
                path(f"{each.name}/", view(self.return_view), {"shown": each}, name=f"film_hire_{each.name}")
                for each in RETURNS
            ),
        ]
        return [*own, *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int, kind: str) -> FileResponse:
        statement = self._own(request, pk)
        if kind not in FORMATS:
            raise Http404
        _name, content = render(statement, kind, language=get_language() or "en")
        return _file(content, kind, file_name(statement, kind))

    def return_view(self, request: HttpRequest, shown: Return) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": shown.title, "opts": self.opts}
        if cinemas:
            form = shown.form(with_chosen_cinema(request, cinemas), cinemas=cinemas, at=clock.now())
            table = shown.table(form.period())
            kind = request.GET.get("as", "")
            if kind in FORMATS:
                content = io.BytesIO()
                try:
                    FORMATS[kind].write(table, content, clock.now(), lambda _rows: None)
                except Refused as refused:
                    return HttpResponse(str(refused), status=409, content_type="text/plain")
                return _file(content.getvalue(), kind, f"{shown.name}.{kind}")
            query = request.GET.copy()
            links = []
            for each in FORMATS:
                query["as"] = each
                links.append((f"?{query.urlencode()}", each.upper()))
            context |= {"form": form, "parts": [table], "files": links}
        return TemplateResponse(request, "backoffice/film_hire/return.html", context)


@admin.register(GrossReturn)
class GrossReturnAdmin(DispatchesMixin, ActionsMixin, ReadOnlyAdmin):
    cinema_path = "cinema"
    ordering = ["-date", "-pk"]
    list_display = ["distributor", "cinema", "date", "admissions", "box_office", "made_at"]
    list_filter = ["cinema", "distributor"]
    list_select_related = ["distributor", "cinema"]
    search_fields = ["distributor__name"]
    fields = [("distributor", "cinema", "date"), ("admissions", "box_office", "made_at")]
    actions_detail = ["send"]

    @confirmed_action(
        permission="film_hire.send_statement",
        title=_("Send again"),
        text=_("With what is known now, to all addresses of the distributor that get it every morning."),
        icon="mail",
    )
    def send(self, gross: GrossReturn, *, at: datetime, actor: User) -> str:
        return _sent_to(send_gross(gross, at=at, actor=actor))


def _sent_to(count: int) -> str:
    return ngettext("Sent to %(count)d address.", "Sent to %(count)d addresses.", count) % {"count": count}


def _file(content: bytes, kind: str, name: str) -> FileResponse:
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(
        io.BytesIO(content), as_attachment=True, filename=name, content_type=FORMATS[kind].content_type, headers=headers
    )
