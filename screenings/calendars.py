"""Calendar files (RFC 5545), for a session or for the tickets of an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from house_rules.face import face
from screenings.models import Session


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
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", "-//cinema//shop//EN")
    file.add("method", method or ("CANCEL" if events and all(event.cancelled for event in events) else "PUBLISH"))
    for event in events:
        file.add_component(_component(event, at))
    return file.to_ical().decode()


def event_uid(name: str) -> str:
    """The UID of the event, the same in each file of it. Reads only."""
    return f"{name}@{settings.SITE_URL.partition('//')[2]}"


def place_of(session: Session) -> str:
    """Where the session is shown. Reads only."""
    cinema = session.hall.cinema
    return ", ".join(filter(None, [cinema.shown.name, session.hall.shown.name, cinema.full_address]))


def _component(event: CalendarEvent, at: datetime) -> Event:
    found = Event()
    found.add("uid", event.uid)
    found.add("dtstamp", at.astimezone(UTC))
    found.add("sequence", event.sequence)
    found.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    found.add("organizer", _organizer())
    found.add("dtstart", event.starts.astimezone(UTC))
    found.add("dtend", event.ends.astimezone(UTC))
    for name, text in {"summary": event.title, "location": event.place, "description": event.text}.items():
        if text:
            found.add(name, "\n".join(text.splitlines()))
    if event.link:
        found.add("url", event.link)
    return found


def _organizer() -> vCalAddress:
    """The sender of the tickets: RFC 5546 asks for somebody."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mailbox, _sign, domain = address.rpartition("@")
    name = face().own_name or settings.SITE_NAME or name
    name = "".join(letter for letter in name if letter.isprintable() and letter != '"')
    return vCalAddress(f"mailto:{mailbox}@{punycode(domain)}", params={"CN": name or _("Cinema")})
