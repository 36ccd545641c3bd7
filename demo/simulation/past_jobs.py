"""Does what the jobs would have done at past instants, by calling their services.

The job commands are not run: a `JobRun` row stands for a real run.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from cinema.money import rounded
from cinema.status import transition_matching
from concessions.models import ConcessionItem
from concessions.services import receive
from demo import sample_data
from demo.simulation import past_payments
from incidents.services import refund_guests_locked
from notifications.models import Notification, Status
from orders import services
from orders.locks import keys_of, lock_orders_with_sessions
from orders.models import Order
from orders.services import CancelReason
from orders.services.receipts.queue import to_settle
from payments.models import Payment, Receipt, Refund
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions


def _refund_guests(orders: Iterable[Order], *, at: datetime) -> None:
    with transaction.atomic():
        refund_guests_locked(lock_orders_with_sessions(keys_of(orders)), at=at)


PAST_JOBS: list[tuple[Callable[[datetime], Iterable[Any]], Callable[..., None]]] = [
    (Order.objects.to_accrue, services.accrue),
    (Order.objects.expired, partial(services.cancel, reason=CancelReason.EXPIRED)),
    (Order.objects.overdue, services.mark_overdue),
    (Session.objects.ended, complete_sessions),
    (Session.objects.started, start_sessions),
    (Order.objects.of_cancelled_sessions, _refund_guests),
    (Order.objects.with_uncollected_snacks, services.expire_uncollected),
    (Order.objects.over, services.complete),
    (Order.objects.refund_to_process, services.process_refunds),
]

RECEIPTS: list[tuple[Callable[[datetime], Iterable[Any]], Callable[..., None]]] = [
    (Payment.objects.without_receipt, services.receipt_sales),
    (Refund.objects.without_receipt, services.receipt_refunds),
    (to_settle, services.receipt_settlements),
]


def run_past_jobs(at: datetime) -> None:
    """Handle all rows due at `at`. Points are credited first, so orders completed now are left for the next run."""
    for due, act in PAST_JOBS:
        if rows := list(due(at)):
            act(rows, at=at)
    past_payments.settle_outstanding(at)
    _deliver(at)


def _deliver(at: datetime) -> None:
    """Receipts and messages have been sent, without anybody getting them again now."""
    messages = Notification.objects.filter(created_at__lte=at)
    transition_matching(messages.filter(status=Status.QUEUED), Status.SENDING)
    transition_matching(messages.filter(status=Status.SENDING), Status.SENT, attempts=1, sent_at=at)
    with transaction.atomic():
        for due, act in RECEIPTS:
            if rows := list(due(at)):
                act(rows, at=at)
    queued = Receipt.objects.filter(status=Receipt.Status.QUEUED)
    transition_matching(queued, Receipt.Status.SENT, attempts=1, sent_at=at, next_attempt_at=None)


def restock(at: datetime) -> None:
    """Refill each bar item of which less than half is left."""
    for item in ConcessionItem.objects.select_related("cinema").order_by("pk"):
        missing = item.max_stock_quantity - item.stock_quantity
        if missing * 2 > item.max_stock_quantity:
            receive(item, quantity=missing, unit_cost=rounded(item.price * sample_data.COST_SHARE), at=at)
