"""What happened at the doors of a cinema today, beside the guests who simply came in."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from boxoffice.models import DoorEvent
from boxoffice.services.door import OtherHall
from orders.errors import OrderNotPaid, SessionNotHeld, TicketNotValid, TicketUsed, TooEarly, TooLate
from orders.models import Scan, Ticket
from orders.services import UnknownCode
from screenings.models import Cinema

MOST = 300  # entries


@dataclass(frozen=True)
class Entry:
    """One line of the log; `about` says why."""

    at: datetime
    what: str
    about: str
    ticket: Ticket | None
    door: Any
    actor: Any


def log_of(cinema: Cinema, *, at: datetime) -> list[Entry]:
    """Refused, turned away, let in again and undone since the business day began, the latest first. Two queries.
    Reads only.
    """
    begins = cinema.day_bounds(cinema.business_date(at))[0]
    related = ("ticket__session__film", "ticket__session__hall", "ticket__seat", "actor", "device")
    events = DoorEvent.objects.filter(device__cinema=cinema, at__gte=begins).select_related(*related)[:MOST]
    undone = Scan.objects.filter(
        undone=True, at__gte=begins, ticket__session__end_datetime__gte=begins, ticket__session__hall__cinema=cinema
    )
    entries = [
        Entry(each.at, str(each.get_kind_display()), _about(each), each.ticket, each.device, each.actor)
        for each in events
    ]
    entries += [
        Entry(each.at, _("Undone"), "", each.ticket, each.device, each.actor)
        for each in undone.select_related(*related).order_by("-pk")[:MOST]
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def numbers_of(entries: list[Entry]) -> list[tuple[str, str, int]]:
    """How often each thing happened, and why: (what, why, number), the most frequent first. Reads only."""
    counted = Counter((each.what, each.about) for each in entries)
    return [(what, about, number) for (what, about), number in counted.most_common()]


def _about(event: DoorEvent) -> str:
    if event.kind == DoorEvent.Kind.TURNED_AWAY:
        return str(DoorEvent.TurnedAway(event.reason).label)
    words = {
        TicketUsed.code: _("Already used"),
        OtherHall.code: _("Other hall"),
        OrderNotPaid.code: _("Not paid or refunded"),
        TicketNotValid.code: _("Not valid"),
        SessionNotHeld.code: _("Screening cancelled"),
        TooEarly.code: _("Too early"),
        TooLate.code: _("Other screening"),
        UnknownCode.code: _("Unknown code"),
    }
    return words.get(event.reason, "")
