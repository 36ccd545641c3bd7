"""Page of the guests that a change concerns: told or not, by which address, and what became of their tickets."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from cinema.local_time import format_local
from cinema.money import format_money
from incidents.models import ConcernedOrder
from incidents.services import note_phoned
from notifications.models import Status

COLOURS = {Status.SENT: "success", Status.QUEUED: "info", Status.SENDING: "info"}
FAILED = [Status.FAILED, Status.OUTDATED]
Answer = ConcernedOrder.Answer


class ToldFilter(admin.SimpleListFilter):
    title = _("told")
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("call", _("to be called")), ("address", _("without an address"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ConcernedOrder]) -> QuerySet[ConcernedOrder]:
        if self.value() == "call":
            decided = Q(answer__in=[Answer.KEEP, Answer.REFUND]) | Q(voucher__printed_voucher__isnull=False)
            return queryset.filter(Q(told__in=FAILED) | Q(told=None), phoned_at=None).exclude(decided)
        if self.value() == "address":
            return queryset.filter(order__email="", order__phone="")
        return queryset


class VoucherFilter(admin.SimpleListFilter):
    title = _("voucher")
    parameter_name = "voucher"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("both", _("used, and the money went back"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_both() if self.value() == "both" else queryset


@admin.register(ConcernedOrder)
class GuestsAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "incident__cinema"
    ordering = ["pk"]
    list_display = ["order", "told_label", "phone", "email", "comes_label", "money_back", "answer", "voucher_worth"]
    list_filter = [ToldFilter, "answer", VoucherFilter, "incident"]
    list_select_related = ["order__cinema", "incident__cinema", "phoned_by", "voucher"]
    search_fields = ["order__number"]
    fields = [
        ("incident", "order"),
        ("told_label", "phone", "email"),
        ("comes_label", "money_back"),
        ("answer", "voucher_worth"),
        "seats",
    ]
    readonly_fields = ["told_label", "phone", "email", "comes_label", "money_back", "voucher_worth", "seats"]
    actions = ["told_by_phone"]
    actions_detail = ["told_by_phone"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_facts()

    @admin.display(description=_("told"))
    def told_label(self, row: Any) -> str:
        if row.phoned_at:
            when = format_local(row.phoned_at, row.incident.cinema.zone)
            return status_badge(gettext("by phone, %(time)s") % {"time": when}, "success")
        if row.told is not None:
            return status_badge(Status(row.told).label, COLOURS.get(row.told, "danger"))
        return status_badge(gettext("not yet") if row.address else gettext("no address"), "warning")

    @admin.display(description=_("phone"))
    def phone(self, row: Any) -> str:
        return row.order.phone or "–"

    @admin.display(description=_("e-mail"))
    def email(self, row: Any) -> str:
        return row.order.email or "–"

    @admin.display(description=_("tickets"))
    def comes_label(self, row: Any) -> str:
        return gettext("valid") if row.comes else gettext("returned")

    @admin.display(description=_("refunded"))
    def money_back(self, row: Any) -> str:
        return format_money(row.refunded) if row.refunded else "–"

    @admin.display(description=_("voucher"))
    def voucher_worth(self, row: Any) -> str:
        """Without the code, which is money to whoever reads it."""
        if row.voucher is None:
            return "–"
        worth = format_money(row.voucher.discount_amount)
        if row.voucher.used_count:
            return gettext("%(amount)s, used") % {"amount": worth}
        return worth if row.voucher.is_active else gettext("%(amount)s, stopped") % {"amount": worth}

    @admin.display(description=_("former seats"))
    def seats(self, row: Any) -> str:
        return "; ".join(str(each.seat) for each in row.moved.select_related("seat").order_by("pk")) or "–"

    @confirmed_action(
        permission="incidents.tell_guest",
        title=_("Told by phone"),
        text=_("Call the guest first. This only records that they know."),
        when=lambda row: row.phoned_at is None,
        icon="mark_email_unread",
        done=ngettext_lazy("%(count)d guest told by phone.", "%(count)d guests told by phone.", "count"),
    )
    def told_by_phone(self, row: ConcernedOrder, *, at: datetime, actor: User) -> str:
        note_phoned(row, at=at, actor=actor)
        return gettext("Order %(order)s: told by phone.") % {"order": row.order}
