"""Refunds: of a whole order, of lines, of many orders for a job, or recorded from outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from cinema.money import ZERO
from orders import notifications
from orders.errors import LinesNotRefundable, MoreThanLeft, NothingToRefund, NotRefundable, PaymentDisputed
from orders.locks import keys_of, lock_orders_with_sessions
from orders.models import Order, OrderLine
from orders.reasons import Reason
from orders.services.refunds.effects import RefundPlan, RemainingLines, apply_refund_effects, remaining_lines
from orders.services.refunds.scanned import release_scanned, stated
from orders.services.refunds.sold_together import missed_code_sum, take_along
from payments.models import Payment, Refund
from payments.services import (
    Returned,
    allocate,
    balances,
    disputed_orders,
    record_outside_refund,
    refunds_awaiting_lines,
    returned_by,
    save_refunds,
    unsaved_refunds,
)


def refund(
    order: Order,
    *,
    lines: Sequence[OrderLine] | None = None,
    reason: str,
    at_fault: bool = False,
    at: datetime,
    actor: User | None = None,
    approver: User | None = None,
    despite_dispute: bool = False,
) -> Refund:
    """Refund a whole order, or the tickets and preorders in `lines`, and release at once what they hold.

    Without `lines`, everything that is not refunded yet, except snacks that were collected or have expired: those must
    be named. With the last line the order is `REFUNDED`, unless a voucher stands for some of its money. What was
    refunded outside and waits for its lines counts towards those that are named: only the rest is sent. Scanned tickets
    only if the cinema is `at_fault`, which stands in the reason; their seats stay off sale until the screening ends.

    Raises `ScannedTicket`; `ApprovalRequired` above the limit for one person, towards which points count at their value
    as money does, unless there is an `approver`; `ReasonNeeded`; `NotRefundable` for an order that is not sold;
    `SoldTogether` for one of two paid tickets that are sold together (a free one goes along); `PaymentDisputed` unless
    it is wanted `despite_dispute`; and `NothingToRefund`, `LinesNotRefundable` or `MoreThanLeft`. Owns its transaction.
    """
    reason = stated(reason, at_fault=at_fault)
    with transaction.atomic():
        done = refund_and_notify(order, lines=lines, reason=reason, at=at, actor=actor, despite_dispute=despite_dispute)
        given_up = list(done.lines.values_list("ticket", "ticket__bonus_share", "preorder__bonus_share"))
        release_scanned([row[0] for row in given_up if row[0]], at_fault=at_fault, at=at, actor=actor)
        sent = done.total if done.actor == actor else ZERO  # otherwise it was refunded outside before
        sent += sum((share for row in given_up for share in row[1:] if share), ZERO)  # points that go back
        require_approval_above_limit("orders.refund", sent, actor=actor, approver=approver, at=at)
        return done


def refund_and_notify(
    order: Order,
    *,
    lines: Sequence[OrderLine] | None,
    reason: str,
    at: datetime,
    actor: User | None,
    despite_dispute: bool = False,
) -> Refund:
    """Refund without a limit and tell the customer, for refunds that customers make themselves. Must be
    called inside a transaction (the order is locked here).
    """
    locked, wanted = lock_orders_with_sessions([order.pk]), {order.pk: lines}
    [plan] = refund_each_locked(locked, wanted, reason=reason, at=at, actor=actor, despite_dispute=despite_dispute)
    returned = returned_by([(plan.refund, plan.money_back)])[plan.refund.pk]
    notifications.notify_refunded(plan.order, refund=plan.refund.pk, returned=returned, points=plan.points_back, at=at)
    return plan.refund


@dataclass(frozen=True)
class RefundPreview:
    """The money and points that a refund returns or takes back; `last`: nothing of the order is left afterwards;
    `along`: free tickets that are refunded with the chosen lines; `missed`: the sum from which the order's promo code
    is given, if less is left."""

    money: Decimal
    points_back: int
    points_taken: int
    last: bool
    returned: Returned = field(default=Returned(), compare=False)
    along: Sequence[OrderLine] = field(default=(), compare=False)
    missed: Decimal | None = field(default=None, compare=False)


def preview_refund(order: Order, *, lines: Sequence[OrderLine] | None = None, at: datetime) -> RefundPreview:
    """Preview of `refund`: it is done and rolled back, so that the two cannot differ. Raises as `refund` does, except
    that a dispute does not stop it. Owns its transaction.
    """
    with transaction.atomic():
        locked, wanted = lock_orders_with_sessions([order.pk]), {order.pk: lines}
        [plan] = refund_each_locked(locked, wanted, reason="", at=at, despite_dispute=True)
        returned = returned_by([(plan.refund, plan.money_back)])[plan.refund.pk]
        amounts = list(plan.refund.bonus_transactions.values_list("amount", flat=True))
        missed = missed_code_sum(plan.order)
        transaction.set_rollback(True)
    return RefundPreview(
        money=plan.money_back,
        points_back=sum(amount for amount in amounts if amount > 0),
        points_taken=-sum(amount for amount in amounts if amount < 0),
        last=plan.last,
        returned=returned,
        along=[line for line in plan.chosen if line not in (lines or plan.chosen)],
        missed=missed,
    )


def refund_each_locked(
    orders: Sequence[Order],
    wanted: Mapping[int, Sequence[OrderLine] | None],
    *,
    reason: str,
    at: datetime,
    actor: User | None = None,
    despite_dispute: bool = False,
) -> list[RefundPlan]:
    """Refund many orders without notifying the customers. `wanted` maps the primary key of each order to the lines to
    refund, or to None for all that are refundable.

    A constant number of queries. Raises as `refund` does. Must be called inside a transaction (the orders and, where
    tickets are refunded, their sessions before them are locked; the orders were read afterwards).
    """
    for order in orders:
        if order.status not in Order.SOLD:
            raise NotRefundable(_("Order %(order)s is not paid, so there is nothing to refund.") % {"order": order})
    disputed = set() if despite_dispute else disputed_orders(wanted.keys())
    if held := next((order for order in orders if order.pk in disputed), None):
        raise PaymentDisputed(held)
    found = remaining_lines(wanted.keys())
    money = balances(wanted.keys())
    outside = refunds_awaiting_lines(wanted.keys())
    lines = {order.pk: _select_lines(order, found[order.pk], wanted[order.pk]) for order in orders}
    take_along(lines, found)
    plans = []
    for order in orders:
        chosen = lines[order.pk]
        price = sum((line.paid for line in chosen), ZERO)
        if price and (same := next((part for part in outside[order.pk] if part.is_unallocated_refund_of(price)), None)):
            same.unallocated_amount = ZERO
            plans.append(RefundPlan(order, same, chosen, found[order.pk]))
            continue
        amount = price - allocate(price, outside[order.pk])
        if amount > money[order.pk].kept:
            raise MoreThanLeft(order, amount=amount, kept=money[order.pk].kept)
        fields = {"reason": reason, "actor": actor, "despite_dispute": despite_dispute}
        new, *along = unsaved_refunds(order.pk, money[order.pk], amount=amount, at=at, **fields)
        plans.append(RefundPlan(order, new, chosen, found[order.pk], along))
    save_refunds(each for plan in plans for each in (plan.refund, *plan.along))
    Refund.objects.bulk_update([part for parts in outside.values() for part in parts], ["unallocated_amount"])
    apply_refund_effects(plans, at=at)
    ended, stamps = [plan.order for plan in plans if plan.ends_order], {"refunded_at": at, "refund_processed_at": at}
    Order.transition(ended, Order.Status.REFUNDED, at=at, reason=reason, actor=actor, **stamps)
    return plans


def record_refund(
    order: Order, *, amount: Decimal, external_id: str, at: datetime, payment: Payment | None = None
) -> Refund:
    """Record a refund that happened outside (a chargeback, or in the gateway's dashboard), once per `external_id`.

    `payment` is the refunded one, if known; otherwise the latest with enough money left. When no money is left the
    order is `REFUNDED`, and `process_refunds` releases what it holds. A partial refund names no lines, so it waits for
    staff to say which. Raises `MoreThanLeft` for more than the order has paid. Owns its transaction.
    """
    with transaction.atomic():
        [row] = lock_orders_with_sessions([order.pk])
        return record_refund_locked(row, amount=amount, external_id=external_id, at=at, payment=payment)


def record_refund_locked(
    order: Order, *, amount: Decimal, external_id: str, at: datetime, payment: Payment | None = None
) -> Refund:
    """Book a refund that happened outside; see `record_refund`.

    Must be called inside a transaction (the order and, before it, its sessions are locked; it was read afterwards).
    """
    known = order.refunds.filter(external_id=external_id).first() if external_id else None
    if known is not None:
        return known
    balance = balances([order.pk])[order.pk]
    source = balance.payment_with(amount) if payment is None else payment.pk
    if source is None or amount <= ZERO or balance.left.get(source, ZERO) < amount:
        raise MoreThanLeft(order, amount=amount, kept=balance.kept)
    whole = amount == balance.kept and order.status in Order.SOLD
    booked = record_outside_refund(
        order.pk, source, amount=amount, external_id=external_id, awaits_lines=not whole, at=at
    )
    if whole:
        Order.transition([order], Order.Status.REFUNDED, at=at, refunded_at=at)
    return booked


def process_refunds(orders: Iterable[Order], *, at: datetime) -> None:
    """Release what orders hold that became `REFUNDED` outside the system: every line, consumed ones too, since all the
    money was returned.

    Each order is stamped, so that it happens once; others are left alone. A constant number of queries. Owns its
    transaction.
    """
    with transaction.atomic():
        process_refunds_locked(lock_orders_with_sessions(keys_of(orders)), at=at)


def process_refunds_locked(orders: Iterable[Order], *, at: datetime) -> None:
    """Release what a job's batch of orders holds; see `process_refunds`.

    Must be called inside a transaction (the orders and, before them, their sessions are locked; the orders were read
    afterwards).
    """
    rows = [order for order in orders if order.status == Order.Status.REFUNDED and order.refund_processed_at is None]
    keys = [order.pk for order in rows]
    found = remaining_lines(keys)
    refunds = _whole_refunds(rows, at=at)
    apply_refund_effects(
        [RefundPlan(order, refunds[order.pk], found[order.pk].unrefunded, found[order.pk]) for order in rows], at=at
    )
    Refund.objects.awaiting_lines().filter(order__in=keys).update(unallocated_amount=0)
    Order.objects.filter(pk__in=keys, refund_processed_at__isnull=True).update(refund_processed_at=at)


def _whole_refunds(orders: Sequence[Order], *, at: datetime) -> dict[int, Refund]:
    """The refund that ended each order and has no lines yet; a new one to be sent where nothing was paid out."""
    keys = [order.pk for order in orders]
    ended = Refund.objects.filter(order__in=keys, lines__isnull=True).exclude(reason=Reason.MONEY_RETURNED)
    found = {each.order_id: each for each in ended.order_by("pk")}
    money = balances(keys)
    missing: list[Refund] = []
    for order in orders:
        kept = money[order.pk].kept
        if kept or order.pk not in found:
            missing += unsaved_refunds(order.pk, money[order.pk], amount=kept, reason=Reason.MARKED_REFUNDED, at=at)
    save_refunds(missing)
    return found | {each.order_id: each for each in missing if each.along_with is None}


def _select_lines(order: Order, found: RemainingLines, wanted: Sequence[OrderLine] | None) -> list[OrderLine]:
    """The lines to refund, as they are in the database now."""
    named = set(wanted or ())
    if not named <= set(found.unrefunded):
        raise LinesNotRefundable(
            _("Some selected items are not in order %(order)s or have already been refunded. Check the selection.")
            % {"order": order}
        )
    chosen = found.refundable if wanted is None else [line for line in found.unrefunded if line in named]
    if not chosen:
        raise NothingToRefund(_("There is nothing left to refund in order %(order)s.") % {"order": order})
    return chosen
