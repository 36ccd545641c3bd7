"""Which seats are still free at each session, and who sits where."""

import random

from orders.demo.chain import Chain
from screenings.models import Seat, SeatKind, Session


class Seating:
    """Seats side by side for a party; love seats go to couples, wheelchair places come with their companion's."""

    def __init__(self, chain: Chain, chance: random.Random) -> None:
        self._chain = chain
        self._chance = chance
        self._rows: dict[int, list[list[Seat]]] = {}
        self._pairs: dict[int, list[list[Seat]]] = {}

    def take(self, session: Session, party: int) -> list[Seat]:
        """Seats for the party; none when no row has so many left."""
        if session.pk not in self._rows:
            self._draw(session)
        rows = self._rows[session.pk]
        for row in self._chance.sample(rows, len(rows)):
            for_couples = row and row[0].kind == SeatKind.LOVE_SEAT
            if len(row) < party or (for_couples and party != 2):
                continue
            first = self._chance.randrange(0, len(row) - party + 1, 2 if for_couples else 1)
            seats = row[first : first + party]
            del row[first : first + party]
            return seats
        return []

    def take_with_companion(self, session: Session) -> list[Seat]:
        """A wheelchair place and the companion seat beside it; none when all are taken."""
        if session.pk not in self._rows:
            self._draw(session)
        pairs = self._pairs[session.pk]
        return pairs.pop() if pairs else []

    def _draw(self, session: Session) -> None:
        rows: dict[int, list[Seat]] = {}
        wheelchairs: list[Seat] = []
        companions: list[Seat] = []
        for seat in self._chain.seats[session.hall_id]:
            if seat.kind == SeatKind.WHEELCHAIR:
                wheelchairs.append(seat)
            elif seat.kind == SeatKind.COMPANION:
                companions.append(seat)
            else:
                rows.setdefault(seat.row, []).append(seat)
        self._rows[session.pk] = list(rows.values())
        self._pairs[session.pk] = [list(pair) for pair in zip(wheelchairs, companions, strict=True)]
