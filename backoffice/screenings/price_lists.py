"""Pages of price lists, their rows, and holidays."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.models import User
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.framework.fields import ReasonField, WeekdaysField
from backoffice.framework.labelled_inline import LabelledInline
from backoffice.screenings.forms import NativeInput, day_field
from cinema.money import MoneyField, format_money
from pricing.services.list_prices import Change, apply_to_sold, list_changes, new_version, publish
from screenings.models import Holiday, PriceList, PriceRow, RowSurcharge, TicketTypeTerm

NAMED = 50  # sessions of a preview, at most


def is_draft(price_list: PriceList) -> bool:
    return not price_list.is_published


class PublishForm(ActionForm):
    def summary(self) -> Iterable[SummaryItem]:
        changes = list_changes(self.row, at=self.at)
        yield _("will get these prices"), _lines([each for each in changes if not each.is_sold])
        if sold := [each for each in changes if each.is_sold]:
            yield _("keep their prices, since tickets are sold"), _lines(sold)


class ApplyForm(ActionForm):
    reason = ReasonField()

    def summary(self) -> Iterable[SummaryItem]:
        yield _("will get these prices"), _lines(list_changes(self.row, at=self.at))


class NewVersionForm(ActionForm):
    valid_from = day_field(label=_("Valid from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = self.row.cinema.business_date(self.at)
        self.initial.setdefault("valid_from", max(today, self.row.valid_from) + timedelta(days=1))


def _lines(changes: list[Change]) -> str:
    """Names the sessions that will cost something else; the others are counted."""
    dearer_or_cheaper = [each for each in changes if each.session.ticket_price != each.row.price]
    texts = [
        f"{each.session}: {format_money(each.session.ticket_price)} → {format_money(each.row.price)} ({each.row})"
        for each in dearer_or_cheaper[:NAMED]
    ]
    if more := len(dearer_or_cheaper[NAMED:]):
        texts.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    if same := len(changes) - len(dearer_or_cheaper):
        text = ngettext(
            "%(count)d screening with the same price: its ticket types and seat surcharges follow this list",
            "%(count)d screenings with the same price: their ticket types and seat surcharges follow this list",
            same,
        )
        texts.append(text % {"count": same})
    return format_html_join("", "{}<br>", ((text,) for text in texts)) or gettext("no screening")


class PriceListForm(ConflictCheckingForm):
    class Meta:
        widgets: ClassVar = {"valid_from": NativeInput("date", "%Y-%m-%d")}


@admin.register(PriceList)
class PriceListAdmin(ActionsMixin, CinemaScopedAdmin):
    cinema_path = "cinema"
    form = PriceListForm
    list_display = ["cinema", "valid_from", "published_at"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    fields = ["cinema", "valid_from", "published_at", "published_by"]
    actions_detail = ["publish", "apply_to_sold", "new_version"]
    change_form_outer_before_template = "backoffice/screenings/price_list.html"

    def get_fields(self, request: HttpRequest, obj: PriceList | None = None) -> Any:
        return self.fields if obj and obj.is_published else self.fields[:2]

    def get_readonly_fields(self, request: HttpRequest, obj: PriceList | None = None) -> Any:
        return [*(["cinema"] if obj else []), *self.get_fields(request, obj)[2:]]

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_published)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_published)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        price_list = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if price_list is not None and self.has_view_or_change_permission(request, price_list):
            rows = price_list.rows.select_related("hall", "price_list").order_by("position", "pk")
            context["price_rows"] = rows.prefetch_related("ticket_types__ticket_type", "surcharges")
            context["may_add_row"] = not price_list.is_published and request.user.has_perm("screenings.add_pricerow")
        return super().change_view(request, object_id, form_url, context)

    @confirmed_action(
        permission="screenings.publish_pricelist",
        title=_("Publish the price list"),
        text=_(
            "From its first day on, screenings without tickets sold get these prices. A published price list can’t be "
            "changed: make a new version of it."
        ),
        form=PublishForm,
        when=is_draft,
        icon="check",
    )
    def publish(self, price_list: PriceList, *, at: datetime, actor: User) -> str:
        count = len(publish(price_list, at=at, actor=actor))
        return ngettext(
            "Published. %(count)d screening has a new price.", "Published. %(count)d screenings have new prices.", count
        ) % {"count": count}

    @confirmed_action(
        permission="screenings.apply_pricelist",
        title=_("Apply to screenings with tickets sold"),
        text=_("Tickets that are sold keep their price. What is sold from now on has the new one."),
        form=ApplyForm,
        when=lambda price_list: price_list.is_published,
        icon="sell",
        reauthenticate=True,
    )
    def apply_to_sold(self, price_list: PriceList, *, at: datetime, actor: User, reason: str) -> str:
        count = len(apply_to_sold(price_list, reason=reason, at=at, actor=actor))
        return ngettext("%(count)d screening has a new price.", "%(count)d screenings have new prices.", count) % {
            "count": count
        }

    @confirmed_action(
        permission="screenings.add_pricelist",
        title=_("New version"),
        text=_("A copy of this price list that you can change before you publish it."),
        form=NewVersionForm,
        icon="content_copy",
    )
    def new_version(self, price_list: PriceList, *, at: datetime, actor: User, valid_from: date) -> str:
        draft = new_version(price_list, valid_from=valid_from)
        return gettext("New version from %(day)s: change its rows, then publish it.") % {
            "day": date_format(draft.valid_from, "SHORT_DATE_FORMAT")
        }


class PriceRowForm(ConflictCheckingForm):
    weekdays = WeekdaysField(label=capfirst(_("weekdays")))

    class Meta:
        widgets: ClassVar = {name: NativeInput("time", "%H:%M") for name in ("starts_from", "starts_before")}


class PartInline(LabelledInline):
    """Parts of a row, for whoever may see and change the row."""

    extra = 0
    formfield_overrides: Any = {MoneyField: {"widget": UnfoldAdminDecimalFieldWidget}}

    def has_view_permission(self, request: HttpRequest, obj: PriceRow | None = None) -> bool:
        return bool(request.user.has_perm("screenings.view_pricerow"))

    def has_change_permission(self, request: HttpRequest, obj: PriceRow | None = None) -> bool:
        permission = "screenings.add_pricerow" if obj is None else "screenings.change_pricerow"
        return bool(request.user.has_perm(permission)) and not (
            obj and obj.price_list_id and obj.price_list.is_published
        )

    has_add_permission = has_delete_permission = has_change_permission


class TicketTypeTermInline(PartInline):
    model = TicketTypeTerm


class RowSurchargeInline(PartInline):
    model = RowSurcharge


@admin.register(PriceRow)
class PriceRowAdmin(CinemaScopedAdmin):
    cinema_path = "price_list__cinema"
    form = PriceRowForm
    list_display = ["name", "price_list", "conditions", "price"]
    list_filter = ["price_list"]
    list_select_related = ["price_list__cinema", "hall"]
    inlines = [TicketTypeTermInline, RowSurchargeInline]
    fields = [
        ("price_list", "position"),
        ("name", "price"),
        "weekdays",
        ("starts_from", "starts_before"),
        ("holidays", "format"),
        "hall",
        ("week_from", "week_until"),
    ]

    def response_post_save_add(self, request: HttpRequest, obj: PriceRow) -> HttpResponse:
        return redirect("admin:screenings_pricelist_change", obj.price_list_id)

    response_post_save_change = response_post_save_add

    @admin.display(description=_("for"))
    def conditions(self, row: PriceRow) -> str:
        return row.conditions

    def has_change_permission(self, request: HttpRequest, obj: PriceRow | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (
            obj and obj.price_list_id and obj.price_list.is_published
        )

    def has_delete_permission(self, request: HttpRequest, obj: PriceRow | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (
            obj and obj.price_list_id and obj.price_list.is_published
        )


class HolidayForm(ConflictCheckingForm):
    class Meta:
        widgets: ClassVar = {"day": NativeInput("date", "%Y-%m-%d")}


@admin.register(Holiday)
class HolidayAdmin(CinemaScopedAdmin):
    cinema_path = None
    form = HolidayForm
    list_display = ["day", "name"]
    list_filter = ["day"]
