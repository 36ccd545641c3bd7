"""Picks free seats for a party, and remembers which seats of each session are taken."""

import random

from demo.chain import Chain
from screenings.models import Seat, SeatKind, Session


class SeatPicker:
    """Adjacent seats for a party. Love seats go to couples; a wheelchair place comes with its companion seat."""

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        self._chain = chain
        self._rng = rng
        self._rows: dict[int, list[list[Seat]]] = {}
        self._pairs: dict[int, list[list[Seat]]] = {}

    def take(self, session: Session, party: int) -> list[Seat]:
        """Adjacent seats for the party; an empty list when no row has enough left."""
        if session.pk not in self._rows:
            self._load(session)
        rows = self._rows[session.pk]
        for row in self._rng.sample(rows, len(rows)):
            for_couples = row and row[0].kind == SeatKind.LOVE_SEAT
            if len(row) < party or (for_couples and party != 2):
                continue
            first = self._rng.randrange(0, len(row) - party + 1, 2 if for_couples else 1)
            seats = row[first : first + party]
            del row[first : first + party]
            return seats
        return []

    def take_with_companion(self, session: Session) -> list[Seat]:
        """A wheelchair place and its companion seat; an empty list when all are taken."""
        if session.pk not in self._rows:
            self._load(session)
        pairs = self._pairs[session.pk]
        return pairs.pop() if pairs else []

    def _load(self, session: Session) -> None:
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
