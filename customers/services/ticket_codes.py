"""Takes a ticket back from whoever its link was sent to."""

from datetime import datetime

from house_rules.rules import rules
from orders.models import Ticket


def is_renewable(ticket: Ticket, *, at: datetime) -> bool:
    """Whether it may get a new code: a paid ticket until the doors open. From then on doors that are off-line let
    guests in by the codes of their lists, so that both codes would admit somebody. Reads only.
    """
    return ticket.status == Ticket.Status.PAID and at < ticket.session.start_datetime - rules().doors_open


def renew_code(ticket: Ticket, *, at: datetime) -> bool:
    """Give a ticket a new code: the old one, in e-mails too, and its link stop working. Returns whether it has one:
    only a ticket that `is_renewable`. Owns its transaction.
    """
    renewable = Ticket.objects.filter(pk=ticket.pk, status=Ticket.Status.PAID)
    return is_renewable(ticket, at=at) and bool(renewable.update(reissued_at=at))
