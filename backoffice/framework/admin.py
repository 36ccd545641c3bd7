"""Base classes of the admin's pages: staff see the rows of their cinemas only, and forms overwrite no other changes.

Each page of a model names the path from its rows to their cinema, such as `cinema_path = "hall__cinema"`, or has
`cinema_path = None` for rows of the whole chain. It applies to lists, filters, autocomplete, form choices and URLs.
Rows of the whole chain are added, changed, deleted and acted on by people who work for all cinemas; others read them.
"""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.db.models import CharField, DateTimeField, Model, QuerySet, TextField, URLField
from django.forms import Media
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.scope import cinemas_of, own_rows
from backoffice.framework.badges import PlainValues
from backoffice.framework.changelist_postprocess import postprocess
from backoffice.framework.cinema_switch import cinema_lookups, take_out_switch, with_switch
from backoffice.framework.edit_conflicts import ConflictCheckingForm, row_lock
from backoffice.framework.guillemets import nest_guillemets
from backoffice.framework.history_view import ChangeHistory
from backoffice.framework.pagination import ListPaginator
from backoffice.framework.read_only import ReadOnlyMixin
from backoffice.framework.scoped_choices import ScopedChoicesMixin, ScopedRelatedFilter, is_relation, offered_lookups
from backoffice.framework.search import SearchMixin
from backoffice.framework.time_zones import add_time_zone_hint, cinema_of, zone_of, zone_of_user
from cinema.ids import is_valid_id
from cinema.local_time import format_local
from cinema.money import MoneyField
from cinema.validators import TextFormField

PREPOPULATE_SCRIPTS = re.compile(r"/(urlify|prepopulate|vendor/xregexp/xregexp(\.min)?)\.js$")


def permission_check(permission: str) -> Callable[..., bool]:
    """The method that `@admin.action(permissions=["x"])` calls: `has_x_permission = permission_check("app.x_row")`."""

    def has_permission(_page: Any, request: HttpRequest, _row: Any = None) -> bool:
        return bool(request.user.has_perm(permission))

    return has_permission


