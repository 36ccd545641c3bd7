"""Checks tickets in at the entrance, and undoes a check-in."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Device, User
from cinema.local_time import format_local
from cinema.status import transition
from cinema.validators import clean_reason
from house_rules.rules import rules
from orders.errors import OrderNotPaid, ScanNotUndoable, SessionNotHeld, TicketNotValid, TicketUsed, TooEarly, TooLate
from orders.locks import lock_order
from orders.models import Order, Scan, Ticket
from screenings.models import Session


def check_in(
    ticket: Ticket, *, at: datetime, actor: User | None = None, override: str = "", device: Device | None = None
) -> Ticket:
    """Check a ticket in, once, from the time that the house rules open the doors before the start to the end.

    `override` is the reason of a supervisor who admits the guest at another time; whether the actor may do so is the
    caller's to check. Raises a subclass of `NotAdmitted`. Owns its transaction.
    """
    with transaction.atomic():
        order = lock_order(ticket.order)
        shown = Ticket.objects.select_related("session__film", "session__hall__cinema", "seat", "ticket_type")
        row = shown.get(pk=ticket.pk)
        session = row.session
        if row.status == Ticket.Status.USED:
            raise TicketUsed(
                _("This ticket was already used: %(time)s. Ask the guest to show their other tickets.")
                % {"time": format_local(row.used_at, session.hall.cinema.zone, named=False)}
            )
        if order.status not in Order.SOLD:
            raise OrderNotPaid(order)
        if session.status == Session.Status.CANCELLED:
            raise SessionNotHeld(_("This screening has been cancelled. The customer will be refunded automatically."))
        if row.status != Ticket.Status.PAID:
            raise TicketNotValid(
                _("This ticket is not valid. Status: %(status)s.") % {"status": row.get_status_display()}
            )
        if not override and not is_admission_time(session, at):
            raise TooEarly(session) if at < session.start_datetime else TooLate(session)
        transition([row], Ticket.Status.USED, used_at=at)
        reason = clean_reason(override) if override else ""
        Scan.objects.create(ticket=row, at=at, actor=actor, override=reason, device=device)
        return row


def is_admission_time(session: Session, at: datetime) -> bool:
    """Whether tickets of the session are checked in at `at`. At most one query. Reads only."""
    return session.start_datetime - rules().doors_open <= at <= session.end_datetime


def undo_check_in(ticket: Ticket, *, reason: str = "", at: datetime, actor: User | None = None) -> Ticket:
    """Undo a check-in while the order is `PAID`, not yet completed: the ticket is valid again, and still counts as
    scanned for refunds (`TicketQuerySet.admitted`). Raises `ScanNotUndoable`. Owns its transaction.
    """
    reason = clean_reason(reason) if reason else ""
    with transaction.atomic():
        order = lock_order(ticket.order)
        row = Ticket.objects.get(pk=ticket.pk)
        if order.status != Order.Status.PAID or row.status != Ticket.Status.USED:
            raise ScanNotUndoable(
                _("The check-in can’t be undone: the ticket has not been used, or the order is already completed.")
            )
        transition([row], Ticket.Status.PAID, used_at=None)
        Scan.objects.create(ticket=row, undone=True, override=reason, at=at, actor=actor)
        return row
