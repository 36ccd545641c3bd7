from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.models import User
from orders.errors import ExtensionRefused, NotAwaitingPayment
from orders.locks import lock_order
from orders.models import Order
from orders.services.selling.hold import limit_deadlines


def extend(order: Order, *, until: datetime, at: datetime, actor: User | None = None) -> Order:
    """Give the customer until `until` to pay; an overdue order waits for payment again.

    `expires_at` keeps its distance from the deadline. Both end when sales of the first session end at the latest, for
    snacks alone at the end of their day. Raises `NotAwaitingPayment`, and `ExtensionRefused` for a deadline that is not
    after `at`. Owns its transaction.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status not in Order.UNPAID:
            raise NotAwaitingPayment(row)
        distance = row.expires_at - row.payment_deadline
        sold = [ticket.session.sales_end(row.channel) for ticket in row.tickets.select_related("session")]
        closes = row.preorders.aggregate(first=Min("collection_deadline"))["first"]
        deadline, expires = limit_deadlines(until, distance, latest=min(sold, default=closes) or until + distance)
        if deadline <= at:
            raise ExtensionRefused(
                _("Order %(order)s can’t be held until then. Choose a time later than now and before the screening.")
                % {"order": row}
            )
        if row.status == Order.Status.PAYMENT_OVERDUE:
            Order.transition([row], Order.Status.PENDING_PAYMENT, at=at, actor=actor)
        row.payment_deadline, row.expires_at = deadline, expires
        row.save(update_fields=["payment_deadline", "expires_at"])
        return row
