"""Checks tickets in at the entrance, and undoes a check-in."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import transition
from orders.errors import OrderNotPaid, ScanNotUndoable, SessionNotHeld, TicketNotValid, TicketUsed
from orders.locks import lock_order
from orders.models import Order, Scan, Ticket
from screenings.models import Session


def check_in(ticket: Ticket, *, at: datetime, actor: User | None = None) -> Ticket:
    """Check a ticket in, once.

    Raises `TicketUsed`, `OrderNotPaid`, `SessionNotHeld` or `TicketNotValid` (all of them `NotAdmitted`). Owns its
    transaction.
    """
    with transaction.atomic():
        order = lock_order(ticket.order)
        row = Ticket.objects.select_related("session", "seat").get(pk=ticket.pk)
        if row.status == Ticket.Status.USED:
            raise TicketUsed(_("This ticket has already been used. Ask the guest to show their other tickets."))
        if order.status not in Order.SOLD:
            raise OrderNotPaid(
                _("Order %(order)s is not paid. Status: %(status)s.")
                % {"order": order, "status": order.get_status_display()}
            )
        if row.session.status == Session.Status.CANCELLED:
            raise SessionNotHeld(_("This screening has been cancelled. The customer will be refunded automatically."))
        if row.status != Ticket.Status.PAID:
            raise TicketNotValid(
                _("This ticket is not valid. Status: %(status)s.") % {"status": row.get_status_display()}
            )
        transition([row], Ticket.Status.USED, used_at=at)
        Scan.objects.create(ticket=row, at=at, actor=actor)
        return row


def undo_check_in(ticket: Ticket, *, at: datetime, actor: User | None = None) -> Ticket:
    """Undo a check-in while the order is `PAID`, not yet completed. Raises `ScanNotUndoable`. Owns its transaction."""
    with transaction.atomic():
        order = lock_order(ticket.order)
        row = Ticket.objects.get(pk=ticket.pk)
        if order.status != Order.Status.PAID or row.status != Ticket.Status.USED:
            raise ScanNotUndoable(
                _("The check-in can’t be undone: the ticket has not been used, or the order is already completed.")
            )
        transition([row], Ticket.Status.PAID, used_at=None)
        Scan.objects.create(ticket=row, undone=True, at=at, actor=actor)
        return row
