from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.time_zones import zone_of
from backoffice.orders.code_lookup import CodeLookupMixin
from backoffice.orders.forms import CancelOrderForm, ExtendForm, PaymentForm, RefundForm, RefundLinesForm, RemindForm
from backoffice.orders.order_timeline import PREORDER_COLOURS, TICKET_COLOURS, OrderTimeline
from backoffice.orders.personal_data import PersonalDataMixin
from bonuses.models import BonusTransaction
from cinema import clock
from cinema.local_time import format_local
from cinema.money import format_money
from concessions.models import ConcessionPreorder
from orders.approvals import RefundApproval
from orders.models import Order, OverdueOrder, Ticket
from orders.reasons import Reason
from orders.services import (
    UnknownCode,
    cancel,
    check_in,
    collect,
    extend,
    make_ready,
    mark_paid,
    record_uncertain_payment,
    refund,
    remind_to_pay,
    ticket_of,
    undo_check_in,
)
from orders.services.refunds.effects import OrderLine

COLOURS: dict[str, str] = {
    Order.Status.PENDING_PAYMENT: "info",
    Order.Status.PAYMENT_OVERDUE: "danger",
    Order.Status.PAID: "success",
    Order.Status.REFUNDED: "warning",
}
DATES = [
    "created_at",
    "payment_deadline",
    "expires_at",
    "paid_at",
    "completed_at",
    "cancelled_at",
    "refunded_at",
    "refund_processed_at",
    "bonus_accrued_at",
]


def is_unpaid(order: Order) -> bool:
    return order.status in Order.UNPAID


def is_sold(order: Order) -> bool:
    return order.status in Order.SOLD


class OrderPage(CodeLookupMixin, StatusBadgeMixin, ApprovalsMixin, ReadOnlyAdmin):
    """An order: what it is made of, its whole story, and what may be done with it in its status."""

    colours = COLOURS
    cinema_path = "cinema"
    list_per_page = 20
    list_select_related = ["cinema"]
    search_fields = ["number"]  # the field is there; `get_search_results` says what it finds
    history_note = _("The full history of the order is on its page.")
    search_help_text = _("Full order number, e-mail, phone or pick-up code")
    change_form_after_template = "backoffice/orders/order_timeline.html"
    readonly_fields = ["number", "standing"]
    fieldsets: Any = [  # without the token: who has it may pay and refund, it is the customer's
        (None, {"fields": [("number", "standing"), ("cinema", "channel")]}),
        (_("Customer"), {"fields": [("user", "language"), ("email", "phone")]}),
        (_("Money"), {"fields": [("total_amount", "final_amount"), ("discount_amount", "bonus_amount"), "promocode"]}),
        (_("Dates"), {"classes": ["collapse"], "fields": DATES}),
    ]
    actions_detail = ["take_payment", "extend", "remind", "refund_whole", "refund_lines", "cancel"]
    actions = ["remind", "cancel"]

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return (queryset.found_by(search_term) if search_term.strip() else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        order = self.get_object(request, object_id)
        if order is not None and self.has_view_permission(request, order):
            told = {"story": OrderTimeline(order, request.user), "zone": zone_of(self, order)}
            extra_context = {**(extra_context or {}), **told}
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("to pay"), ordering="final_amount")
    def amount(self, order: Order) -> str:
        return format_money(order.final_amount)

    # --- What may be done

    @confirmed_action(
        permission="orders.take_payment_order",
        title=_("Take payment"),
        text=_("Take the money first. The order will then be marked as paid and its tickets become valid."),
        form=PaymentForm,
        when=lambda order: is_unpaid(order) or order.status == Order.Status.CANCELLED,
        icon="payments",
    )
    def take_payment(self, order: Order, *, gateway: str, unsure: bool, at: datetime, actor: User) -> str:
        if unsure:
            record_uncertain_payment(order, gateway=gateway, at=at, actor=actor)
            return gettext("Order %(order)s: check the terminal’s log and confirm the payment result.") % {
                "order": order
            }
        mark_paid(order, gateway=gateway, amount=order.final_amount, at=at, actor=actor)
        return gettext("Order %(order)s has been paid.") % {"order": order}

    @confirmed_action(
        permission="orders.extend_order",
        title=_("Extend payment deadline"),
        text=_("The seats and snacks stay booked until the new deadline."),
        form=ExtendForm,
        when=is_unpaid,
        icon="more_time",
    )
    def extend(self, order: Order, *, until: datetime, at: datetime, actor: User) -> str:
        extended = extend(order, until=until, at=at, actor=actor)
        told = gettext("Order %(order)s must now be paid by %(until)s.")
        return told % {"order": order, "until": format_local(extended.payment_deadline)}

    @confirmed_action(
        permission="orders.remind_order",
        title=_("Send a reminder"),
        text=_("The customer gets another message with a payment link. A reminder can be sent once an hour at most."),
        form=RemindForm,
        when=lambda order: order.status == Order.Status.PAYMENT_OVERDUE,
        icon="forward_to_inbox",
        done=ngettext_lazy("%(count)d reminder sent.", "%(count)d reminders sent.", "count"),
    )
    def remind(self, order: Order, *, at: datetime, actor: User) -> str:
        remind_to_pay(order, at=at)
        return gettext("Reminder sent for order %(order)s.") % {"order": order}

    @confirmed_action(
        permission="orders.cancel_order",
        title=_("Cancel order"),
        text=_("The seats and snacks are released, points are returned, and the customer is notified."),
        form=CancelOrderForm,
        when=is_unpaid,
        icon="cancel",
        danger=True,
        done=ngettext_lazy("%(count)d order cancelled.", "%(count)d orders cancelled.", "count"),
    )
    def cancel(self, order: Order, *, reason: str, at: datetime, actor: User) -> str:
        cancel(order, reason=reason or Reason.STAFF, at=at, actor=actor)
        return gettext("Order %(order)s cancelled.") % {"order": order}

    @confirmed_action(
        permission="orders.refund_order",
        title=_("Refund whole order"),
        text=_("The money and points are returned, the seats go back on sale, and the customer is notified."),
        form=RefundForm,
        when=is_sold,
        icon="undo",
        danger=True,
    )
    def refund_whole(self, order: Order, *, reason: str, at: datetime, actor: User) -> str:
        done = refund(order, reason=reason, at=at, actor=actor)
        return RefundApproval.message(order, done)

    @confirmed_action(
        permission="orders.refund_order",
        title=_("Refund part of the order"),
        text=_("Choose what to refund. You’ll see the exact amount and points before you confirm."),
        form=RefundLinesForm,
        when=is_sold,
        icon="checklist",
    )
    def refund_lines(self, order: Order, *, lines: list[OrderLine], reason: str, at: datetime, actor: User) -> str:
        done = refund(order, lines=lines, reason=reason, at=at, actor=actor)
        return RefundApproval.message(order, done)


