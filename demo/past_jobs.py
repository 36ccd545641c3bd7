"""Does what the jobs would have done at past instants, by calling their services.

The job commands are not run: a `JobRun` row stands for a real run.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from cinema.money import rounded
from concessions.models import ConcessionItem
from concessions.services import receive
from demo import past_payments, sample_data
from orders import services
from orders.models import Order
from orders.services import CancelReason
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions

PAST_JOBS: list[tuple[Callable[[datetime], Iterable[Any]], Callable[..., None]]] = [
    (Order.objects.to_accrue, services.accrue),
    (Order.objects.expired, partial(services.cancel, reason=CancelReason.EXPIRED)),
    (Order.objects.overdue, services.mark_overdue),
    (Session.objects.ended, complete_sessions),
    (Session.objects.started, start_sessions),
    (Order.objects.of_cancelled_sessions, services.refund_cancelled_sessions),
    (Order.objects.with_uncollected_snacks, services.expire_uncollected),
    (Order.objects.over, services.complete),
    (Order.objects.refund_to_process, services.process_refunds),
]


def run_past_jobs(at: datetime) -> None:
    """Handle all rows due at `at`. Points are credited first, so orders completed now are left for the next run."""
    for due, act in PAST_JOBS:
        if rows := list(due(at)):
            act(rows, at=at)
    past_payments.settle_outstanding(at)


def restock(at: datetime) -> None:
    """Refill each bar item of which less than half is left."""
    for item in ConcessionItem.objects.select_related("cinema").order_by("pk"):
        missing = item.max_stock_quantity - item.stock_quantity
        if missing * 2 > item.max_stock_quantity:
            receive(item, quantity=missing, unit_cost=rounded(item.price * sample_data.COST_SHARE), at=at)
