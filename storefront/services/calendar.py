"""Calendar files (RFC 5545), for a session or for the tickets of an order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_LINE_OCTETS = 75  # longer lines are folded


@dataclass(frozen=True)
class CalendarEvent:
    uid: str
    starts: datetime
    ends: datetime
    title: str
    place: str
    text: str = ""
    link: str = ""


def calendar(events: Iterable[CalendarEvent], *, at: datetime) -> str:
    """An iCalendar file (RFC 5545) of the events. Reads only."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cinema//shop//EN", "METHOD:PUBLISH"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_instant(at)}",
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
