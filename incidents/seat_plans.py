"""Which seats the guests of a hall get in another one: pure functions, without a database.

A party is what one order has at one session. It is seated as a whole or not at all: wheelchair users with their
companions first, then love seats, then groups by size. A seat is equal if it is of the same kind; the nearest equal one
is at the same share of the hall's depth and width. A standard ticket may get a better chair if no standard one is
left; nobody gets a lesser one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from screenings.models import SeatKind
from screenings.seat_rules import love_seat_halves

CHAIRS = (SeatKind.STANDARD, SeatKind.VIP)
Spot = tuple[float, float]


@dataclass
class SeatPlan:
    """The new seat of each ticket by its primary key, and the parties (by the key of their order) without any."""

    seats: dict[int, Any] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


def plan_seats(parties: Mapping[int, Sequence[Any]], *, former: Iterable[Any], free: Iterable[Any]) -> SeatPlan:
    """Seat the parties (tickets with their seats, by order) of a hall with the seats `former` on the seats `free`."""
    old_spots, room = _spots(former), _Room(free)
    plan = SeatPlan()
    for order in sorted(parties, key=lambda key: (*_urgency(parties[key]), key)):
        tickets = sorted(parties[order], key=lambda ticket: (ticket.seat.row, ticket.seat.across))
        found = room.seat(tickets, old_spots)
        if found is None:
            plan.left.append(order)
        else:
            plan.seats |= found
    return plan


def _urgency(tickets: Sequence[Any]) -> tuple[bool, bool, int]:
    """Smaller is first."""
    kinds = {ticket.seat.kind for ticket in tickets}
    return SeatKind.WHEELCHAIR not in kinds, SeatKind.LOVE_SEAT not in kinds, -len(tickets)


def _spots(seats: Iterable[Any]) -> dict[int, Spot]:
    """Where each seat is: its row and its place in the row, both as shares of the hall from 0 to 1."""
    seats = list(seats)
    rows = sorted({seat.row for seat in seats})
    depth = {row: number / max(1, len(rows) - 1) for number, row in enumerate(rows)}
    leftmost, rightmost = (pick((seat.across for seat in seats), default=0) for pick in (min, max))
    width = max(1, rightmost - leftmost)
    return {seat.pk: (depth[seat.row], (seat.across - leftmost) / width) for seat in seats}


class _Room:
    """The seats of the new hall that are not given away yet."""

    def __init__(self, seats: Iterable[Any]) -> None:
        self.free = {seat.pk: seat for seat in seats}
        self.spots = _spots(self.free.values())
        self.halves = love_seat_halves(self.free.values())

    def seat(self, tickets: Sequence[Any], former: Mapping[int, Spot]) -> dict[int, Any] | None:
        """Seats for a whole party, which are taken; None, and nothing is taken, if one of them finds none."""
        free, found = dict(self.free), dict[int, Any]()
        for kind in (SeatKind.WHEELCHAIR, SeatKind.COMPANION, SeatKind.LOVE_SEAT, *CHAIRS):
            group = [ticket for ticket in tickets if ticket.seat.kind == kind]
            near = [self.spots[seat.pk] for seat in found.values()]  # companions sit by those they came with
            wanted = [near[0] if kind == SeatKind.COMPANION and near else former[each.seat.pk] for each in group]
            seats = self._for_group(kind, wanted) if group else []
            if seats is None:
                self.free = free
                return None
            for ticket, seat in zip(group, seats, strict=True):
                found[ticket.pk] = self.free.pop(seat.pk)
        return found

    def _for_group(self, kind: str, wanted: Sequence[Spot]) -> list[Any] | None:
        kinds = [kind, SeatKind.VIP] if kind == SeatKind.STANDARD else [kind]
        for each in kinds:
            if (together := self._row_of(each, wanted)) is not None:
                return together
        if kind == SeatKind.LOVE_SEAT and len(wanted) % 2:
            return None  # a half that was sold by itself has no equal
        if len(wanted) == 1 or (kind == SeatKind.LOVE_SEAT and len(wanted) == 2):
            return None
        middle = len(wanted) // 2 + (kind == SeatKind.LOVE_SEAT and len(wanted) // 2 % 2)
        first = self._for_group(kind, wanted[:middle])
        if first is None:
            return None
        taken = {seat.pk: self.free.pop(seat.pk) for seat in first}
        second = self._for_group(kind, wanted[middle:])
        self.free |= taken
        return None if second is None else [*first, *second]

    def _row_of(self, kind: str, wanted: Sequence[Spot]) -> list[Any] | None:
        """The nearest seats of this kind side by side, in the order of the spots."""
        seats = sorted((s for s in self.free.values() if s.kind == kind), key=lambda seat: (seat.row, seat.across))
        count, best = len(wanted), None
        for start in range(len(seats) - count + 1):
            block = seats[start : start + count]
            if block[0].row != block[-1].row or block[-1].across - block[0].across != count - 1:
                continue
            if kind == SeatKind.LOVE_SEAT and not self._whole(block):
                continue
            away = sum(map(self._distance, block, wanted))
            if best is None or away < best[0]:
                best = (away, block)
        return None if best is None else best[1]

    def _whole(self, block: Sequence[Any]) -> bool:
        """Whether each love seat of the block has its other half in it."""
        keys = {seat.pk for seat in block}
        return all(seat.pk in self.halves and self.halves[seat.pk].pk in keys for seat in block)

    def _distance(self, seat: Any, spot: Spot) -> float:
        depth, across = self.spots[seat.pk]
        return abs(depth - spot[0]) * 2 + abs(across - spot[1])  # a row further away is worse than a seat
