"""The till: one page on which a sale is put together, and the page of the order that comes of it."""

import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import RateLimited
from accounts.services import rate_limits
from allocations.models import CompReason, HouseHold
from allocations.services import OF_THE_HOUSE, release
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.errors import NoShift
from boxoffice.models import Exchange, PrintedVoucher
from boxoffice.services import basket as baskets
from boxoffice.services import groups, printing, receipts, refunds, sales
from boxoffice.services.printed_vouchers import choice_at_till, voucher_to_print
from boxoffice.services.refunds import payout_text, waiting_text
from boxoffice.services.second_person import approvers_here, deciders, request_of
from boxoffice.views.sale_form import amount_of, read_basket, show_error, shown_total, typed
from boxoffice.views.second_person import REFUND, decide
from cinema.ids import is_valid_id, valid_ids
from cinema.money import format_money
from cinema.status import Refused
from orders.models import Order
from orders.notifications import send_link
from orders.services import left_to_pay
from payments.errors import WrongCashAmount
from payments.models import Payment, Refund, Shift

WORK = "payments.work_shift"
GIVE = "allocations.give_comp"
NOTES = [Decimal(500), Decimal(1000), Decimal(2000), Decimal(5000)]
LETTERS = "QWERTYUIOPASDFGHJKLZXVN"  # keys of snacks; C, B, M and digits are taken


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def till(request: BoxOfficeRequest) -> HttpResponse:
    """Every press sends the whole form and shows it again; a sale leads to the page of its order."""
    cinema, at = request.cinema, request.at
    shift = sales.shift_of(request.user, cinema, device=request.device)
    if shift is None:
        return redirect("boxoffice:shift")
    released = _release(request)
    basket, refusal = read_basket(request)
    refusal = released or refusal
    if request.POST.get("sell") and not refusal:
        try:
            return _sell(request, basket, shift=shift)
        except Refused as error:
            refusal = error
            basket = baskets.read(cinema, request.POST, at=at)
    return TemplateResponse(
        request,
        "boxoffice/till.html",
        {
            "cinema": cinema,
            "shift": shift,
            "basket": basket,
            "layout": basket.seats.layout(basket.chosen) if basket.seats else None,
            "parties": range(1, baskets.LARGEST_PARTY + 1),
            "snacks": [
                (item, basket.quantities.get(item.pk, 0), letter, basket.left[item.pk])
                for item, letter in zip(basket.items, LETTERS + " " * len(basket.items), strict=False)
            ],
            "notes": [note for note in NOTES if note > basket.to_pay] if basket.to_pay else [],
            "sent": request.POST,
            "form": uuid.uuid4(),
            "refusal": refusal,
            **_giving_away(request, basket),
        },
        status=409 if refusal else 200,
    )


def _giving_away(request: BoxOfficeRequest, basket: baskets.TillBasket) -> dict[str, Any]:
    """What the page asks for complimentary tickets: the reason, and who decides where the cashier may not."""
    if not basket.gives_away:
        return {}
    people = deciders(request.device, GIVE, other_than=request.user, at=request.at)
    return {
        "comp_reasons": CompReason.objects.filter(is_active=True),
        "may_give": request.user.has_perm(GIVE),
        "deciders": people,
    }


def _release(request: BoxOfficeRequest) -> Refused | None:
    """Put the seats of the house hold that was pressed back on sale; returns the refusal, if there is one."""
    key = request.POST.get("release", "")
    if not (is_valid_id(key) and request.user.has_perm("allocations.keep_seats")):
        return None
    house_hold = get_object_or_404(HouseHold, pk=key, order__in=orders_of(request))
    try:
        release(house_hold, at=request.at, actor=request.user)
    except Refused as error:
        return error
    return None


