"""What every page of the admin keeps: staff see the rows of their cinemas, and type over nothing that services write.

Each page of a model says where its rows' cinema is found, `cinema_path = "hall__cinema"`, or that they belong to the
whole chain, `cinema_path = None`; then its lists, filters, look-ups, choices in forms and typed addresses follow.
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
from django.db.models import DateTimeField, Model, QuerySet
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
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.scope import cinemas_of, within
from backoffice.framework.changelist_postprocess import postprocess
from backoffice.framework.edit_conflicts import ConflictCheckingForm, row_lock
from backoffice.framework.history_view import ChangeHistory
from backoffice.framework.scoped_choices import ScopedChoicesMixin, ScopedRelatedFilter
from backoffice.framework.time_zones import cinema_of, zone_of, zone_of_person
from cinema.ids import is_valid_id
from cinema.local_time import add_time_zone_hint, format_local
from cinema.money import MoneyField

FILLS_FIELDS = re.compile(r"/(urlify|prepopulate|vendor/xregexp/xregexp(\.min)?)\.js$")


def may(permission: str) -> Callable[..., bool]:
    """Behind `@admin.action(permissions=["cancel"])`: `has_cancel_permission = may("orders.cancel_order")`."""

    def has_permission(_page: Any, request: HttpRequest, _row: Any = None) -> bool:
        return bool(request.user.has_perm(permission))

    return has_permission


class CinemaScopedAdmin(ScopedChoicesMixin, ModelAdmin):
    """A page whose rows are those of the person's cinemas; any other row's address is not found (404)."""

    cinema_path: ClassVar[str | None]  # from the model to the cinema; None: its rows are the whole chain's
    history_parts: ClassVar[
        dict[str, str]
    ] = {}  # rows under this one, told with its history; see `backoffice.framework.history_view`
    history_note: ClassVar[str | Promise] = ""  # what of the row has its history elsewhere
    by_server_clock: ClassVar[bool] = False  # rows that tell of the machine do so in its zone
    form: Any = ConflictCheckingForm
    formfield_overrides: Any = {MoneyField: {"widget": UnfoldAdminDecimalFieldWidget}}

    @property
    def media(self) -> Media:
        """Without what fills one field from another as it is typed: no page does so, and each would load it."""
        scripts: Any = super().media
        return Media(css=scripts._css, js=[each for each in scripts._js if not FILLS_FIELDS.search(str(each))])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if self.cinema_path is None else self.of_cinemas(rows, request)

    def of_cinemas(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        assert self.cinema_path
        return within(rows, self.cinema_path, cinemas_of(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Instants are shown by the clocks of the row's cinema, whose zone is said: a list may mix cinemas. Those of
        rows without one by the clocks of `own_zone`."""
        shown = super().get_list_display(request)
        instants = [each for each in shown if self._is_instant(each)]
        zone = None if self._of_one_cinema or not instants else self.own_zone(request)
        return [self._on_the_clock(each, zone) if each in instants else each for each in shown]

    def zone_for(self, request: HttpRequest, row: Any) -> ZoneInfo | None:
        """In which to show the row's times: its cinema's zone, or `own_zone`."""
        leads_to_one = row is not None and (self._of_one_cinema or self.cinema_path == "pk")
        return zone_of(self, row) if leads_to_one else self.own_zone(request)

    def own_zone(self, request: HttpRequest) -> ZoneInfo | None:
        """In which to show the times of rows that belong to no one cinema; None: the server's."""
        return None if self.by_server_clock else zone_of_person(request)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = super().get_list_select_related(request)
        return [*related, self.cinema_path] if self._of_one_cinema and not isinstance(related, bool) else related

    @property
    def _of_one_cinema(self) -> bool:
        """Whether each row leads to one cinema: a person may work in several."""
        if self.cinema_path in (None, "pk"):
            return False
        return bool(self.model._meta.get_field(self.cinema_path.split("__")[0]).many_to_one)

    def _is_instant(self, name: Any) -> bool:
        fields = {each.name for each in self.model._meta.concrete_fields if isinstance(each, DateTimeField)}
        return isinstance(name, str) and name in fields

    def _on_the_clock(self, name: str, zone: ZoneInfo | None) -> Callable[[Any], str]:
        @admin.display(description=self.model._meta.get_field(name).verbose_name, ordering=name)
        def shown(row: Any) -> str:
            return format_local(getattr(row, name), zone_of(self, row) if self._of_one_cinema else zone)

        shown.__name__ = name
        return shown

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A row's page shows times as the clocks of its cinema do, or those of `own_zone`; who saves it holds it."""
        row = self.get_object(request, object_id) if object_id else None
        request._row = row  # type: ignore[attr-defined]
        hold = row_lock(row) if row is not None and request.method == "POST" else nullcontext()
        name = self.opts.verbose_name
        title = capfirst(str(name)) if object_id else gettext("New: %(name)s") % {"name": name}
        with timezone.override(self.zone_for(request, row)), hold:
            answer = super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})
            return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, DateTimeField) and field is not None:
            add_time_zone_hint(field)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Writes what was typed alone: what services keep may have moved since the row was read."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        typed = {field.name for field in obj._meta.concrete_fields} & {*form.changed_data}
        if typed:
            obj.save(update_fields=typed)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        row = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        with row_lock(row) if row is not None else nullcontext():  # who comes second finds it gone
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, SimpleTemplateResponse):
            answer.add_post_render_callback(postprocess)
        return answer

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        words = search_term.replace("\x00", "")  # NUL is no letter, and PostgreSQL will not look for it
        return super().get_search_results(request, queryset, words)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            rows = super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:  # a number or a text that no column holds
            raise IncorrectLookupParameters from error
        rows.title = capfirst(str(self.opts.verbose_name_plural))  # "Select order to view" fits no other grammar
        return rows

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if not all(is_valid_id(each) for each in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            self.message_user(request, gettext("These rows are not there any more. Choose again."), messages.ERROR)
            return None
        self._tell_of_gone(request, queryset)
        return super().response_action(request, queryset)

    def _tell_of_gone(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        ticked = {*request.POST.getlist(ACTION_CHECKBOX_NAME)}
        if left := len(ticked) - queryset.filter(pk__in=ticked).count():
            told = ngettext(
                "%(count)d row is not in this list any more: somebody has dealt with it meanwhile.",
                "%(count)d rows are not in this list any more: somebody has dealt with them meanwhile.",
                left,
            )
            self.message_user(request, told % {"count": left}, messages.WARNING)

    @admin.display(description=_("cinema"))
    def at_cinema(self, row: Any) -> str:
        return str(cinema_of(self, row))

    def gone(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The answer for a row that the person's page does not have, or has no more.

        What has left a page of some of a model's rows, such as the overdue ones, is shown where they all are, and that
        is said. Any other row is not found, in the same words whether it was never there or is another cinema's.
        """
        whole = self.admin_site._registry.get(cast(type[Model], self.model._meta.concrete_model))
        if self.model._meta.proxy and isinstance(whole, CinemaScopedAdmin) and whole.has_view_permission(request):
            row = whole.get_object(request, object_id)
            if row is not None:
                told = gettext("%(row)s: somebody has dealt with it meanwhile. This is how it stands now.")
                self.message_user(request, told % {"row": row}, messages.WARNING)
                return HttpResponseRedirect(whole.address_of(row))
        context = {**self.admin_site.each_context(request), "title": _("Not there any more"), "opts": self.opts}
        return TemplateResponse(request, "backoffice/framework/gone.html", context, status=404)

    def address_of(self, row: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by a related row, the last step of whose path is a relation, offer own rows only."""
        return [
            (each, ScopedRelatedFilter) if isinstance(each, str) and _leads_to_rows(self.model, each) else each
            for each in super().get_list_filter(request)
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """What was done with the row and what it was before, to who may see it; to be read, not to be brought back."""
        if not self.has_view_or_change_permission(request):  # or the answer would tell which rows exist
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self.gone(request, unquote(object_id))
        with timezone.override(self.zone_for(request, row)):
            context = {
                **self.admin_site.each_context(request),
                "title": _("History"),
                "opts": self.opts,
                "object": row,
                "note": self.history_note,
                "past": ChangeHistory(self, row, parts=self.history_parts, before=_instant(request.GET.get("before"))),
                **(extra_context or {}),
            }
            return TemplateResponse(request, "backoffice/framework/history.html", context).render()

    def history_label(self, field: Any) -> str:
        """How a field is called in the history."""
        return str(field.verbose_name)

    def history_name(self, row: Any) -> str:
        """How a related row is called in the history."""
        return str(row)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, _opts: Any, object_id: str) -> HttpResponseBase:
        return self.gone(request, object_id)  # Django would lead to the first page and name the key


def _instant(text: str | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _leads_to_rows(model: Any, path: str) -> bool:
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    return model is not None


class ReadOnlyMixin:
    """May be looked at by who may view the model; nobody adds, changes or deletes, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


#: For what is written all day: keys grow with time, and theirs is the one index that is always there.
NEWEST_FIRST = ["-pk"]


class ReadOnlyAdmin(ReadOnlyMixin, CinemaScopedAdmin):
    list_per_page = 25  # a page stays under 150 KB
    show_full_result_count = False  # to count a million rows costs a scan a page


class ReadOnlyInline(ReadOnlyMixin, TabularInline):
    """Rows that belong to the page's own row, and so to its cinema; not for a cinema's rows under one of the chain."""

    extra = 0
    ordering: ClassVar = ["pk"]
    per_page = 25  # a page stays under 150 KB
    hide_title = True  # a row's name would only repeat its cells
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A page that is sent says itself how many rows it holds: without a limit, a thousand are drawn on its word."""
        return super().get_formset(request, obj, absolute_max=self.per_page, **kwargs)


class NoDeleteAdmin(CinemaScopedAdmin):
    """May be changed by who may, and never deleted: money and history hang on it."""

    list_per_page: ClassVar = 25  # a page stays under 150 KB

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
