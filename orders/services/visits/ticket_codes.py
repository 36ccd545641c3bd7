"""The code in a ticket's QR, and the ticket that a code belongs to.

    T1234-MFRGGZDFMZTWQ2LKNNWG23TPOB

It is the ticket's primary key and 136 bits of an HMAC (SHA-256, keyed by `SECRET_KEY`) over that key, the order's
secret token of 192 random bits and, once the ticket was reissued for another seat, the instant of that. It can be
derived neither from another code, nor from the orders and tickets alone, nor from the server's key alone, and is stored
only in the e-mail that carries it. After a change of `SECRET_KEY`, old codes stay valid while the old key is in
`SECRET_KEY_FALLBACKS`. `check_in` checks whether the ticket may still be used.
"""

import base64
import re
from datetime import UTC

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from cinema.keyboards import readings
from cinema.status import Refused
from orders.models import Ticket, new_token

SALT = "orders.ticket_codes"
SEAL_OCTETS = 17
TICKET_CODE = re.compile(r"T([1-9][0-9]{0,17})-([A-Z2-7]{28})")


class UnknownCode(Refused, code="ticket_code_unknown"):
    """The code is not that of a ticket, or was not read completely."""

    def __init__(self) -> None:
        super().__init__(_("No ticket has this code. Scan it again, or find the order by its number."))


def code_of(ticket: Ticket) -> str:
    """The ticket's code, in characters that a QR code stores compactly. At most one query. Reads only."""
    return f"T{ticket.pk}-{_seal(ticket, settings.SECRET_KEY)}"


def ticket_of(code: str) -> Ticket:
    """The ticket of a code, also of one that a scanner typed under another keyboard layout, with its order and session.
    Raises `UnknownCode`. One query. Reads only.
    """
    parts = [found for each in readings(code) if (found := TICKET_CODE.fullmatch(each))]
    tickets = Ticket.objects.select_related("order", "session").order_by()
    by_key = tickets.in_bulk({int(each[1]) for each in parts}) if parts else {}
    for each in parts:
        ticket = by_key.get(int(each[1]))
        seals = [_seal(ticket, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
        fits = [constant_time_compare(each[2], seal) for seal in seals]
        if ticket is not None and any(fits):
            return ticket
    raise UnknownCode


def _seal(ticket: Ticket | None, key: str | bytes) -> str:
    """For no ticket a seal that takes as long to compute and fits no code that anybody could know."""
    sealed = f"{ticket.pk}:{ticket.order.token}" if ticket else new_token()
    if ticket and ticket.reissued_at:
        sealed += f":{ticket.reissued_at.astimezone(UTC).isoformat()}"
    digest = salted_hmac(SALT, sealed, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:SEAL_OCTETS]).decode().rstrip("=")
