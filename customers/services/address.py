"""Corrects the e-mail address of an order that was typed wrong, and sends what went to the wrong one again."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User, normalise_email
from cinema.validators import clean_reason
from customers.errors import AddressNotCorrectable
from customers.services.ticket_codes import is_renewable
from orders import notifications
from orders.errors import DetailsRefused
from orders.locks import lock_order
from orders.models import Order, OrderChange, Ticket, new_pickup_code, new_token
from orders.services.visits.ticket_codes import code_of
from screenings.models import Session

Kind = OrderChange.Kind


def correct_address(order: Order, *, email: str, reason: str = "", at: datetime, actor: User | None = None) -> Order:
    """Change the address of an unpaid or paid order, and send the tickets there, or the link while it is unpaid.

    What was sent went to somebody else: the order gets a new link, its tickets and snacks new codes, the old ones stop
    working, and what is not sent yet to the old address is not sent; that one is told so, in case it was right. If the
    order was added to the account of the old address, it leaves it. The new address is told of cancelled screenings
    too. An unpaid order of which nothing was sent keeps its link. The returned order has the new one. Staff (`actor`)
    give a reason.

    Raises `ReasonNeeded`, `DetailsRefused` for an address that is none, and `AddressNotCorrectable` for an order that
    is cancelled, completed or refunded, of which a ticket was scanned, or the same address. Owns its transaction.
    """
    reason = clean_reason(reason) if actor is not None else ""
    with transaction.atomic():
        row = lock_order(order)
        old, row.email = row.recipient, normalise_email(email)
        if row.changes.filter(kind=Kind.CLAIMED).exists():  # by the owner of the former address
            row.user = None
        if row.status not in (*Order.UNPAID, Order.Status.PAID) or row.email in ("", old):
            raise AddressNotCorrectable(_("The address of order %(order)s can’t be changed to this.") % {"order": row})
        if _was_scanned(row):
            raise AddressNotCorrectable(
                _("A ticket of order %(order)s has been scanned, so its address stays as it is.") % {"order": row}
            )
        was_sent = row.status == Order.Status.PAID or notifications.notifications_of(row, recipient=old).exists()
        row.token = new_token() if was_sent else row.token
        try:
            row.clean_fields(exclude=["cinema", "user", "promocode"])
        except ValidationError as error:
            raise DetailsRefused(" ".join(error.messages)) from error
        row.save(update_fields=["email", "token", "user"])
        OrderChange.objects.create(order=row, kind=Kind.ADDRESS, at=at, actor=actor, reason=reason, details=old)
        row.preorders.update(pickup_code=new_pickup_code())
        notifications.withdraw(row, recipient=old, at=at)
        if was_sent:
            notifications.notify_address_changed(row, recipient=old, by_staff=actor is not None, at=at)
        notifications.repeat_cancellations(row, recipient=old, at=at)
        if row.status != Order.Status.PAID:
            notifications.send_link(row, asked=False, at=at)
        elif not row.tickets.exists() or row.tickets.for_visits().exists():
            notifications.send_tickets(row, code_of=code_of, again=True, at=at)
        return row


def is_correctable(order: Order) -> bool:
    """Whether staff are offered it: until the first ticket is scanned. At most one query. Reads only."""
    return order.status in Order.UNPAID or (order.status == Order.Status.PAID and not _was_scanned(order))


def is_correctable_by_customer(order: Order, *, tickets: Iterable[Ticket] | None = None, at: datetime) -> bool:
    """Whether the page of a paid order offers it: until the doors open, see `is_renewable`, or the first ticket is
    scanned. `tickets` are those of the order with their sessions, if they were read. Three queries at most. Reads only.
    """
    if order.status != Order.Status.PAID or _was_scanned(order):
        return False
    found = order.tickets.select_related("session") if tickets is None else tickets
    ahead = (each for each in found if each.status in Ticket.LIVE and each.session.status != Session.Status.CANCELLED)
    return all(is_renewable(each, at=at) for each in ahead)


def _was_scanned(order: Order) -> bool:
    return order.tickets.admitted().exists()


def correct_address_by_customer(order: Order, *, email: str, at: datetime) -> Order:
    """`correct_address` for whoever has the order's link, until the doors open. Owns its transaction."""
    with transaction.atomic():
        if not is_correctable_by_customer(lock_order(order), at=at):
            raise AddressNotCorrectable(_("The address of this order can no longer be corrected here. Ask the cinema."))
        return correct_address(order, email=email, at=at)
