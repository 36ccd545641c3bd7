"""Money back at the till: a sale undone, items refunded, vouchers, and the second person who decides."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import ApprovalRequired
from accounts.services import request_approval
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.errors import NoShift, SecondPersonNeeded
from boxoffice.models import PrintedVoucher
from boxoffice.services import refunds, sales
from boxoffice.services.basket import number_of
from boxoffice.services.printed_vouchers import (
    check_unused,
    give_goodwill_voucher,
    give_instead_of_money,
    give_money_now,
    give_unsent,
    print_again,
)
from boxoffice.services.second_person import approve_here, request_of
from boxoffice.views.sale_form import amount_of, show_error
from boxoffice.views.second_person import REFUND, decide
from boxoffice.views.till import WORK, orders_of, tell_payouts
from cinema.ids import valid_ids
from cinema.money import ZERO, format_money
from cinema.status import Refused
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderLine, Ticket
from orders.services import preview_refund
from orders.services.refunds.by_hand import SERVICE as PAY_OUT
from orders.services.refunds.effects import remaining_lines
from orders.services.refunds.scanned import stated
from payments.models import Refund, Shift

REFUND_CONSUMED = "orders.refund_consumed"
ABOVE = gettext_lazy("This is above your limit. A second person has to approve it, here by PIN.")
GIVEN = "boxoffice_voucher_given"  # in the session: the last voucher given here, and the shift in which it was


@page(WORK)
@require_POST
def refund(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Undo the whole sale, or refund the ticked items, and give the money out as it came."""
    row = get_object_or_404(orders_of(request), pk=key)
    reason, at_fault = request.POST.get("reason", ""), bool(request.POST.get("at_fault"))
    whole = "void" in request.POST
    lines = remaining_lines([row.pk])[row.pk].refundable
    try:
        shift = _open_shift(request)
        done: dict[str, Any] = {"reason": reason, "shift": shift, "at": request.at, "actor": request.user}
        try:
            done["decided_by"] = decide(request, REFUND, needed=not whole)
            if whole:
                paid = refunds.void(row, **done)
            else:
                refunds.divide_snacks(row, _quantities(request), at=request.at)
                lines = _ticked(request, row)
                paid = refunds.refund_at_till(row, lines=lines, at_fault=at_fault, **done)
        except ApprovalRequired:
            if done["decided_by"] is not None:
                raise
            if not request.user.has_perm(REFUND):
                raise SecondPersonNeeded from None
            _ask(request, row, lines, reason, at_fault=at_fault and not whole)
            messages.warning(request, ABOVE)
        else:
            _tell(request, row, paid)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("boxoffice:order", key=row.pk)


