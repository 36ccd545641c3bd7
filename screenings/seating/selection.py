"""Checks seats that a customer chose: no single free seat may stay behind if another choice avoids that."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import heapify, heappop
from itertools import groupby, islice
from math import hypot
from typing import Any

from screenings.seating.hall import FARTHEST, UNREADABLE, JsonSeat, SeatId, Stretch, clean_rows, is_chair, read_hall
from screenings.seating.placement import Placement
from screenings.seating.reasons import reason

ALTERNATIVES = 3


def check_selection(rows: Any, seats: Any, config: Any = None) -> dict[str, Any]:
    """Whether these seats may be booked together, why not, and what to choose instead. Never raises.

    `rows` as `choose_seats` takes them, `seats` the chosen ids. A choice is refused if it leaves a free seat without a
    free neighbour that had one before, and another choice of as many seats of these types leaves none: side by side
    anywhere in the hall, or in groups of the same sizes. So the last possible choice is never refused. Wheelchair
    spaces and companion seats may be left alone. `config` may hold

    - `edges`: False if a seat beside an aisle or a wall is never alone (default True: it is hard to sell as well);
    - `alternatives`: how many to offer (default 3), the nearest first;
    - `enabled`: False switches the rule off.

    Out: `ok`, `code`, `text`, `alternatives` (lists of seat ids, each of which would be accepted), and `singles`, the
    free seats that a refused choice would leave alone.
    """
    config = config if isinstance(config, dict) else {}
    if not isinstance(rows, list | tuple):
        return _verdict("INVALID_ROWS")
    try:
        return _check([row["seats"] for row in rows], seats, config)
    except UNREADABLE:
        return _check([row["seats"] for row in clean_rows(rows)], seats, config)


def _check(rows: Sequence[Sequence[JsonSeat]], seats: Any, config: dict[str, Any]) -> dict[str, Any]:
    chosen = _ids(seats)
    if not chosen:
        return _verdict("NO_SEATS")
    if len(set(chosen)) < len(chosen):
        return _verdict("REPEATED_SEAT")
    known = {seat["id"]: (number, seat) for number, row in enumerate(rows) for seat in row if seat["state"] != "gap"}
    found = [known[each] for each in chosen if each in known]
    if len(found) < len(chosen):
        return _verdict("UNKNOWN_SEAT")
    touched, wanted = {number for number, _seat in found}, [seat for _number, seat in found]
    limit = config.get("alternatives")
    limit = min(limit, 100) if type(limit) is int and limit >= 0 else ALTERNATIVES
    choice = Choice(rows, wanted, edges=config.get("edges") is not False)
    if any(seat["state"] != "free" for seat in wanted):
        return _verdict("SEAT_TAKEN", choice.alternatives(limit))
    if config.get("enabled") is False or not (singles := choice.singles(choice.ids, sorted(touched))):
        return _verdict("OK")
    if alternatives := choice.alternatives(max(limit, 1)):
        return _verdict("LEAVES_SINGLE_SEAT", alternatives[:limit], singles=singles)
    return _verdict("SINGLE_SEAT_ALLOWED")


class Choice:
    """Chosen seats in the hall as it is."""

    def __init__(self, rows: Sequence[Sequence[JsonSeat]], wanted: Sequence[JsonSeat], *, edges: bool) -> None:
        self.rows, self.edges = rows, edges
        self.ids = {seat["id"] for seat in wanted}
        self.chairs = [seat for seat in wanted if is_chair(seat["type"])]
        self.others = [seat["id"] for seat in wanted if not is_chair(seat["type"])]
        self._alone_before: dict[int, set[SeatId]] = {}

    def singles(self, ids: Collection[SeatId], rows: Iterable[int]) -> list[SeatId]:
        """The free chairs that taking these would newly leave alone, in these rows: those that they are in."""
        found: list[SeatId] = []
        for number in rows:
            if number not in self._alone_before:
                self._alone_before[number] = set(self._alone(number, ()))
            found += [each for each in self._alone(number, ids) if each not in self._alone_before[number]]
        return found

    def _alone(self, number: int, taken: Collection[SeatId]) -> Iterator[SeatId]:
        """The free chairs of a row without a free neighbour, if these are taken."""

        def state(seat: JsonSeat) -> str:
            if seat["state"] == "gap" or not is_chair(seat["type"]):
                return "edge"
            return "free" if seat["state"] == "free" and seat["id"] not in taken else "taken"

        before, row = "edge", [(kind, list(run)) for kind, run in groupby(self.rows[number], key=state)]
        for place, (kind, run) in enumerate(row):
            after = row[place + 1][0] if place + 1 < len(row) else "edge"
            if kind == "free" and len(run) == 1 and (self.edges or "edge" not in (before, after)):
                yield run[0]["id"]
            before = kind

    def alternatives(self, limit: int) -> list[list[SeatId]]:
        """Other choices of as many chairs that leave nothing alone, the nearest first; the rest of the choice stays."""
        if not self.chairs or not limit:
            return []
        hall = read_hall([{"seats": row} for row in self.rows], {seat["type"] for seat in self.chairs})
        for stretches in (hall.stretches, hall.joined):
            places = self._places(stretches, len(self.chairs), middle(self.chairs), set())
            if found := [[*place.ids, *self.others] for place in islice(places, limit)]:
                return found
        return self._in_groups(hall.joined)

    def _in_groups(self, stretches: Sequence[Stretch]) -> list[list[SeatId]]:
        """One choice of groups as large as the chosen ones, each the nearest to its own."""
        groups = self._groups()
        taken: set[SeatId] = set()
        if len(groups) < 2:
            return []
        for group in sorted(groups, key=len, reverse=True):
            place = next(self._places(stretches, len(group), middle(group), taken), None)
            if place is None:
                return []
            taken.update(place.ids)
        return [[*in_order(self.rows, taken), *self.others]]

    def _groups(self) -> list[list[JsonSeat]]:
        """The chosen chairs side by side."""
        groups = []
        for row in self.rows:
            for is_chosen, group in groupby(row, key=lambda seat: seat["state"] != "gap" and seat["id"] in self.ids):
                if is_chosen and (chairs := [seat for seat in group if is_chair(seat["type"])]):
                    groups.append(chairs)
        return groups

    def _places(
        self, stretches: Sequence[Stretch], count: int, near: tuple[float, float], taken: set[SeatId]
    ) -> Iterator[Placement]:
        """Where `count` chairs are free side by side and leave nothing alone, the nearest first."""
        x, y = near
        places: list[tuple[float, int, Stretch, int]] = []
        for stretch in stretches:
            seats = stretch.seats
            for start in range(len(seats) - count + 1):
                first, last = seats[start], seats[start + count - 1]
                off = hypot((first["x"] + last["x"]) / 2 - x, (first["y"] + last["y"]) / 2 - y)
                places.append((off, len(places), stretch, start))
        if not sum(place[0] for place in places) < FARTHEST:
            raise ValueError("seats without a place")
        heapify(places)
        while places:
            _off, _number, stretch, start = heappop(places)
            place = Placement(stretch, start, count)
            if place.parts_halves or not taken.isdisjoint(place.ids):
                continue
            if not self.singles(taken.union(place.ids), [stretch.row]):
                yield place


def middle(seats: Sequence[JsonSeat]) -> tuple[float, float]:
    return sum(seat["x"] for seat in seats) / len(seats), sum(seat["y"] for seat in seats) / len(seats)


def in_order(rows: Sequence[Sequence[JsonSeat]], ids: Collection[SeatId]) -> list[SeatId]:
    return [seat["id"] for row in rows for seat in row if seat["state"] != "gap" and seat["id"] in ids]


def _ids(seats: Any) -> list[Any]:
    """The chosen ids, also out of seats given whole; what cannot be an id is kept, as an unknown one."""
    if not isinstance(seats, list | tuple):
        return []
    ids = [seat.get("id") if isinstance(seat, dict) else seat for seat in seats]
    return [each if type(each) in (str, int) else None for each in ids]


def _verdict(code: str, alternatives: Sequence[list[SeatId]] = (), singles: Sequence[SeatId] = ()) -> dict[str, Any]:
    ok = code in ("OK", "SINGLE_SEAT_ALLOWED")
    return {"ok": ok, **reason(code), "alternatives": list(alternatives), "singles": list(singles)}