def _sell(request: BoxOfficeRequest, basket: baskets.TillBasket, *, shift: Shift) -> HttpResponse:
    """Sell for cash at once; the card terminal is asked on the page of the order. Raises as the services do."""
    wanted: sales.Wanted = {
        "places": basket.tickets,
        "snacks": basket.snacks,
        "promocode": typed(request, "promocode"),
        "phone": typed(request, "phone"),
        "customer_code": typed(request, "customer_code"),
        "points": baskets.number_of(typed(request, "points")),
        "expected_total": shown_total(request, basket),
        "language": get_language() or "",
    }
    if basket.gives_away:
        wanted["comp_reason"] = CompReason.objects.filter(
            pk__in=valid_ids([request.POST.get("comp_reason", "")])
        ).first()
        wanted["decided_by"] = decide(request, GIVE)
    done: dict[str, Any] = {"at": request.at, "actor": request.user}
    way, _cash, note = request.POST["sell"].partition(":")
    try:
        given = amount_of(note or request.POST.get("given", "")) if way == "cash" else None
    except ValueError:
        raise WrongCashAmount from None
    if way == "cash":
        order, change = sales.sell_for_cash(shift, given=given, form=_form(request), **wanted, **done)
        if change:
            messages.success(request, _("Change: %(change)s") % {"change": format_money(change)})
    else:
        order = sales.hold_at_till(shift, **wanted, **done)
        if not order.final_amount:
            sales.pay_cash(order, shift=shift, given=None, **done)
    return redirect("boxoffice:order", key=order.pk)


def _form(request: BoxOfficeRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("form", ""))
    except ValueError:
        return None


def _pay(request: BoxOfficeRequest, order: Order, *, way: str, given: str, shift: Shift) -> HttpResponse:
    done: dict[str, Any] = {"at": request.at, "actor": request.user}
    try:
        part = amount_of(request.POST.get("part", ""))
        if part is None and "part" in request.POST:
            part = left_to_pay(order)
        taken: dict[str, Any] = {"shift": shift, "amount": part, **done}
        form = _form_of(request, order)
        if not order.final_amount:
            sales.pay_cash(order, shift=shift, given=None, **done)
        elif way == "cash":
            change = sales.pay_cash(order, given=amount_of(given), form=form, **taken)
            if change:
                messages.success(request, _("Change: %(change)s") % {"change": format_money(change)})
        elif way == "approved":
            sales.card_approved(order, form=form, **taken)
        elif way == "declined":
            sales.card_declined(order, **done)
            messages.warning(request, _("The card was declined. Take another card or cash, or cancel the sale."))
        elif way == "unclear":
            sales.card_unclear(order, **taken)
            messages.warning(request, _("Look into the terminal’s journal, then choose what happened."))
        elif way == "cancel":
            tell_payouts(request, sales.undo(order, shift=shift, **done))
            for waiting in order.refunds.to_hand_out():
                messages.warning(request, waiting_text(waiting))
            messages.success(request, _("The sale was cancelled; its seats are free again."))
            return redirect("boxoffice:till")
    except (Refused, ValueError) as error:
        show_error(request, error)
    return redirect("boxoffice:order", key=order.pk)


def _form_of(request: BoxOfficeRequest, order: Order) -> str:
    """Names the page whose button was pressed by what it showed as left to pay: a second press takes no second part."""
    shown = request.POST.get("left", "")
    return f"till-{order.pk}-{shown}" if re.fullmatch(r"[0-9.]{1,12}", shown) else ""


def tell_payouts(request: BoxOfficeRequest, refunds: Iterable[Refund]) -> None:
    """Tell the cashier where the money goes: out of the drawer, or back on the terminal."""
    for each in refunds:
        messages.success(request, payout_text(each))


