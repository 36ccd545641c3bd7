"""What cron would have done in the past: the services of the jobs, called as of an hour long gone.

The jobs themselves are left alone: a `JobRun` tells of a real pass.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from concessions.models import ConcessionItem
from concessions.services import receive
from orders import services
from orders.demo import bank
from orders.models import Order
from orders.services import CancelReason
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions

CHORES: list[tuple[Callable[[datetime], Iterable[Any]], Callable[..., None]]] = [
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


def tidy_up(at: datetime) -> None:
    """Everything that is due at `at`. Points are credited first, so that the last hour's are still to be credited."""
    for due, act in CHORES:
        if rows := list(due(at)):
            act(rows, at=at)
    bank.keep_up(at)


def restock(at: datetime) -> None:
    """A delivery to every bar of what is half gone."""
    for item in ConcessionItem.objects.select_related("cinema").order_by("pk"):
        missing = item.max_stock_quantity - item.stock_quantity
        if missing * 2 > item.max_stock_quantity:
            receive(item, quantity=missing, at=at)
