"""Other sessions of the same film, for guests whose own was cancelled or changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from orders.availability.seat_counts import SeatCount, seat_counts
from orders.models import Order, Ticket
from screenings.listings import advertised, session_link
from screenings.models import Session

AHEAD = timedelta(days=14)
MOST = 3  # of each film


@dataclass(frozen=True)
class Alternatives:
    """The sessions of some films that are on sale, by film and in the order of their starts, and their free seats."""

    of_film: Mapping[int, Sequence[Session]]
    seats: Mapping[int, SeatCount]

    def to(self, session: Session, *, places: int) -> list[Session]:
        """The next sessions with so many free seats: first those of the same cinema. No query."""
        here = session.hall.cinema_id
        fitting = [
            each
            for each in self.of_film.get(session.film_id, [])
            if each.pk != session.pk and self.seats[each.pk].free >= places
        ]
        return sorted(fitting, key=lambda each: each.hall.cinema_id != here)[:MOST]

    def local(self, session: Session, *, places: int) -> list[tuple[Session, datetime]]:
        """The same sessions, each with its start by its cinema's clock. No query."""
        found = self.to(session, places=places)
        return [(each, each.hall.cinema.local(each.start_datetime)) for each in found]

    def for_order(self, order: Order, tickets: Iterable[Ticket]) -> dict[str, Any]:
        """What a message offers instead of these tickets, which come with their session and hall. No query."""
        places = Counter(ticket.session for ticket in tickets)
        return {"others": self.listed(places, language=order.language)}

    def listed(self, places: Mapping[Session, int], *, language: str) -> list[dict[str, str]]:
        """What messages list instead of so many places at each session. No query."""
        found = {each: None for session, count in places.items() for each in self.to(session, places=count)}
        with translation.override(language):
            return [_facts(each) for each in found]


def alternatives(sessions: Iterable[Session], *, at: datetime) -> Alternatives:
    """What is on sale within `AHEAD` of the films of these sessions, without the sessions themselves. A constant number
    of queries. Reads only."""
    sessions = list(sessions)
    on_sale = advertised(at).filter(film__in={each.film_id for each in sessions}, start_datetime__lt=at + AHEAD)
    others = on_sale.exclude(pk__in=[each.pk for each in sessions]).select_related("film", "hall__cinema")
    found: defaultdict[int, list[Session]] = defaultdict(list)
    for each in others.order_by("start_datetime", "pk"):
        found[each.film_id].append(each)
    return Alternatives(found, seat_counts([each for of_film in found.values() for each in of_film], at=at))


def _facts(session: Session) -> dict[str, str]:
    cinema = session.hall.cinema
    return {
        "film": session.film.shown.title,
        "starts": cinema.local(session.start_datetime).isoformat(),
        "cinema": cinema.shown.name,
        "hall": session.hall.shown.name,
        "link": session_link(session.pk),
    }
