"""Refunds that customers make themselves, without asking staff."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import Refused
from concessions.services.combos import check_whole_combos, pending
from orders.errors import BelowCodeSum, PaymentDisputed
from orders.locks import lock_orders_with_sessions
from orders.models import Order, OrderLine, Ticket
from orders.reasons import Reason
from orders.services.refunds.by_hand import is_refunded_at_cinema
from orders.services.refunds.refund import refund_and_notify
from orders.services.refunds.sold_together import missed_code_sum
from payments.models import Refund
from payments.services import disputed_orders
from screenings.models import Session


class TooLateToRefund(Refused, code="too_late_to_refund"):
    """It is too late for customers to refund one of these lines themselves."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some of these items can no longer be refunded online. "
                "Choose again, or ask at the cinema before the screening."
            )
        )


class RefundedAtCinema(Refused, code="refund_at_cinema"):
    """Staff have entered the order's address, and its money is given out by hand: its link does not refund it."""

    def __init__(self) -> None:
        super().__init__(
            _("This order can’t be refunded online, because its money is given out at the cinema. Please ask there.")
        )


def refundable_by_customer(order: Order, *, at: datetime) -> list[OrderLine]:
    """The lines that customers may refund themselves at `at`.

    Paid, unused tickets of sessions that start in more than the order’s `refund_notice`, and until then snacks
    that are not being made yet, of a combo all or none (without tickets: the same time before the end of their day).
    No ticket that was ever scanned. None while the bank decides about a payment, or of what is refunded at the cinema
    only. At most five queries. Reads only.
    """
    if order.status not in Order.SOLD or disputed_orders([order.pk]) or is_refunded_at_cinema(order):
        return []
    notice = order.refund_notice
    tickets = list(
        order.tickets.filter(refund_line__isnull=True, status__in=Ticket.LIVE)
        .select_related("session__film", "session__hall", "seat", "ticket_type")
        .order_by("session__start_datetime", "seat__row", "seat__number")
    )
    admitted = set(order.tickets.admitted().values_list("pk", flat=True))
    fit: list[OrderLine] = [
        ticket
        for ticket in tickets
        if ticket.status == Ticket.Status.PAID
        and ticket.pk not in admitted
        and ticket.session.status == Session.Status.SCHEDULED
        and ticket.session.start_datetime - notice > at
    ]
    first = min((ticket.session.start_datetime for ticket in tickets), default=None)
    kept = order.preorders.filter(refund_line__isnull=True).order_by("pk")
    snacks = pending(kept.select_related("concession_item", "combo"))
    return fit + [snack for snack in snacks if (first or snack.collection_deadline) - notice > at]


def refund_by_customer(order: Order, *, lines: Sequence[OrderLine], at: datetime, actor: User | None = None) -> Refund:
    """Refund these lines at the customer's own request.

    Raises `PaymentDisputed` while the bank decides about a payment, `RefundedAtCinema`, `TooLateToRefund` if one of the
    lines may not be refunded any more, `SoldAsCombo` for a part of a combo, and `BelowCodeSum` if less would be left
    than the order's promo code asks for. Owns its transaction.
    """
    with transaction.atomic():
        [row] = lock_orders_with_sessions([order.pk])
        if disputed_orders([row.pk]):
            raise PaymentDisputed(row)
        if is_refunded_at_cinema(row):
            raise RefundedAtCinema
        refundable = refundable_by_customer(row, at=at)
        if not lines or not set(lines) <= set(refundable):
            raise TooLateToRefund
        check_whole_combos(lines, refundable)
        done = refund_unused(row, lines=lines, at=at, actor=actor)
        if (least := missed_code_sum(row)) is not None:
            raise BelowCodeSum(least)
        return done


def refund_unused(order: Order, *, lines: Sequence[OrderLine], at: datetime, actor: User | None) -> Refund:
    """Refund these lines of a customer, and tell them. Must be called inside a transaction (the order is locked).

    Raises `TooLateToRefund` if a ticket that goes along was ever scanned, such as a companion's.
    """
    admitted = set(order.tickets.admitted().values_list("pk", flat=True))
    done = refund_and_notify(order, lines=lines, reason=Reason.BY_CUSTOMER, at=at, actor=actor)
    if not admitted.isdisjoint(done.lines.values_list("ticket", flat=True)):
        raise TooLateToRefund
    return done
