"""Books money for an order, in time or late: it ends in valid tickets or in a refund."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from bonuses.services import points_spent, spend
from cinema.money import ZERO, format_money
from cinema.status import transition_matching
from concessions.models import ConcessionPreorder
from concessions.services import holds
from orders import notifications
from orders.errors import AlreadyPaid, NotOnSale, Refused, SeatTaken, WrongAmount
from orders.locks import lock_order, share_sessions
from orders.models import Order, Ticket
from orders.reasons import Reason
from orders.services.selling import promocodes
from orders.services.selling.hold import hold, release_stale_holds
from orders.services.visits.ticket_codes import code_of
from payments.models import MANUAL_GATEWAYS, Shift
from payments.services import balance_of, record_success, request_refund
from screenings.services import refuse_out_of_use


def mark_paid(
    order: Order,
    *,
    gateway: str,
    amount: Decimal,
    external_id: str = "",
    at: datetime,
    actor: User | None = None,
    shift: Shift | None = None,
    part: bool = False,
) -> Order:
    """Book money for an order and make it `PAID`; an order worth 0 is confirmed with amount 0, without a payment.
    Less than its price is kept as a `part` while it is unpaid; the last part pays it, and a cancellation returns all.

    An order that is not cancelled is paid however late. A cancelled one is revived if everything it released is still
    free. Money that cannot be booked (lost seats, wrong amount, paid before) is refunded in full and the customer
    notified; the same `external_id` a second time changes nothing. So money from a gateway is never refused. Money
    taken by hand, in a `shift` or without one, is, with `WrongAmount`, `AlreadyPaid`, `ShiftNotOpen` or the reason why
    the order cannot be revived. Owns its transaction.
    """
    by_hand = gateway in MANUAL_GATEWAYS
    if cancelled := Ticket.objects.filter(order=order, order__status=Order.Status.CANCELLED).order_by():
        release_stale_holds(cancelled, at=at)
    with transaction.atomic():
        row = lock_order(order)
        payment = None
        if amount <= ZERO < row.final_amount:
            raise _wrong(row, amount)  # no money was taken, so there is nothing to record or refund
        if row.final_amount or amount:
            payment = record_success(
                order=row.pk, gateway=gateway, amount=amount, external_id=external_id, at=at, actor=actor, shift=shift
            )
            if payment is None:
                return row
        try:
            _take(row, amount=amount, part=part, at=at, actor=actor)
        except Refused:
            if by_hand or payment is None:
                raise
            request_refund(payment, amount=amount, reason=Reason.MONEY_RETURNED, at=at)
            notifications.notify_payment_returned(row, payment=payment.pk, amount=amount, at=at)
        return row


def sell(
    *, payment: dict[str, Any], check: Callable[[Order], object], at: datetime, actor: User, **wanted: Any
) -> Order:
    """Hold what is `wanted`, as `hold` does, and take its price by hand, in one transaction: nobody sees it unpaid.

    `payment` names its gateway, shift and external_id; `check` may refuse the price. Raises as `hold` and `check`,
    `ShiftNotOpen`, and `AlreadyPaid` if the external_id was booked before: nothing is held. Owns its transaction.
    """

    def take_money(order: Order) -> None:
        check(order)
        taken = {"order": order.pk, "amount": order.final_amount, **payment, "at": at, "actor": actor}
        if order.final_amount and record_success(**taken) is None:
            raise AlreadyPaid(order)
        notifications.send_tickets(order, code_of=code_of, at=at)

    return hold(at=at, actor=actor, take_money=take_money, **wanted)


def left_to_pay(order: Order) -> Decimal:
    """The price less the parts that were collected. One query. Reads only."""
    return order.final_amount - balance_of(order.pk).kept


def _take(order: Order, *, amount: Decimal, part: bool, at: datetime, actor: User | None) -> None:
    """Make the order paid with `amount` and the parts before, or raise the reason why it cannot be."""
    if order.status in (*Order.SOLD, Order.Status.REFUNDED):
        raise AlreadyPaid(order)
    kept = balance_of(order.pk).kept
    if part and kept < order.final_amount and order.status in Order.UNPAID:
        order.payments.update(is_part=True)
        return
    if kept != order.final_amount:
        raise _wrong(order, amount)
    if kept != amount:
        order.payments.update(is_part=False)
    if order.status == Order.Status.CANCELLED:
        _revive(order, at=at, actor=actor)
    else:
        transition_matching(Ticket.objects.filter(order=order, status=Ticket.Status.RESERVED), Ticket.Status.PAID)
        Order.transition([order], Order.Status.PAID, at=at, actor=actor, paid_at=at)
    notifications.send_tickets(order, code_of=code_of, at=at)


def _wrong(order: Order, amount: Decimal) -> WrongAmount:
    return WrongAmount(
        _("Order %(order)s costs %(price)s, not %(amount)s. The payment was not accepted.")
        % {"order": order, "price": format_money(order.final_amount), "amount": format_money(amount)}
    )


def _revive(order: Order, *, at: datetime, actor: User | None) -> None:
    """Take again everything that the cancellation released, in one transaction, or raise and take nothing."""
    with transaction.atomic():
        share_sessions(set(order.tickets.order_by().values_list("session", flat=True)))
        tickets = list(order.tickets.select_related("session", "seat"))
        preorders = list(order.preorders.filter(status=ConcessionPreorder.Status.CANCELLED).order_by("concession_item"))
        _check_on_sale(order, tickets, preorders, at=at)
        refuse_out_of_use((ticket.session, ticket.seat) for ticket in tickets)
        # The unique index of live tickets decides, since the seats may have been sold since.
        try:
            with transaction.atomic():
                transition_matching(Ticket.objects.filter(order=order), Ticket.Status.PAID)
        except IntegrityError as error:
            raise SeatTaken(
                _("Order %(order)s can’t be restored: its seats have been sold to someone else.") % {"order": order}
            ) from error
        transition_matching(
            ConcessionPreorder.objects.filter(pk__in=[preorder.pk for preorder in preorders]),
            ConcessionPreorder.Status.PENDING,
        )
        if order.promocode:
            promocodes.take_use(order.promocode, order)
        if preorders:
            holds.take_stock(preorders, at=at)
        if order.bonus_amount:
            # The same number of points as before, even if a point is worth more or less now.
            spend(order.user, points=points_spent(order.pk), order=order.pk, at=at)
        Order.transition(
            [order], Order.Status.PAID, at=at, reason=Reason.LATE_MONEY, actor=actor, paid_at=at, cancelled_at=None
        )


def _check_on_sale(order: Order, tickets: list[Ticket], snacks: list[ConcessionPreorder], *, at: datetime) -> None:
    on_sale = all(ticket.session.is_on_sale(at, order.channel) for ticket in tickets)
    on_sale &= all(ticket.seat.hall_id == ticket.session.hall_id for ticket in tickets)  # it may have been moved
    if not on_sale or any(snack.collection_deadline <= at for snack in snacks):
        raise NotOnSale(
            _("Order %(order)s can’t be restored: what it contained is no longer on sale.") % {"order": order}
        )
