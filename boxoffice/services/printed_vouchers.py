"""Vouchers that staff print for guests: for goodwill, or instead of money; and what a guest may choose at the till.

A voucher is a promo code for one order, worth an amount: see `incidents.services.vouchers`.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from boxoffice.errors import VoucherTooLarge, VoucherUsed
from boxoffice.models import Exchange, PrintedVoucher
from boxoffice.services.buyers import check_buyer
from boxoffice.services.printing import print_for_guest
from boxoffice.services.refunds import give_out_decided
from cinema.money import ZERO
from cinema.validators import clean_reason
from incidents.errors import DecisionClosed
from incidents.models import ConcernedOrder
from incidents.services import (
    has_voucher,
    is_sent_to_buyer,
    lines_to_choose,
    new_voucher,
    open_choice,
    take_refund,
    take_voucher,
    unsent_vouchers,
    worth,
)
from orders.locks import lock_orders
from orders.models import Order, Promocode
from orders.reasons import Reason
from payments.models import Refund, Shift
from payments.services.cash import check_amount


def give_goodwill_voucher(
    order: Order, *, amount: Decimal, reason: str, request: UUID | None = None, at: datetime, actor: User
) -> PrintedVoucher:
    """Give the guest of an order that had trouble this much off another one, until `VOUCHER_VALIDITY` is over.

    `request` names the form, which gives one voucher however often it is sent. It counts towards the same limit for one
    person as refunds. Raises `WrongCashAmount`, `StaffOrder`, `ReasonNeeded`, `VoucherTooLarge` above what the order
    cost or, with the vouchers of those that it was exchanged from or for, above what the dearest of them cost, and
    `ApprovalRequired`. Owns its transaction.
    """
    check_amount(amount)
    check_buyer(order, actor=actor)
    reason = clean_reason(reason)
    with transaction.atomic():
        chain = lock_orders(_exchanged_with(order.pk))
        if request and (known := PrintedVoucher.objects.filter(request=request).first()):
            return known
        if amount > (left := _left(order, chain)):
            raise VoucherTooLarge(max(left, ZERO))
        promocode = new_voucher(amount, at=at)
        about: dict[str, Any] = {"reason": reason, "request": request, "actor": actor, "at": at}
        voucher = PrintedVoucher.objects.create(promocode=promocode, order=order, **about)
        require_approval_above_limit("orders.refund", amount, actor=actor, approver=None, at=at)
    return voucher


def give_instead_of_money(
    order: Order, *, at: datetime, actor: User, decided_by: User | None = None
) -> PrintedVoucher | None:
    """Give a guest of a cancelled screening, who stands at the till, a voucher instead of the money.

    The buyer's address gets its code, as by the link. Without one it is printed: then it counts towards the limit for
    refunds of whoever decides it, since the money may have come by card from somebody who is not there. Returns what is
    to be printed. Raises `StaffOrder`, `ApprovalRequired`, and as `take_voucher`. Owns its transaction.
    """
    check_buyer(order, actor=actor)
    decider = decided_by or actor
    with transaction.atomic():
        row = _choice_of(order, at=at)
        promocode = take_voucher(row, at=at, actor=actor, at_cinema=True)
        return None if is_sent_to_buyer(row) else _to_print(promocode, order, at=at, actor=decider)


def voucher_to_print(order: Order, *, at: datetime) -> Promocode | None:
    """A code that took the place of a voucher with which the guest had paid, and that was neither sent nor printed: the
    order has no address of its buyer. Reads only."""
    unsent = unsent_vouchers(order, at=at)
    printed = PrintedVoucher.objects.filter(promocode__in=unsent).values_list("promocode", flat=True) if unsent else []
    return next((each for each in unsent if each.pk not in printed), None)


def give_unsent(order: Order, *, at: datetime, actor: User, decided_by: User | None = None) -> PrintedVoucher:
    """Give the guest the voucher that `voucher_to_print` finds; it counts as one that is given instead of money.

    Raises `StaffOrder`, `DecisionClosed` if there is none, and `ApprovalRequired`. Owns its transaction.
    """
    check_buyer(order, actor=actor)
    with transaction.atomic():
        lock_orders([order.pk])
        promocode = voucher_to_print(order, at=at)
        if promocode is None:
            raise DecisionClosed
        return _to_print(promocode, order, at=at, actor=decided_by or actor)


def give_money_now(order: Order, *, shift: Shift, at: datetime, actor: User) -> list[Refund]:
    """Refund a guest of a cancelled screening, who stands at the till, and give out what waits; returns the payouts.

    Whoever cancelled it decided the refund. Raises `StaffOrder`, and as `take_refund` and `mark_paid_out`. Owns its
    transaction.
    """
    check_buyer(order, actor=actor)
    with transaction.atomic():
        take_refund(_choice_of(order, at=at), at=at, actor=actor, at_cinema=True)
        return give_out_decided(order, shift=shift, at=at, actor=actor)


def choice_at_till(order: Order, *, at: datetime) -> dict[str, Any] | None:
    """What a guest of a cancelled screening may choose: the `amount`, and whether there is a `voucher`. Reads only."""
    row = open_choice(order, at=at)
    if row is None:
        return None
    lines = lines_to_choose(row, at=at)
    return {"amount": worth(lines), "voucher": has_voucher(order, lines)}


def _to_print(promocode: Promocode, order: Order, *, at: datetime, actor: User) -> PrintedVoucher:
    """Must be called inside a transaction (the order is locked). Raises `ApprovalRequired`."""
    reason, amount = str(Reason.VOUCHER.label), promocode.discount_amount or ZERO
    given = PrintedVoucher.objects.create(promocode=promocode, order=order, reason=reason, actor=actor, at=at)
    require_approval_above_limit("orders.refund", amount, actor=actor, approver=None, at=at)
    return given


def _choice_of(order: Order, *, at: datetime) -> ConcernedOrder:
    row = open_choice(order, at=at)
    if row is None:
        raise DecisionClosed
    return row


def _exchanged_with(order: int) -> set[int]:
    """The order (primary key) with all that it was exchanged from or for. A query for each step between them."""
    chain: set[int] = set()
    found = {order}
    while found:
        chain |= found
        pairs = Exchange.objects.filter(Q(order__in=found) | Q(new_order__in=found)).values_list("order", "new_order")
        found = {key for pair in pairs for key in pair} - chain
    return chain


def _left(order: Order, chain: Sequence[Order]) -> Decimal:
    """What one more voucher of the order may be worth, next to those of the orders of its chain."""
    sums = PrintedVoucher.objects.filter(order__in=chain).order_by().values_list("order")
    given = dict(sums.annotate(Sum("promocode__discount_amount")))
    cost = {each.pk: each.total_amount - each.discount_amount for each in chain}
    together = max(cost.values()) - sum(given.values(), ZERO)
    return min(cost[order.pk] - given.get(order.pk, ZERO), together)


def check_unused(voucher: PrintedVoucher) -> None:
    """Raise `VoucherUsed` once the code was used: it is not shown any more. Reads only."""
    if voucher.promocode.used_count >= voucher.promocode.max_uses:
        raise VoucherUsed


def print_again(voucher: PrintedVoucher, *, shift: Shift | None, at: datetime, actor: User) -> None:
    """Record that somebody prints the code of a voucher once more. Raises `VoucherUsed` and `NoShift`. Owns its
    transaction."""
    check_unused(voucher)
    print_for_guest(voucher.order, shift=shift, at=at, actor=actor, reason=_("Voucher"))
