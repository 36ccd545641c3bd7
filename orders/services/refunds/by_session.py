"""Cancelled sessions: sales stop and customers are notified at once, and a job refunds their money.

If the refunds exceed the limit of the person who cancelled, only the money waits for approval (`orders.approvals`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import ApprovalRequired
from accounts.models import Approval, User
from accounts.services import approvers_of, request_approval, require_approval_above_limit
from cinema.money import ZERO, format_money
from cinema.status import ConcurrentChange
from orders import notifications
from orders.locks import keys_of, lock_orders_with_sessions
from orders.models import Order, OrderLine, Ticket
from orders.services.refunds.effects import remaining_lines
from orders.services.refunds.refund import refund_each_locked
from orders.services.selling.cancellation import CancelReason, cancel_locked
from payments.services import disputed_orders, returned_by
from screenings.models import Session
from screenings.services import cancel_sessions

SERVICE = "orders.refund_session"


def call_off(
    sessions: Session | Sequence[Session], *, reason: str, at: datetime, actor: User | None = None
) -> Approval | None:
    """Cancel sessions, all or none. Returns the request for approval of their refunds, if the actor may not return so
    much alone: one for all of them. Raises what `cancel_session` raises. Owns its transaction.
    """
    sessions = [sessions] if isinstance(sessions, Session) else sessions
    with transaction.atomic():
        cancel_sessions(sessions, reason=reason, at=at, actor=actor)
        try:
            require_approval_above_limit(SERVICE, refunds_of(*sessions), actor=actor, approver=None, at=at)
        except ApprovalRequired:
            assert actor is not None
            for session in sessions:
                session.refunds_held = True
            Session.objects.filter(pk__in=[session.pk for session in sessions]).update(refunds_held=True)
            return request_session_refunds(*sessions, at=at, actor=actor)
    return None


def request_session_refunds(*sessions: Session, at: datetime, actor: User) -> Approval:
    """Ask a second person to approve the refunds of cancelled sessions together, by e-mail too. Owns its transaction.

    Raises `ConcurrentChange` if somebody has asked already, or the refunds are not held.
    """
    with transaction.atomic():
        locked = Session.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(locked.filter(pk__in=[session.pk for session in sessions]).values_list("pk"))
        if without_refund_request().filter(pk__in=[session.pk for session in sessions]).count() < len(sessions):
            raise ConcurrentChange(_("Someone else has already requested approval of these refunds."))
        amount, first = refunds_of(*sessions), sessions[0]
        facts = [(_("money refunded"), format_money(amount)), (_("cancellation reason"), first.cancel_reason)]
        facts += [(_("screening"), f"{session}, {session.hall.name}") for session in sessions[1:]]
        asked = request_approval(SERVICE, first, arguments={"sessions": sessions}, facts=facts, at=at, actor=actor)
        approvers = approvers_of(asked, at=at)
        notifications.ask_to_approve_refunds(asked, session=first, amount=amount, to=approvers, at=at)
        return asked


def needs_refund_request(session: Session) -> bool:
    """Whether refunds are held and nobody is asked to approve them: the last request was rejected. Reads only."""
    return session.refunds_held and without_refund_request().filter(pk=session.pk).exists()


def without_refund_request() -> QuerySet[Session]:
    """The sessions of which `needs_refund_request` is true. One query, for the requests that wait."""
    asked = Approval.objects.filter(service=SERVICE, status=Approval.Status.ASKED).values_list("object_id", "arguments")
    waiting = {int(key) for first, arguments in asked for key in (first, *arguments.get("sessions", []))}
    return Session.objects.filter(refunds_held=True).exclude(pk__in=waiting)


def refunds_of(*sessions: Session) -> Decimal:
    """The money that goes back to the customers of sessions that are cancelled. Five queries. Reads only."""
    tickets = Ticket.objects.live().filter(session__in=sessions, order__status__in=Order.SOLD)
    lost: dict[int, list[Ticket]] = {}
    for ticket in tickets.order_by("pk"):
        lost.setdefault(ticket.order_id, []).append(ticket)
    return sum((line.paid for lines in lines_lost(lost).values() for line in lines), ZERO)


def refund_cancelled_sessions(orders: Iterable[Order], *, at: datetime) -> None:
    """Refund orders with tickets for cancelled sessions, and notify the customers.

    An unpaid order is cancelled. In a sold one those tickets are refunded, and open snacks too when no other tickets
    are left. One whose payment is disputed waits until the bank has decided, and tickets of a session whose refunds
    wait (`Session.refunds_wait`). A constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        refund_cancelled_sessions_locked(lock_orders_with_sessions(keys_of(orders)), at=at)


def refund_cancelled_sessions_locked(
    orders: Sequence[Order], *, more: Callable[[Order, Sequence[Ticket]], dict[str, Any]] | None = None, at: datetime
) -> int:
    """Refund a job's batch of orders; see `refund_cancelled_sessions`. Returns how many were not passed over. `more` is
    what else a message about these tickets says.

    Must be called inside a transaction (the orders and, before them, their sessions are locked; the orders were read
    afterwards).
    """
    lost: dict[int, list[Ticket]] = {order.pk: [] for order in orders}
    awaiting: dict[int, list[Ticket]] = {order.pk: [] for order in orders}
    sold = [order for order in orders if order.status in Order.SOLD]
    disputed = disputed_orders([order.pk for order in sold])
    held_back = {order.pk for order in sold} - disputed
    of_cancelled = (
        Ticket.objects.live()
        .filter(order__in=lost.keys(), session__status=Session.Status.CANCELLED)
        .select_related("session__film", "session__hall", "seat")
        .order_by("pk")
    )
    for ticket in of_cancelled:
        waits = ticket.session.refunds_wait(at) and ticket.order_id in held_back
        (awaiting if waits else lost)[ticket.order_id].append(ticket)
    unpaid = [order for order in orders if order.status in Order.UNPAID]
    ready = [order for order in sold if order.pk not in disputed and lost[order.pk]]
    if unpaid:
        cancel_locked(unpaid, reason=CancelReason.SESSION_CANCELLED, at=at, notify=False)  # they are, below
    wanted = lines_lost({order.pk: lost[order.pk] for order in ready})
    plans = refund_each_locked(ready, wanted, reason=CancelReason.SESSION_CANCELLED, at=at) if wanted else []
    returned = returned_by((plan.refund, plan.money_back) for plan in plans)
    notifications.notify_sessions_cancelled(
        orders,
        tickets=lost,
        returned={plan.order.pk: returned[plan.refund.pk] for plan in plans},
        points={plan.order.pk: plan.points_back for plan in plans},
        held=disputed,
        awaiting=awaiting,
        more=more,
        at=at,
    )
    return len(ready) + len(unpaid)


def lines_lost(lost: Mapping[int, Sequence[Ticket]]) -> dict[int, Sequence[OrderLine]]:
    """What to refund of each order that loses these tickets, by its primary key: open snacks too if nothing else
    is left. Four queries. Reads only."""
    found = remaining_lines(lost.keys())
    wanted: dict[int, Sequence[OrderLine]] = {}
    for order, tickets in lost.items():
        gone = {ticket.pk for ticket in tickets}
        left = [ticket for ticket in found[order].tickets if ticket.pk not in gone]
        # With another session left the customer still comes and can collect the snacks.
        wanted[order] = tickets if left else found[order].refundable
    return wanted