class CinemaScopedAdmin(SearchMixin, ScopedChoicesMixin, PlainValues, ModelAdmin):
    """A page that shows the rows of the user's cinemas; the URL of another row is not found (404)."""

    cinema_path: ClassVar[str | None]  # from the model to the cinema; None: rows of the whole chain
    kept_by_cinemas: ClassVar[bool] = False  # rows of the chain that people of single cinemas add and change
    history_parts: ClassVar[dict[str, str]] = {}  # rows whose history belongs to this row's; see `ChangeHistory`
    history_note: ClassVar[str | Promise] = ""  # shown above the history, for changes that are recorded elsewhere
    link_lookups: ClassVar[frozenset[str]] = frozenset()  # lookups of links to the list that no filter offers
    uses_server_time: ClassVar[bool] = False  # for rows about the system, such as runs of jobs
    form: Any = ConflictCheckingForm
    paginator: Any = ListPaginator
    show_full_result_count = False  # without the filters; counting a million rows would scan the table
    show_facets = admin.ShowFacets.NEVER  # they count the rows of each choice of each filter
    formfield_overrides: Any = {MoneyField: {"widget": UnfoldAdminDecimalFieldWidget}}

    @property
    def media(self) -> Media:
        """Without the scripts of `prepopulated_fields`, which no page uses and Django loads on each."""
        media: Any = super().media
        return Media(css=media._css, js=[path for path in media._js if not PREPOPULATE_SCRIPTS.search(str(path))])

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Whether a list may be filtered so by its address: only as its own filters do, or as `link_lookups` names.

        Django allows every lookup on every column of the list's own table, so that an address could ask for values that
        no page shows, letter by letter. Anything else is answered with status 400.
        """
        return lookup in offered_lookups(self.get_list_filter(request)) | self.link_lookups | cinema_lookups(self)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if self.cinema_path is None else self.filter_cinemas(rows, request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return super().has_add_permission(request, *args) and not self.is_of_others(request, adding=True)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not self.is_of_others(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        of_chain = self.cinema_path is None  # nobody of a single cinema deletes what the others use
        return super().has_delete_permission(request, obj) and not (of_chain and cinemas_of(request) is not None)

    def is_of_others(self, request: HttpRequest, row: Any = None, *, adding: bool = False) -> bool:
        """Whether the row holds for cinemas in which the person does not work; a new cinema is one of them."""
        of_chain = self.is_of_chain(row) or (adding and self.cinema_path == "pk")
        return of_chain and cinemas_of(request) is not None

    def is_of_chain(self, row: Any = None) -> bool:
        """Whether the row, or each row of the page, holds for all cinemas and is changed by people of all of them."""
        if self.cinema_path is None:
            return not self.kept_by_cinemas
        is_column = self.cinema_path != "pk" and "__" not in self.cinema_path
        return row is not None and is_column and self.has_one_cinema and getattr(row, f"{self.cinema_path}_id") is None

    def filter_cinemas(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        assert self.cinema_path
        return own_rows(rows, self.cinema_path, request)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Times are shown in the zone of the row's cinema, with its name, since a list may mix cinemas. Those of rows
        without a cinema are shown in `own_zone`."""
        columns = super().get_list_display(request)
        datetimes = [each for each in columns if self._is_datetime(each)]
        zone = None if self.has_one_cinema or not datetimes else self.own_zone(request)
        return [
            self._local_time_column(each, zone) if each in datetimes else self.money_column(each) for each in columns
        ]

    def zone_for(self, request: HttpRequest, row: Any) -> ZoneInfo | None:
        """The zone in which to show the row's times: its cinema's, or `own_zone`."""
        has_cinema = row is not None and (self.has_one_cinema or self.cinema_path == "pk")
        return zone_of(self, row) if has_cinema else self.own_zone(request)

    def own_zone(self, request: HttpRequest) -> ZoneInfo | None:
        """The zone in which to show the times of rows without one cinema; None: the server's."""
        return None if self.uses_server_time else zone_of_user(request)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = super().get_list_select_related(request)
        return [*related, self.cinema_path] if self.has_one_cinema and not isinstance(related, bool) else related

    @property
    def has_one_cinema(self) -> bool:
        """Whether each row belongs to exactly one cinema. Users, for example, may work in several."""
        if self.cinema_path in (None, "pk"):
            return False
        return bool(self.model._meta.get_field(self.cinema_path.split("__")[0]).many_to_one)

    def _is_datetime(self, name: Any) -> bool:
        fields = {each.name for each in self.model._meta.concrete_fields if isinstance(each, DateTimeField)}
        return isinstance(name, str) and name in fields

    def _local_time_column(self, name: str, zone: ZoneInfo | None) -> Callable[[Any], str]:
        @admin.display(description=self.model._meta.get_field(name).verbose_name, ordering=name)
        def local_time(row: Any) -> str:
            return format_local(getattr(row, name), zone_of(self, row) if self.has_one_cinema else zone)

        local_time.__name__ = name
        return local_time

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Shows times in the zone of the row's cinema or in `own_zone`. Saving locks the row."""
        row = self.get_object(request, object_id) if object_id else None
        request._row = row  # type: ignore[attr-defined]
        lock = row_lock(row) if row is not None and request.method == "POST" else nullcontext()
        name = self.opts.verbose_name
        title = capfirst(str(name)) if object_id else gettext("New: %(name)s") % {"name": name}
        with timezone.override(self.zone_for(request, row)), lock:
            response = super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if type(db_field) in {CharField, TextField} and not db_field.choices:
            kwargs.setdefault("form_class", TextFormField)
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, DateTimeField) and field is not None:
            add_time_zone_hint(field)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Writes the changed fields only: services may have changed others since the row was read."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        changed = {field.name for field in obj._meta.concrete_fields} & {*form.changed_data}
        if changed:
            obj.save(update_fields=changed)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        row = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        with row_lock(row) if row is not None else nullcontext():  # a second user waits, and then gets the 404 page
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, SimpleTemplateResponse):
            response.add_post_render_callback(postprocess)
            changelist = (response.context_data or {}).get("cl")
            for each in getattr(changelist, "filter_specs", []):
                if getattr(each, "searches", False):
                    response.context_data["media"] += each.form.media  # type: ignore[index]
        return response

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Names of rows may contain quotation marks, and be shown within them."""
        text = message if isinstance(message, str) else str(message)
        super().message_user(request, nest_guillemets(text), *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            changelist = super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:  # a value that the column cannot hold
            raise IncorrectLookupParameters from error
        # Django's "Select order to view" needs another case of the noun in most languages.
        changelist.title = capfirst(str(self.opts.verbose_name_plural))
        return take_out_switch(changelist)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if not all(is_valid_id(each) for each in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            self.message_user(request, gettext("The selected rows no longer exist. Select again."), messages.ERROR)
            return None
        self._warn_about_missing_rows(request, queryset)
        return super().response_action(request, queryset)

    def _warn_about_missing_rows(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        selected = {*request.POST.getlist(ACTION_CHECKBOX_NAME)}
        if missing := len(selected) - queryset.filter(pk__in=selected).count():
            message = ngettext(
                "%(count)d row has left this list: someone else has already dealt with it.",
                "%(count)d rows have left this list: someone else has already dealt with them.",
                missing,
            )
            self.message_user(request, message % {"count": missing}, messages.WARNING)

    @admin.display(description=_("cinema"))
    def at_cinema(self, row: Any) -> str:
        return str(cinema_of(self, row))

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The response for a row that is not in the page's queryset, or no longer.

        A row that has left a proxy model's page, such as that of overdue orders, is shown on the page of the concrete
        model, with a message. Otherwise the response is 404, the same whether the row belongs to another cinema or does
        not exist.
        """
        main_page = self.admin_site._registry.get(cast(type[Model], self.model._meta.concrete_model))
        if (
            self.model._meta.proxy
            and isinstance(main_page, CinemaScopedAdmin)
            and main_page.has_view_permission(request)
        ):
            row = main_page.get_object(request, object_id)
            if row is not None:
                message = gettext("%(row)s: someone else has already dealt with this. Here is the current state.")
                self.message_user(request, message % {"row": row}, messages.WARNING)
                return HttpResponseRedirect(main_page.change_url(row))
        context = {**self.admin_site.each_context(request), "title": _("Not found"), "opts": self.opts}
        return TemplateResponse(request, "backoffice/framework/gone.html", context, status=404)

    def change_url(self, row: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by a relation offer only the rows that the user may see."""
        offered = with_switch(self, super().get_list_filter(request))
        related = {each for each in offered if isinstance(each, str) and is_relation(self.model, each)}
        return [(each, ScopedRelatedFilter) if each in related else each for each in offered]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The row's change history, for users who may view the row. Nothing can be restored from it."""
        # Before the look-up, or the response would reveal which rows exist.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self.not_found(request, unquote(object_id))
        before = _parse_datetime(request.GET.get("before"))
        with timezone.override(self.zone_for(request, row)):
            context = {
                **self.admin_site.each_context(request),
                "title": _("History"),
                "opts": self.opts,
                "object": row,
                "note": self.history_note,
                "history": ChangeHistory(self, row, parts=self.get_history_parts(request), before=before),
                **(extra_context or {}),
            }
            return TemplateResponse(request, "backoffice/framework/history.html", context).render()

    def get_history_parts(self, request: HttpRequest) -> dict[str, str]:
        """`history_parts`, for those who may see the related rows of all cinemas."""
        return self.history_parts

    def history_label(self, field: Any) -> str:
        """The name of a field in the history."""
        return str(field.verbose_name)

    def history_name(self, row: Any) -> str:
        """The name of a related row in the history."""
        return str(row)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, _opts: Any, object_id: str) -> HttpResponseBase:
        return self.not_found(request, object_id)  # Django would redirect to the first page


def _parse_datetime(text: str | None) -> datetime | None:
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return value if value.tzinfo else None


#: The ordering of tables that grow all day: primary keys grow with time, and always have an index.
NEWEST_FIRST = ["-pk"]


class ReadOnlyAdmin(ReadOnlyMixin, CinemaScopedAdmin):
    list_per_page = 25  # a page stays under 150 KB


class NoDeleteAdmin(CinemaScopedAdmin):
    """Rows can be changed with the permission for it, and never deleted, because other records refer to them."""

    list_per_page: ClassVar = 25  # a page stays under 150 KB

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
