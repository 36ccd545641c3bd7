"""Money given back at the till: a sale is undone in its own shift, or items of an order are refunded, by tender.

The refund and its payouts are one transaction: without enough cash in the drawer nothing is refunded.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from boxoffice.errors import NotVoidable, RefundTooLate, SecondPersonNeeded, WrongQuantity
from boxoffice.services.printing import was_free_in
from cinema.money import ZERO, format_money
from concessions.models import ConcessionPreorder
from concessions.services import divide
from orders.locks import lock_orders_with_sessions
from orders.models import Order, OrderLine, Ticket
from orders.services import RefundPreview, decided_at_work, pay_out, preview_refund, refund
from orders.services.refunds.effects import remaining_lines
from payments.models import AT_COUNTER, Gateway, Payment, Refund, Shift
from payments.models.payments import RefundQuerySet
from screenings.models import Cinema

VOIDABLE = AT_COUNTER | {Gateway.GIFT_CARD}  # what was taken in a shift, and can be given back in it


def is_voidable(order: Order, *, shift: Shift | None, at: datetime) -> bool:
    """Whether the whole sale can be undone: all of it was taken in this open shift (or it cost nothing and was sold in
    it), nothing was ever used or refunded, and no screening of it has ended; without tickets, it was made less than
    `VOID_SNACKS_WITHIN` ago.

    The terminal's batch is open as long as the shift is. At most seven queries. Reads only.
    """
    if shift is None or shift.status != Shift.Status.OPEN or order.status != Order.Status.PAID:
        return False
    paid = Payment.objects.filter(order=order, status=Payment.Status.SUCCEEDED).values_list("shift", "gateway")
    taken_here = all(of == shift.pk and gateway in VOIDABLE for of, gateway in paid)
    tickets = Ticket.objects.filter(order=order)
    is_recent = order.paid_at is not None and order.paid_at > at - settings.VOID_SNACKS_WITHIN
    return (
        (taken_here if paid else was_free_in(order, shift, seller=shift.cashier_id))
        and not Refund.objects.filter(order=order).exists()
        and not tickets.filter(session__end_datetime__lte=at).exists()
        and not tickets.admitted().exists()
        and (is_recent or tickets.exists())
        and not order.preorders.exclude(status__in=ConcessionPreorder.OPEN).exists()
    )


def void(
    order: Order, *, reason: str, shift: Shift, at: datetime, actor: User, decided_by: User | None = None
) -> list[Refund]:
    """Undo a whole sale of this shift, and give back every part of the money as it came; returns the payouts.

    `decided_by` is the person whose limit counts, if not the actor; after the start it has to be one who may refund.
    Raises `NotVoidable`, `SecondPersonNeeded`, `ApprovalRequired`, and as `refund` and `mark_paid_out`. Owns its
    transaction.
    """
    with transaction.atomic():
        [row] = lock_orders_with_sessions([order.pk])
        if not is_voidable(row, shift=shift, at=at):
            raise NotVoidable
        if has_started(row.tickets.all(), at=at) and not (decided_by or actor).has_perm("orders.refund_order"):
            raise SecondPersonNeeded
        return _refund(row, None, reason=reason, at_fault=False, shift=shift, at=at, actor=actor, decided_by=decided_by)


def refund_at_till(
    order: Order,
    *,
    lines: Sequence[OrderLine],
    reason: str,
    at_fault: bool,
    shift: Shift,
    at: datetime,
    actor: User,
    decided_by: User | None = None,
) -> list[Refund]:
    """Refund these lines and give the money back as it came: at the guest's wish until the start of their screening or
    the scan of a ticket, later only if the cinema is `at_fault`, which stands in the reason. Returns the payouts.

    `decided_by` is the person who may refund, if not the actor. Raises `RefundTooLate`, `ApprovalRequired`, and as
    `refund` and `mark_paid_out`. Owns its transaction.
    """
    check_in_time(lines, at_fault=at_fault, at=at)
    with transaction.atomic():
        [row] = lock_orders_with_sessions([order.pk])
        fault: dict[str, Any] = {"reason": reason, "at_fault": at_fault}
        return _refund(row, lines, **fault, shift=shift, at=at, actor=actor, decided_by=decided_by)


def divide_snacks(order: Order, quantities: Mapping[int, int], *, at: datetime) -> None:
    """Leave so many in these lines of snacks (primary keys) and put the others into lines of their own, so that a part
    can be refunded. Lines that were refunded meanwhile are left alone: a form that is sent twice refunds once.

    Raises `WrongQuantity`, also for a part of a combo. Owns its transaction.
    """
    with transaction.atomic():
        [row] = lock_orders_with_sessions([order.pk])
        for line in remaining_lines([row.pk])[row.pk].preorders:
            wanted = quantities.get(line.pk, line.quantity)
            if wanted == line.quantity:
                continue
            if line.combo_id or not 0 < wanted < line.quantity:
                raise WrongQuantity(line)
            divide(line, kept=wanted, at=at)


def preview_parts(
    order: Order, *, lines: Sequence[OrderLine], quantities: Mapping[int, int], at: datetime
) -> RefundPreview:
    """Preview of `divide_snacks` and then `refund`: it is done and rolled back. Raises as they do, except that a
    dispute does not stop it. Owns its transaction."""
    with transaction.atomic():
        divide_snacks(order, quantities, at=at)
        preview = preview_refund(order, lines=lines, at=at)
        transaction.set_rollback(True)
    return preview


def check_in_time(lines: Sequence[OrderLine], *, at_fault: bool, at: datetime) -> None:
    """Raise `RefundTooLate` for tickets of a screening that has started, unless the cinema is at fault. Reads only."""
    tickets = [line.pk for line in lines if isinstance(line, Ticket)]
    if not at_fault and has_started(Ticket.objects.filter(pk__in=tickets), at=at):
        raise RefundTooLate


def has_started(tickets: QuerySet[Ticket], *, at: datetime) -> bool:
    """Whether the screening of one of these tickets has started. One query. Reads only."""
    return tickets.filter(session__start_datetime__lte=at).exists()


def give_out(refunds: RefundQuerySet, *, shift: Shift, at: datetime, actor: User) -> list[Refund]:
    """Give out those of the refunds that wait for it: cash from the drawer, cards on the terminal; returns these.

    Raises as `pay_out`. Owns its transaction.
    """
    with transaction.atomic():
        waiting = list(
            refunds.to_hand_out().filter(payment__gateway__in=AT_COUNTER).select_related("payment").order_by("pk")
        )
        for each in waiting:
            pay_out(each, shift=shift, at=at, actor=actor)
        return waiting


def give_out_decided(order: Order, *, shift: Shift, at: datetime, actor: User) -> list[Refund]:
    """Give out what staff decided about the order; what a customer refunded waits for a decision of its own.

    Raises as `mark_paid_out`. Owns its transaction.
    """
    return give_out(decided_at_work(Refund.objects.filter(order=order)), shift=shift, at=at, actor=actor)


def pay_out_approved(order: Order, *, was_voidable: bool, shift: Shift, at: datetime, actor: User) -> list[Refund]:
    """Give out what an approval on this screen has refunded. Raises as `mark_paid_out`. Owns its transaction."""
    with transaction.atomic():
        return _pay_out(order, was_voidable=was_voidable, shift=shift, at=at, actor=actor)


def money_waiting(cinema: Cinema) -> QuerySet[Refund]:
    """Refunds of the cinema that wait to be given out, oldest first. One query. Reads only."""
    waiting = Refund.objects.to_hand_out().filter(payment__gateway__in=AT_COUNTER, order__cinema=cinema)
    return waiting.select_related("order", "payment").order_by("pk")


def _refund(
    order: Order,
    lines: Sequence[OrderLine] | None,
    *,
    reason: str,
    at_fault: bool,
    shift: Shift,
    at: datetime,
    actor: User,
    decided_by: User | None,
) -> list[Refund]:
    was_voidable = is_voidable(order, shift=shift, at=at)
    refund(order, lines=lines, reason=reason, at_fault=at_fault, at=at, actor=decided_by or actor)
    return _pay_out(order, was_voidable=was_voidable, shift=shift, at=at, actor=actor)


def _pay_out(order: Order, *, was_voidable: bool, shift: Shift, at: datetime, actor: User) -> list[Refund]:
    """Give out the money of what was decided here. A sale that could be undone and of which nothing is left was a
    void."""
    paid = give_out_decided(order, shift=shift, at=at, actor=actor)
    if was_voidable and Order.objects.filter(pk=order.pk, status=Order.Status.REFUNDED).exists():
        Refund.objects.filter(Q(pk__in=[each.pk for each in paid]) | Q(order=order, amount=0)).update(is_void=True)
    return paid


def payout_text(refund: Refund) -> str:
    """Where the money of a payout comes from: the drawer, or the card terminal. Reads only."""
    by_card = refund.payment is not None and refund.payment.gateway == Gateway.CARD_TERMINAL
    text = _("Return %(amount)s on the card terminal.") if by_card else _("Give out %(amount)s from the drawer.")
    return text % {"amount": format_money(refund.amount)}


def waiting_text(refund: Refund) -> str:
    """That the money waits to be given out, in a shift. No query. Reads only."""
    return _("%(amount)s waits to be given out at the till.") % {"amount": format_money(refund.amount)}


def total_of(refunds: Sequence[Refund]) -> Decimal:
    """The amount of all of them. No query. Reads only."""
    return sum((each.amount for each in refunds), ZERO)