@admin.register(Order)
class OrderAdmin(PersonalDataMixin, OrderPage):
    ordering = NEWEST_FIRST
    list_display = ["number", "cinema", "standing", "channel", "email", "amount", "ordered"]
    list_filter = ["status", "channel", "cinema"]
    actions_detail = [*OrderPage.actions_detail, "erase"]

    @admin.display(description=_("created"), ordering="created_at")
    def ordered(self, order: Order) -> str:
        return format_local(order.created_at, order.cinema.zone)


@admin.register(OverdueOrder)
class OverdueOrderAdmin(OrderPage):
    """Payment is overdue: how late, what is held, when it will be cancelled, and how to reach the customer."""

    list_select_related = ["cinema", "user"]
    list_display = ["number", "cinema", "late", "held", "amount", "cancelled_on", "reached"]
    list_filter = ["cinema"]
    ordering = ["expires_at", "pk"]
    fieldsets: Any = [
        (_("Overdue"), {"fields": [("late", "cancelled_on"), "held", "reached"]}),
        *OrderPage.fieldsets,
    ]
    readonly_fields = [*OrderPage.readonly_fields, "late", "held", "cancelled_on", "reached"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        here = {"order": OuterRef("pk")}
        seats = Ticket.objects.live().filter(**here).order_by().values("order").annotate(n=Count("pk")).values("n")
        open_ones = ConcessionPreorder.objects.filter(status__in=ConcessionPreorder.OPEN, **here).order_by()
        snacks = open_ones.values("order").annotate(n=Sum("quantity")).values("n")
        spent = (
            BonusTransaction.objects.filter(**here).order_by().values("order").annotate(n=-Sum("amount")).values("n")
        )
        return (
            super()
            .get_queryset(request)
            .filter(status=Order.Status.PAYMENT_OVERDUE)
            .annotate(
                seats_held=Coalesce(Subquery(seats), 0),
                snacks_held=Coalesce(Subquery(snacks), 0),
                points_held=Coalesce(Subquery(spent), 0),
            )
        )

    @admin.display(description=_("overdue by"), ordering="payment_deadline")
    def late(self, order: Order) -> str:
        return timesince(order.payment_deadline, clock.now(), depth=1)

    @admin.display(description=_("booked items"))
    def held(self, order: Any) -> str:
        seats, snacks, spent = order.seats_held, order.snacks_held, order.points_held
        parts = [
            (seats, ngettext("%(count)d seat", "%(count)d seats", seats)),
            (snacks, ngettext("%(count)d snack", "%(count)d snacks", snacks)),
            (spent, ngettext("%(count)d point", "%(count)d points", spent)),
        ]
        return ", ".join(words % {"count": count} for count, words in parts if count)

    @admin.display(description=_("will be cancelled on"), ordering="expires_at")
    def cancelled_on(self, order: Order) -> str:
        return format_local(order.expires_at, order.cinema.zone)

    @admin.display(description=_("customer contact"))
    def reached(self, order: Order) -> str:
        phone = order.phone or (order.user.phone if order.user else "")
        return ", ".join(filter(None, [str(order.user or ""), phone, order.email])) or gettext("no contact details")


@admin.register(Ticket)
class TicketAdmin(CodeLookupMixin, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = TICKET_COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_per_page = 20
    list_display = ["order", "at_cinema", "session", "seat", "ticket_type", "price", "standing"]
    list_filter = ["status"]
    list_select_related = ["order__cinema", "session__film", "session__hall__cinema", "seat", "ticket_type"]
    search_fields = ["=order__number"]
    search_help_text = _("Order number or ticket code")
    exclude = ["status"]
    readonly_fields = ["standing"]
    actions_detail = ["let_in", "undo"]

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        try:
            return queryset.filter(pk=ticket_of(search_term).pk), False
        except UnknownCode:  # it may be a number
            return super().look_up(request, queryset, search_term)

    @confirmed_action(
        permission="orders.check_in_ticket",
        title=_("Check in"),
        text=_("The ticket will be marked as used and can’t be used again."),
        when=lambda ticket: ticket.status == Ticket.Status.PAID,
        icon="qr_code_scanner",
    )
    def let_in(self, ticket: Ticket, *, at: datetime, actor: User) -> str:
        check_in(ticket, at=at, actor=actor)
        return gettext("%(ticket)s: checked in.") % {"ticket": ticket}

    @confirmed_action(
        permission="orders.undo_check_in_ticket",
        title=_("Undo check-in"),
        text=_("The ticket will become valid again."),
        when=lambda ticket: ticket.status == Ticket.Status.USED,
        icon="undo",
    )
    def undo(self, ticket: Ticket, *, at: datetime, actor: User) -> str:
        undo_check_in(ticket, at=at, actor=actor)
        return gettext("%(ticket)s: check-in undone.") % {"ticket": ticket}


@admin.register(ConcessionPreorder)  # here, since the orders make snacks ready and hand them over
class ConcessionPreorderAdmin(CodeLookupMixin, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = PREORDER_COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "concession_item__cinema"
    list_per_page = 20
    list_display = ["pickup_code", "concession_item", "at_cinema", "quantity", "standing", "until", "order"]
    list_filter = ["status"]
    list_select_related = ["concession_item__cinema", "order"]
    search_fields = ["=pickup_code", "=order__number"]
    exclude = ["status"]
    readonly_fields = ["standing"]
    actions_detail = ["ready", "hand_over"]
    actions = ["ready", "hand_over"]

    @admin.display(description=_("collect by"), ordering="collection_deadline")
    def until(self, preorder: ConcessionPreorder) -> str:
        return format_local(preorder.collection_deadline, preorder.concession_item.cinema.zone)

    @confirmed_action(
        permission="concessions.make_ready",
        title=_("Mark as ready"),
        text=_("Confirm that the order is ready to be collected at the bar."),
        when=lambda preorder: preorder.status == ConcessionPreorder.Status.PENDING,
        icon="restaurant",
        done=ngettext_lazy("%(count)d pre-order marked as ready.", "%(count)d pre-orders marked as ready.", "count"),
    )
    def ready(self, preorder: ConcessionPreorder, *, at: datetime, actor: User) -> str:
        make_ready(preorder, at=at, actor=actor)
        return gettext("%(snacks)s: ready.") % {"snacks": preorder}

    @confirmed_action(
        permission="concessions.hand_over",
        title=_("Hand over"),
        text=_("Confirm that the customer has collected the order."),
        when=lambda preorder: preorder.status in ConcessionPreorder.OPEN,
        icon="shopping_bag",
        done=ngettext_lazy("%(count)d pre-order handed over.", "%(count)d pre-orders handed over.", "count"),
    )
    def hand_over(self, preorder: ConcessionPreorder, *, at: datetime, actor: User) -> str:
        collect(preorder, at=at, actor=actor)
        return gettext("%(snacks)s: handed over.") % {"snacks": preorder}
