from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.models import MessageKind
from orders import notifications
from orders.errors import NoContact, NotAwaitingPayment, RemindedLately
from orders.locks import keys_of, lock_order, lock_orders
from orders.models import Order

REMINDER_INTERVAL = timedelta(hours=1)  # between two reminders of one order


def mark_overdue(orders: Iterable[Order], *, at: datetime) -> None:
    """Mark orders as overdue that were not paid by their deadline; their seats stay held.

    The customers are sent a link to pay. Raises `ForbiddenMove` for an order that is not waiting for its first payment
    deadline; then none is changed. A constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        mark_overdue_locked(lock_orders(keys_of(orders)), at=at)


def mark_overdue_locked(orders: Sequence[Order], *, at: datetime) -> None:
    """Mark a job's batch of orders as overdue; see `mark_overdue`.

    Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    Order.transition(orders, Order.Status.PAYMENT_OVERDUE, at=at)
    notifications.notify_overdue(orders, at=at)


def remind_to_pay(order: Order, *, at: datetime) -> None:
    """Send the customer one more reminder that the payment is overdue, with the link to pay: at most once an hour.

    Raises `NotAwaitingPayment`, `NoContact` or `RemindedLately`. Owns its transaction.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status not in Order.UNPAID:
            raise NotAwaitingPayment(row)
        if not row.recipient.strip():
            raise NoContact(
                _("Order %(order)s has no e-mail address or phone number, so no message can be sent.") % {"order": row}
            )
        last = notifications.notifications_of(row).filter(kind=MessageKind.ORDER_OVERDUE).last()
        if last is not None and last.created_at > at - REMINDER_INTERVAL:
            raise RemindedLately(
                _("A message about order %(order)s was sent less than an hour ago. Try again later.") % {"order": row}
            )
        notifications.notify_overdue([row], at=at, again=True)
