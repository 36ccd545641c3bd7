"""Page of orders, with all actions on an order. The page of overdue orders has the same actions."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User, normalise_email
from allocations.services import OF_THE_HOUSE, check_booker, check_extension
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.framework.actions import ActionForm, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.framework.time_zones import zone_of
from backoffice.orders.code_lookup import CodeLookupMixin, found_by
from backoffice.orders.exchange_form import ExchangeForm
from backoffice.orders.forms import (
    CancelOrderForm,
    CorrectAddressForm,
    ExtendForm,
    OtherSeatsForm,
    PaymentForm,
    RefundForm,
    RefundLinesForm,
    RemindForm,
    changed_lately,
)
from backoffice.orders.order_timeline import OrderTimeline
from backoffice.orders.personal_data import PersonalDataMixin
from boxoffice.approvals import ExchangeApproval
from boxoffice.services.buyers import check_taking
from boxoffice.services.exchanges import exchange
from boxoffice.services.refunds import divide_snacks
from boxoffice.services.sales import cancel_unpaid, shift_for_money
from cinema.local_time import format_local
from cinema.money import format_money
from cinema.status import Refused
from customers.services import correct_address, is_correctable
from house_rules.models import AgreedTerms
from incidents.services import change_seats
from orders.approvals import RefundApproval
from orders.models import Order, OrderChange, OrderLine, Ticket
from orders.reasons import Reason
from orders.services import extend, left_to_pay, mark_paid, record_uncertain_payment, refund, remind_to_pay
from payments.services import check_printer, record_slip
from reports.code_names import code_names
from screenings.models import Seat

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


class BaseOrderAdmin(CodeLookupMixin, StatusBadgeMixin, ApprovalsMixin, ReadOnlyAdmin):
    """An order's details, lines and timeline, with the actions that its status allows."""

    colours = COLOURS
    cinema_path = "cinema"
    list_per_page = 16  # a page stays under 150 KB
    list_select_related = ["cinema"]
    search_fields = ["number"]  # any value shows the search box; `look_up` does the search
    history_note = _("The full history of the order is on its page.")
    search_help_text = _("Full order number, e-mail, phone or pick-up code")
    change_form_after_template = "backoffice/orders/order_timeline.html"
    readonly_fields = ["number", "status_label", "accepted_terms", "code"]
    fieldsets: Any = [  # without the token, which is enough to pay for the order and to refund it
        (None, {"fields": [("number", "status_label"), ("cinema", "channel")]}),
        (_("Customer"), {"fields": [("user", "language"), ("email", "phone"), "accepted_terms"]}),
        (
            _("Money"),
            {"fields": [("total_amount", "final_amount"), ("discount_amount", "bonus_amount"), "code"]},
        ),
        (_("Dates"), {"classes": ["collapse"], "fields": DATES}),
    ]
    actions_detail = [
        "take_payment",
        "extend",
        "remind",
        "other_seats",
        "exchange",
        "correct_address",
        "refund_whole",
        "refund_lines",
        "cancel",
    ]
    actions = ["remind", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the orders by which the house keeps seats, but for whoever may keep and release them."""
        orders: QuerySet[Any] = super().get_queryset(request).select_related("cinema")
        keeps = request.user.has_perm("allocations.keep_seats")
        return orders if keeps else orders.exclude(OF_THE_HOUSE)

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return (found_by(queryset, search_term) if search_term.strip() else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        order = self.get_object(request, object_id)
        if order is not None and self.has_view_permission(request, order):
            timeline = {"timeline": OrderTimeline(order, request.user), "zone": zone_of(self, order)}
            extra_context = {**(extra_context or {}), **timeline}
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("accepted terms of sale"))
    def accepted_terms(self, order: Order) -> str:
        agreed: AgreedTerms | None = getattr(order, "agreed_terms", None)  # read once, though asked for five times
        if agreed is None:
            return "–"
        each = agreed.version
        path = reverse("shop:page_version", args=[each.page.slug, each.language, each.number])
        return format_html('<a href="{}">{}</a>', path, each)

    @admin.display(description=_("promo code"))
    def code(self, order: Order) -> str:
        return code_names([order.promocode_id])[order.promocode_id] if order.promocode_id else "–"

    @admin.display(description=_("to pay"), ordering="final_amount")
    def amount(self, order: Order) -> str:
        return format_money(order.final_amount)

    def on_refusal(
        self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused
    ) -> str | HttpResponse:
        """Snacks of which a part was to be refunded are divided already: what is asked for is a refund of lines."""
        form.cleaned_data.pop("quantities", None)
        return super().on_refusal(request, row, action, form, refused)

    # --- Actions

    @confirmed_action(
        permission="orders.take_payment_order",
        title=_("Take payment"),
        text=_("Take the money first. The order will then be marked as paid and its tickets become valid."),
        form=PaymentForm,
        when=lambda order: is_unpaid(order) or order.status == Order.Status.CANCELLED,
        icon="payments",
    )
    def take_payment(
        self, order: Order, *, gateway: str, unsure: bool, rrn: str, terminal: str, at: datetime, actor: User
    ) -> str:
        check_taking(order, at=at, actor=actor)
        check_printer(order.cinema, at=at)
        shift = shift_for_money(actor, order.cinema)
        if unsure:
            taken: dict[str, Any] = {"amount": left_to_pay(order), "shift": shift}
            record_uncertain_payment(order, gateway=gateway, **taken, at=at, actor=actor)
            return gettext("Order %(order)s: check the terminal’s log and confirm the payment result.") % {
                "order": order
            }
        left = left_to_pay(order) or order.final_amount  # the price, which is refused, of one that is paid
        mark_paid(order, gateway=gateway, amount=left, at=at, actor=actor, shift=shift)
        if rrn or terminal:
            record_slip(order.payments.all(), rrn=rrn, terminal=terminal)
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
        check_booker(order, actor=actor)
        check_extension(until=until, at=at, actor=actor)
        extended = extend(order, until=until, at=at, actor=actor)
        message = gettext("Order %(order)s must now be paid by %(until)s.")
        return message % {"order": order, "until": format_local(extended.payment_deadline)}

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
        permission="orders.correct_address_order",
        title=_("Correct email"),
        text=_("Tickets are sent to the new address. The old link and the old ticket codes stop working."),
        form=CorrectAddressForm,
        when=is_correctable,
        icon="contact_mail",
    )
    def correct_address(self, order: Order, *, email: str, reason: str, at: datetime, actor: User) -> str:
        pressed_again = changed_lately(order, OrderChange.Kind.ADDRESS, at=at) and order.email == normalise_email(email)
        if not pressed_again:
            correct_address(order, email=email, reason=reason, at=at, actor=actor)
        return gettext("Order %(order)s: sent to the new address.") % {"order": order}

    @confirmed_action(
        permission="orders.change_seats_order",
        title=_("Other seats"),
        text=_(
            "Seats of the same price at the same screening: free ones, and those of the order’s other tickets. The old "
            "codes of the moved tickets stop working. For another price, refund the tickets and sell a new order."
        ),
        form=OtherSeatsForm,
        when=lambda order: order.status == Order.Status.PAID and order.tickets.for_visits().exists(),
        icon="event_seat",
    )
    def other_seats(
        self, order: Order, *, seats: list[tuple[Ticket, Seat]], reason: str, at: datetime, actor: User
    ) -> str:
        change_seats(order, seats, reason=reason, at=at, actor=actor)
        return gettext("Order %(order)s has other seats now.") % {"order": order}

    @confirmed_action(
        permission="orders.refund_order",
        title=_("Exchange tickets"),
        text=_(
            "For another screening, or seats of another price. The new tickets are an order of their own; the old ones "
            "stop working. You see the seats and the money before you confirm."
        ),
        form=ExchangeForm,
        when=lambda order: is_sold(order) and order.tickets.live().exists(),
        icon="swap_horiz",
    )
    def exchange(self, order: Order, *, at: datetime, actor: User, **wanted: Any) -> str:
        shift = shift_for_money(actor, order.cinema)
        check_printer(order.cinema, at=at)
        return ExchangeApproval.message(order, exchange(order, shift=shift, at=at, actor=actor, **wanted))

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
        cancel_unpaid(order, reason=reason or Reason.STAFF, at=at, actor=actor)
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
    def refund_whole(
        self,
        order: Order,
        *,
        reason: str,
        at_fault: bool = False,
        despite_dispute: bool = False,
        at: datetime,
        actor: User,
    ) -> str:
        agreed: dict[str, Any] = {"at_fault": at_fault, "despite_dispute": despite_dispute}
        refunded = refund(order, reason=reason, **agreed, at=at, actor=actor)
        return RefundApproval.message(order, refunded)

    @confirmed_action(
        permission="orders.refund_order",
        title=_("Refund part of the order"),
        text=_("Choose what to refund. You’ll see the exact amount and points before you confirm."),
        form=RefundLinesForm,
        when=is_sold,
        icon="checklist",
    )
    def refund_lines(
        self,
        order: Order,
        *,
        lines: list[OrderLine],
        quantities: dict[int, int],
        reason: str,
        at_fault: bool = False,
        despite_dispute: bool = False,
        at: datetime,
        actor: User,
    ) -> str:
        divide_snacks(order, quantities, at=at)
        agreed: dict[str, Any] = {"at_fault": at_fault, "despite_dispute": despite_dispute}
        refunded = refund(order, lines=lines, reason=reason, **agreed, at=at, actor=actor)
        return RefundApproval.message(order, refunded)


@admin.register(Order)
class OrderAdmin(PersonalDataMixin, BaseOrderAdmin):
    ordering = NEWEST_FIRST
    list_display = ["number", "cinema", "status_label", "channel", "email", "amount", "created"]
    list_filter = ["status", "channel", "cinema", CountedFilter]
    actions_detail = [*BaseOrderAdmin.actions_detail, "erase"]

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, order: Order) -> str:
        return format_local(order.created_at, order.cinema.zone)