def orders_of(request: BoxOfficeRequest) -> QuerySet[Order]:
    """The orders that may be opened: seats kept by the house only by whoever may keep and release them."""
    orders = Order.objects.filter(cinema=request.cinema).select_related("cinema")
    return orders if request.user.has_perm("allocations.keep_seats") else orders.exclude(OF_THE_HOUSE)


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """An order at the till: to be paid, to be printed, or to be refunded."""
    row = get_object_or_404(orders_of(request), pk=key)
    shift = sales.shift_of(request.user, row.cinema, device=request.device)
    if request.method == "POST":
        if shift is None:
            messages.error(request, str(NoShift()))
            return redirect("boxoffice:shift")
        way = request.POST.get("pay", "")
        if way == "cash":
            try:
                sales.check_terminal(row)
            except Refused as error:
                messages.error(request, str(error))
                return redirect("boxoffice:order", key=row.pk)
        return _pay(request, row, way=way, given=request.POST.get("given", ""), shift=shift)
    payments = list(row.payments.order_by("pk"))
    actor, device, at = request.user, request.device, request.at
    unpaid, sold, may_refund = row.status in Order.UNPAID, row.status in Order.SOLD, actor.has_perm(REFUND)
    approval = request_of(row, actor)
    taken = [each for each in payments if each.status == Payment.Status.SUCCEEDED]
    return TemplateResponse(
        request,
        "boxoffice/order.html",
        {
            "order": row,
            "cinema": row.cinema,
            "shift": shift,
            "unpaid": unpaid,
            "sold": sold,
            "sold_here": printing.is_sold_by(row, actor, shift=shift),
            "left": left_to_pay(row),
            **groups.shown_of(row, typed=request.GET.get("people", "")),
            "uncertain": next((each for each in payments if each.status == Payment.Status.PENDING), None),
            "payments": taken,
            "tickets": row.tickets.select_related("seat", "session__film", "session__hall", "ticket_type"),
            "snacks": row.preorders.select_related("concession_item", "combo"),
            "refunds": row.refunds.select_related("payment"),
            "numbers_missing": receipts.numbers_missing(row, at=at),
            "may_refund": may_refund,
            "form": uuid.uuid4(),
            "vouchers": PrintedVoucher.objects.filter(order=row).select_related("promocode"),
            "exchanges": Exchange.objects.filter(Q(order=row) | Q(new_order=row)).select_related("order", "new_order"),
            "code_sum": row.promocode.least_total if sold and row.promocode else None,
            "voidable": refunds.is_voidable(row, shift=shift, at=at),
            "deciders": deciders(device, REFUND, other_than=actor, at=at) if not (unpaid or may_refund) else [],
            "approval": approval,
            "choice": choice_at_till(row, at=at),
            "unsent": voucher_to_print(row, at=at),
            "approvers": approvers_here(approval, device, at=at) if approval else [],
        },
    )


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def tickets(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """The tickets and the slip of an order, to print on a roll of 80 mm or on A4.

    Those of an order that one did not sell in the open shift are printed by a press of a button, which is recorded.
    """
    row = get_object_or_404(orders_of(request), pk=key, status__in=Order.SOLD)
    shift = sales.shift_of(request.user, row.cinema, device=request.device)
    if not printing.is_sold_by(row, request.user, shift=shift):
        if request.method != "POST":
            return redirect("boxoffice:order", key=row.pk)
        try:
            printing.print_for_guest(row, shift=shift, at=request.at, actor=request.user)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("boxoffice:order", key=row.pk)
    live = row.tickets.live().select_related("seat", "session__film", "session__hall", "ticket_type", "order")
    return TemplateResponse(
        request,
        "boxoffice/print_order.html",
        {
            "order": row,
            "cinema": row.cinema,
            "paper": "a4" if request.GET.get("paper") == "a4" else "roll",
            "tickets": live,
            "snacks": row.preorders.select_related("concession_item", "combo"),
            "payments": row.payments.filter(status=Payment.Status.SUCCEEDED),
        },
    )


@page(WORK)
@require_POST
def send(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Send the customer the link to the order with its tickets, once in `LINK_AGAIN`, and a few times a day, however
    many were sent from the pages of orders: somebody stands here."""
    row = get_object_or_404(orders_of(request), pk=key, status__in=Order.SOLD)
    if row.recipient:
        try:
            rate_limits.hit("link_again", person=f"order {row.pk}", at=request.at)
        except RateLimited as error:
            messages.error(request, str(error))
            return redirect("boxoffice:order", key=row.pk)
        send_link(row, sparingly=True, at=request.at)
        messages.success(request, _("The link to the tickets is sent to the customer."))
    return redirect("boxoffice:order", key=row.pk)
