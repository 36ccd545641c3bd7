"""Takes a ticket back from whoever its link was sent to."""

from datetime import datetime

from orders.models import Ticket


def renew_code(ticket: Ticket, *, at: datetime) -> None:
    """Give a ticket a new code: the old one, in e-mails too, and its link stop working. A ticket that is used or
    refunded keeps its code, which no longer admits anybody. Owns its transaction.
    """
    Ticket.objects.filter(pk=ticket.pk, status=Ticket.Status.PAID).update(reissued_at=at)
