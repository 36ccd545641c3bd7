"""Calendar files (RFC 5545), for a session or for the tickets of an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from house_rules.face import face
from screenings.models import Session

MAX_LINE_OCTETS = 75  # longer lines are folded


@dataclass(frozen=True)
class CalendarEvent:
    uid: str
    starts: datetime
    ends: datetime
    title: str
    place: str
    sequence: int = 0  # higher after each change: calendars ignore a lower one
    cancelled: bool = False
    text: str = ""
    link: str = ""


def calendar(events: Sequence[CalendarEvent], *, at: datetime, method: str = "") -> str:
    """An iCalendar file (RFC 5545) of the events. If all are cancelled it removes them (RFC 5546), unless a `method` is
    given. Reads only.
    """
    method = method or ("CANCEL" if events and all(event.cancelled for event in events) else "PUBLISH")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cinema//shop//EN", f"METHOD:{method}"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_instant(at)}",
            f"SEQUENCE:{event.sequence}",
            f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
            _organizer(),
            f"DTSTART:{_instant(event.starts)}",
            f"DTEND:{_instant(event.ends)}",
            f"SUMMARY:{_escaped(event.title)}",
            f"LOCATION:{_escaped(event.place)}",
        ]
        if event.text:
            lines.append(f"DESCRIPTION:{_escaped(event.text)}")
        if event.link:
            lines.append(f"URL:{event.link}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def event_uid(name: str) -> str:
    """The UID of the event, the same in each file of it. Reads only."""
    return f"{name}@{settings.SITE_URL.partition('//')[2]}"


def place_of(session: Session) -> str:
    """Where the session is shown. Reads only."""
    cinema = session.hall.cinema
    return ", ".join(filter(None, [cinema.shown.name, session.hall.shown.name, cinema.full_address]))


def _organizer() -> str:
    """The sender of the tickets: RFC 5546 asks for somebody."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mailbox, _sign, domain = address.rpartition("@")
    name = face().own_name or settings.SITE_NAME or name
    name = "".join(letter for letter in name if letter.isprintable() and letter != '"')
    return f'ORGANIZER;CN="{name or _("Cinema")}":mailto:{mailbox}@{punycode(domain)}'


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """The line folded to at most 75 octets, never within a character."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > MAX_LINE_OCTETS - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
