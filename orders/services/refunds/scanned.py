"""Refunds of tickets that were ever scanned: who saw the film gets money back only if the cinema is at fault."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from orders.errors import ScannedTicket
from orders.models import Ticket
from orders.reasons import written
from screenings.models import SeatOutage, Session


def stated(reason: str, *, at_fault: bool) -> str:
    """The reason as it is recorded: it says whether the cinema is at fault. Raises `ReasonNeeded`. Reads only."""
    reason = written(reason)
    return written(_("The cinema is at fault: %(reason)s") % {"reason": reason}) if at_fault else reason


def release_scanned(tickets: Iterable[int], *, at_fault: bool, at: datetime, actor: User | None) -> None:
    """Keep the seats of the scanned ones of these released tickets (primary keys) off sale until their screening ends,
    since their guests may still sit there.

    Raises `ScannedTicket` if staff release one, its session was not cancelled, and the cinema is not `at_fault`. Must
    be called inside a transaction (the sessions are locked). Two queries at most.
    """
    scanned = Ticket.objects.filter(pk__in=tickets).admitted().select_related("session")
    rows = list(scanned.exclude(session__status=Session.Status.CANCELLED).order_by("pk"))
    if rows and actor is not None and not at_fault:
        raise ScannedTicket
    SeatOutage.objects.bulk_create(
        SeatOutage(
            seat_id=row.seat_id,
            since=max(at, row.session.start_datetime),
            until=row.session.end_datetime,
            reason=_("Refunded after the scan: the guest may still sit here"),
            actor=actor,
        )
        for row in rows
        if row.session.end_datetime > at
    )