@page(WORK)
@require_POST
def approve(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """A second person approves by PIN what is above the limit of the cashier; the money is given out at once."""
    row = get_object_or_404(orders_of(request), pk=key)
    approval = request_of(row, request.user)
    try:
        shift = _open_shift(request)
        if approval is not None:
            was_voidable = refunds.is_voidable(row, shift=shift, at=request.at)
            given = {name: request.POST.get(name, "") for name in ("digest", "person", "pin")}
            approve_here(approval, request.device, **given, at=request.at)
            if approval.service == PAY_OUT:
                tell_payouts(request, Refund.objects.filter(pk=approval.object_id).select_related("payment"))
                return redirect("boxoffice:order", key=row.pk)
            work: dict[str, Any] = {"shift": shift, "at": request.at, "actor": request.user}
            _tell(request, row, refunds.pay_out_approved(row, was_voidable=was_voidable, **work))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("boxoffice:order", key=row.pk)


@page(WORK)
@require_POST
def give(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Give the guest a goodwill voucher, decided by whoever may refund; it is printed next."""
    row = get_object_or_404(orders_of(request), pk=key, status__in=[*Order.SOLD, Order.Status.REFUNDED])
    try:
        shift = _open_shift(request)
        decided_by = decide(request, REFUND)
        amount = amount_of(request.POST.get("amount", "")) or ZERO
        form = request.POST.get("form", "")
        wanted: dict[str, Any] = {"amount": amount, "reason": request.POST.get("reason", "")}
        wanted["request"] = uuid.UUID(form) if form else None
        voucher = give_goodwill_voucher(row, **wanted, at=request.at, actor=decided_by or request.user)
    except ApprovalRequired:
        messages.error(request, _("This is above the limit of one person. Nothing was changed."))
    except (Refused, ValueError) as error:
        show_error(request, error)
    else:
        request.session[GIVEN] = [voucher.pk, shift.pk]
        return redirect("boxoffice:voucher", key=voucher.pk)
    return redirect("boxoffice:order", key=row.pk)


@page(WORK)
@require_POST
def choose(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """What a guest of a cancelled screening chose, the money now or a voucher, or a voucher that waits for the guest,
    decided by whoever may refund."""
    row = get_object_or_404(orders_of(request), pk=key)
    try:
        shift, decided_by = _open_shift(request), decide(request, REFUND)
        if "refund" in request.POST:
            _tell(request, row, give_money_now(row, shift=shift, at=request.at, actor=request.user))
            return redirect("boxoffice:order", key=row.pk)
        service = give_unsent if "unsent" in request.POST else give_instead_of_money
        given = service(row, at=request.at, actor=request.user, decided_by=decided_by)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("boxoffice:order", key=row.pk)
    if given is None:
        messages.success(request, _("The voucher is sent to %(email)s.") % {"email": row.email})
        return redirect("boxoffice:order", key=row.pk)
    request.session[GIVEN] = [given.pk, shift.pk]
    return redirect("boxoffice:voucher", key=given.pk)


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def voucher(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """A voucher to print on a roll of 80 mm or on A4, until it is used.

    Whoever gave it prints it freely in the same shift; later it takes a press of a button, which is recorded.
    """
    rows = PrintedVoucher.objects.filter(order__in=orders_of(request)).select_related("promocode", "order")
    row = get_object_or_404(rows, pk=key)
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    try:
        if request.method == "POST":
            print_again(row, shift=shift, at=request.at, actor=request.user)
        elif shift is None or request.session.get(GIVEN) != [row.pk, shift.pk]:
            return redirect("boxoffice:order", key=row.order_id)
        check_unused(row)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("boxoffice:order", key=row.order_id)
    paper = "a4" if request.GET.get("paper") == "a4" else "roll"
    context = {"voucher": row, "cinema": request.cinema, "paper": paper}
    return TemplateResponse(request, "boxoffice/print_voucher.html", context)


@page("payments.pay_out_refund")
@require_POST
def pay_out(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Give out the money of a refund that waits for it. What nobody at work decided counts for whoever gives it out."""
    row = get_object_or_404(Refund.objects.select_related("payment"), pk=key, order__in=orders_of(request))
    try:
        shift = _open_shift(request)
        one = Refund.objects.filter(pk=row.pk)
        try:
            tell_payouts(request, refunds.give_out(one, shift=shift, at=request.at, actor=request.user))
        except ApprovalRequired:
            facts = [(_("Payout of a refund"), format_money(row.amount))]
            asked: dict[str, Any] = {"arguments": {"shift": shift}, "facts": facts}
            request_approval(PAY_OUT, row, **asked, at=request.at, actor=request.user)
            messages.warning(request, ABOVE)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("boxoffice:order", key=row.order_id)


def _open_shift(request: BoxOfficeRequest) -> Shift:
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    if shift is None:
        raise NoShift
    return shift


def _ticked(request: BoxOfficeRequest, row: Order) -> list[OrderLine]:
    """The ticked items of the order; what was collected or has expired only for those who may refund it."""
    snacks = ConcessionPreorder.objects.filter(order=row, pk__in=valid_ids(request.POST.getlist("snack")))
    if not request.user.has_perm(REFUND_CONSUMED):
        snacks = snacks.filter(status__in=ConcessionPreorder.OPEN)
    return [*Ticket.objects.filter(order=row, pk__in=valid_ids(request.POST.getlist("ticket"))), *snacks]


def _quantities(request: BoxOfficeRequest) -> dict[int, int]:
    """How many of the ticked lines of snacks to refund, where fewer than all may be meant."""
    sent = {key: request.POST.get(f"quantity{key}", "") for key in valid_ids(request.POST.getlist("snack"))}
    return {key: number_of(typed) for key, typed in sent.items() if typed}


def _ask(request: BoxOfficeRequest, row: Order, lines: list[OrderLine], reason: str, *, at_fault: bool) -> None:
    gives = preview_refund(row, lines=lines, at=request.at)
    facts = [
        (_("Items"), "; ".join(str(line) for line in [*lines, *gives.along])),
        (capfirst(_("money refunded")), format_money(gives.money)),
        (capfirst(_("points returned")), str(gives.points_back)),
        (capfirst(_("earned points deducted")), str(gives.points_taken)),
        (_("Reason"), stated(reason, at_fault=at_fault)),
    ]
    arguments = {"lines": lines, "reason": reason, "at_fault": at_fault}
    request_approval("orders.refund", row, arguments=arguments, facts=facts, at=request.at, actor=request.user)


def _tell(request: BoxOfficeRequest, row: Order, paid: list[Refund]) -> None:
    if not paid and row.refunds.filter(status=Refund.Status.REQUESTED).exists():
        messages.info(request, _("The payment provider sends the money back."))
    else:
        messages.success(request, _("Refunded: %(amount)s") % {"amount": format_money(refunds.total_of(paid))})
    tell_payouts(request, paid)
