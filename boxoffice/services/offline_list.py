"""The evening's list of tickets, which a door keeps on its device for when the network is away.

It holds no person and no code: of each code only a salted hash, from which the code of 136 random bits cannot be found.
The list has a seal, signed with the server's key, that the device gives back with each scan. It tells that the list
was ours, for which cinema, device, halls and person, and from when until when it was good. The code of a scan proves
the ticket by itself; beside each stands a proof, which tells that the code was the ticket's once it has been replaced.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Device, User
from boxoffice.services.door import checks_due
from cinema.keyboards import LAYOUTS
from house_rules.rules import rules
from orders.models import Order, Ticket
from orders.services import code_of
from orders.services.visits.ticket_codes import TICKET_CODE
from screenings.models import Session

SALT = "boxoffice.offline_list"
HASH_LENGTH = 32  # hexadecimal digits
PROOF_LENGTH = 16


@dataclass(frozen=True)
class Seal:
    """Which list of ours a scan was judged by."""

    cinema: int
    device: int
    halls: frozenset[int]  # none stand for every hall of the cinema
    actor: int
    made_at: datetime
    until: datetime

    def has_hall(self, hall: int) -> bool:
        return not self.halls or hall in self.halls


def evening_list(device: Device, *, actor: User, at: datetime) -> dict[str, Any]:
    """The paid and used tickets for screenings of the device's halls that have not ended, until the end of the business
    day, ready for JSON. Two queries, and the house rules. Reads only.

    The order of the columns of a ticket: screening, row, seat, kind, whether it was used, and the proof of its code.
    """
    salt = _salt(device, at)
    sessions: dict[int, Session] = {each.pk: each for each in _of_the_evening(device, at=at)}
    places = {key: number for number, key in enumerate(sessions)}
    kinds: dict[tuple[str, tuple[str, ...]], int] = {}
    tickets: dict[str, list[Any]] = {}
    for ticket in listed_tickets(list(sessions)):
        ticket.session = sessions[ticket.session_id]
        kind = str(ticket.ticket_type), tuple(checks_due(ticket))
        code = code_of(ticket)
        tickets[_hash(salt, code)] = [
            places[ticket.session_id],
            ticket.seat.row,
            ticket.seat.number,
            kinds.setdefault(kind, len(kinds)),
            int(ticket.status == Ticket.Status.USED),
            proof_of(code),
        ]
    cinema = device.cinema
    until = max([cinema.day_bounds(cinema.business_date(at))[1], *(each.end_datetime for each in sessions.values())])
    return {
        "salt": salt,
        "made": at.isoformat(),
        "made_at": f"{cinema.local(at):%H:%M}",
        "until": until.isoformat(),
        "seal": _sealed(Seal(cinema.pk, device.pk, device.hall_keys, actor.pk, at, until)),
        "code": TICKET_CODE.pattern,
        "layouts": [{chr(typed): chr(meant) for typed, meant in layout.items()} for layout in LAYOUTS],
        "sessions": [
            {
                "film": session.film.title,
                "hall": session.hall.name,
                "time": f"{cinema.local(session.start_datetime):%H:%M}",
                "place": _screening(session),
                "opens": (session.start_datetime - rules().doors_open).isoformat(),
                "ends": session.end_datetime.isoformat(),
            }
            for session in sessions.values()
        ],
        "kinds": [{"name": name, "checks": checks} for name, checks in kinds],
        "tickets": tickets,
    }


def printed_list(device: Device, *, at: datetime) -> list[tuple[Session, list[tuple[Ticket, str]]]]:
    """The same for paper: the tickets of each screening by seat, with the last signs of their codes. Two queries.
    Reads only.
    """
    sessions = list(_of_the_evening(device, at=at))
    rows: dict[int, list[tuple[Ticket, str]]] = {each.pk: [] for each in sessions}
    for ticket in listed_tickets(list(rows)).order_by("seat"):
        rows[ticket.session_id].append((ticket, code_of(ticket)[-4:]))
    return [(session, rows[session.pk]) for session in sessions]


def place_of(ticket: Ticket) -> str:
    """The screening and the seat of a ticket, as the list names them: another text means that it was moved.

    Reads only.
    """
    return f"{_screening(ticket.session)} · {ticket.seat.row}/{ticket.seat.number}"


def proof_of(code: str) -> str:
    """What a list of ours says beside a code, and nobody else could. Reads only."""
    return salted_hmac(f"{SALT}.proof", code, algorithm="sha256").hexdigest()[:PROOF_LENGTH]


def read_seal(sealed: str) -> Seal | None:
    """What a list's seal says; None if it is not ours. Reads only."""
    try:
        cinema, device, halls, actor, made_at, until = signing.loads(sealed, salt=SALT)
    except (signing.BadSignature, ValueError):  # the latter for a list of an older release, whose seal says less
        return None
    times = datetime.fromisoformat(made_at), datetime.fromisoformat(until)
    return Seal(cinema, device, frozenset(halls), actor, *times)


def listed_tickets(sessions: list[int]) -> QuerySet[Ticket]:
    """The tickets that admit to these screenings (primary keys), used ones too. Reads only."""
    admitted = [Ticket.Status.PAID, Ticket.Status.USED]
    rows = Ticket.objects.filter(session__in=sessions, status__in=admitted, order__status__in=Order.SOLD).order_by()
    return rows.select_related("order", "seat", "ticket_type")


def _of_the_evening(device: Device, *, at: datetime) -> QuerySet[Session]:
    ends = device.cinema.day_bounds(device.cinema.business_date(at))[1]
    rows = Session.objects.filter(
        hall__cinema=device.cinema_id, archived_at=None, end_datetime__gte=at, start_datetime__lt=ends
    ).exclude(status=Session.Status.CANCELLED)
    rows = rows.filter(hall__in=device.hall_keys) if device.hall_keys else rows
    return rows.select_related("film", "hall__cinema").order_by("start_datetime", "hall")


def _sealed(seal: Seal) -> str:
    times = seal.made_at.isoformat(), seal.until.isoformat()
    return signing.dumps([seal.cinema, seal.device, sorted(seal.halls), seal.actor, *times], salt=SALT)


def _screening(session: Session) -> str:
    return f"{session.hall.name} · {session.hall.cinema.local(session.start_datetime):%Y-%m-%d %H:%M}"


def _salt(device: Device, at: datetime) -> str:
    """The same all day, so that what a device has noted fits its next list too."""
    day = device.cinema.business_date(at)
    return salted_hmac(SALT, f"{device.pk} {day}", algorithm="sha256").hexdigest()[:HASH_LENGTH]


def _hash(salt: str, code: str) -> str:
    return sha256(f"{salt}{code}".encode()).hexdigest()[:HASH_LENGTH]
