"""What a guest decides after a change: to keep the tickets, or to return them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.errors import ApprovalRequired
from accounts.models import User
from accounts.services import require_approval_above_limit
from incidents.errors import DecisionClosed, ReturnedAtCinema
from incidents.models import ConcernedOrder
from orders.errors import PaymentDisputed
from orders.locks import lock_orders_with_sessions
from orders.models import Order, OrderLine, Ticket
from orders.services.refunds.by_customer import RefundedAtCinema, refund_unused
from orders.services.refunds.by_hand import is_refunded_at_cinema
from orders.services.refunds.by_session import SERVICE, lines_lost
from payments.models import Refund
from payments.services import disputed_orders
from screenings.models import Session


def returnable(row: ConcernedOrder, *, at: datetime) -> list[Ticket]:
    """The tickets that the guest may return because of this change: paid and never scanned, until the later of the
    former and the present start. None of what is refunded at the cinema only. Three queries. Reads only.
    """
    if row.incident.refund_until is None or row.order.status not in Order.SOLD or is_refunded_at_cinema(row.order):
        return []
    changed = row.incident.changed.values_list("session", "start_datetime", "actual_start")
    former = {session: actual or start for session, start, actual in changed}
    tickets = row.order.tickets.filter(status=Ticket.Status.PAID, refund_line=None, session__in=former)
    coming = tickets.exclude(session__status=Session.Status.CANCELLED).exclude(pk__in=row.order.tickets.admitted())
    own = coming.select_related("session__film", "session__hall", "seat", "ticket_type").order_by("pk")
    return [each for each in own if max(former[each.session_id], each.session.start_datetime) > at]


def returnable_lines(row: ConcernedOrder, *, at: datetime) -> Sequence[OrderLine]:
    """`returnable`, and the open snacks if nothing else of the order is left. Seven queries. Reads only."""
    tickets = returnable(row, at=at)
    return lines_lost({row.order_id: tickets})[row.order_id] if tickets else []


def keep_tickets(row: ConcernedOrder, *, at: datetime) -> None:
    """Record that the guest comes; a refund stays possible. A second press changes nothing. Owns its
    transaction."""
    ConcernedOrder.objects.filter(pk=row.pk, answer="").update(answer=ConcernedOrder.Answer.KEEP, answered_at=at)


def return_tickets(row: ConcernedOrder, *, at: datetime, actor: User | None = None) -> Refund:
    """Refund the guest's tickets for the changed sessions, and the open snacks if nothing else is left.

    What staff recorded after the planned start of a session counts as cancelling it does, for whoever recorded it: the
    guest may have seen the film until then. Raises `ReturnedAtCinema` above that limit, `RefundedAtCinema`,
    `DecisionClosed` without a ticket that may be returned, `TooLateToRefund` if one that goes along was scanned, and
    `PaymentDisputed` while the bank decides about a payment. Owns its transaction.
    """
    with transaction.atomic():
        [order] = lock_orders_with_sessions([row.order_id])
        row.order = order
        if is_refunded_at_cinema(order):
            raise RefundedAtCinema
        lines = returnable_lines(row, at=at)
        if not lines:
            raise DecisionClosed
        if disputed_orders([order.pk]):
            raise PaymentDisputed(order)
        done = refund_unused(order, lines=lines, at=at, actor=actor)
        ConcernedOrder.objects.filter(pk=row.pk).update(answer=ConcernedOrder.Answer.REFUND, answered_at=at)
        incident = row.incident
        if incident.changed.filter(actual_start__isnull=False, start_datetime__lte=incident.at).exists():
            try:
                require_approval_above_limit(SERVICE, done.total, actor=incident.actor, approver=None, at=at)
            except ApprovalRequired:
                raise ReturnedAtCinema from None
        return done
