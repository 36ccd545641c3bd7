"""Reads the seats of a hall from plain data into stretches: free seats side by side that one party could take."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from math import hypot
from operator import itemgetter
from statistics import median
from typing import Any, TypeGuard

JsonSeat = dict[str, Any]  # {id, x, y, state: "free" | "taken" | "gap", type}
SeatId = str | int

ENOUGH = 100  # seats: about as many tell how near the best half of a hall is
NOT_A_CHAIR = frozenset({"wheelchair", "companion"})  # they end a run of chairs as an aisle does, and may be left alone
END_OF_ROW = {"state": "gap"}
WIDE = 1.6  # times the usual distance between seats: the two seats are not side by side, though no gap is marked
NEAREST, FARTHEST = 1e-6, 1e100  # distances and coordinates that can be computed with
UNREADABLE = (TypeError, KeyError, IndexError, ValueError, AttributeError, ArithmeticError)


class Stretch:
    """Free seats side by side in one row, from left to right, that may all be chosen.

    `left` and `right` count the free chairs directly beyond each end that may not be chosen here (another type,
    excluded, or a step away): a seat beside one of them is not alone. `halves` gives the other half of each love seat.
    """

    __slots__ = ("halves", "left", "right", "row", "seats")

    def __init__(
        self,
        seats: Sequence[JsonSeat],
        row: int,
        left: int = 0,
        right: int = 0,
        halves: dict[SeatId, SeatId] | None = None,
    ) -> None:
        self.seats, self.row = seats, row
        self.left, self.right, self.halves = left, right, halves or {}

    def __len__(self) -> int:
        return len(self.seats)

    def ids(self, start: int, count: int) -> list[SeatId]:
        return [seat["id"] for seat in self.seats[start : start + count]]

    def new_singles(self, start: int, count: int) -> tuple[int, int]:
        """How many seats taking these would newly leave alone: among all free chairs, and among those of this stretch.

        The first count is the rule; the second breaks ties (a standard seat between a party and a free VIP seat is not
        alone, but harder to sell).
        """
        before, after = start, len(self.seats) - start - count
        whole = len(self.seats) + self.left + self.right
        alone = (before + self.left == 1) + (after + self.right == 1) if whole > 1 else 0
        return alone, (before == 1) + (after == 1)

    def parted_halves(self, start: int, count: int) -> int:
        """How many love seats would lose one half only."""
        if not self.halves:
            return 0
        chosen = set(self.ids(start, count))
        free = {seat["id"] for seat in self.seats} - chosen
        return sum(self.halves.get(each) in free for each in chosen)


class Hall:
    """The stretches of a hall for one type of seat (or several, for a mixed choice), and how full the hall is.

    `joined` are the stretches as they would be if a wide step between two seats (see `WIDE`) did not end them: for a
    party that fits nowhere else. `spacing` is the usual distance between neighbours, in the unit of x and y.
    """

    __slots__ = ("chairs", "free", "ids", "joined", "rows", "skipped", "spacing", "stretches")

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows = rows
        self.chairs: list[JsonSeat] = []
        self.ids: list[SeatId] = []
        self.free = self.skipped = 0
        self.spacing = 1.0
        self.stretches: list[Stretch] = []
        self.joined: list[Stretch] = []

    @property
    def occupancy(self) -> float:
        return 1 - self.free / len(self.ids) if self.ids else 0.0

    @property
    def alike(self) -> float:
        """How many of its seats, sold ones too, may be chosen here: about, by the share of the free ones."""
        return len(self.ids) * sum(map(len, self.joined)) / self.free if self.free else 0.0

    def ends(self) -> list[JsonSeat]:
        """The first and the last place of each row."""
        return [seats[end] for row in self.rows if (seats := row["seats"]) for end in (0, -1)]

    def middle(self) -> tuple[float, float]:
        ends = [place for place in self.ends() if has_coordinates(place)]
        if not ends:
            return 0.0, 0.0
        return sum(place["x"] for place in ends) / len(ends), sum(place["y"] for place in ends) / len(ends)

    def reach(self, share: float, x: float, y: float) -> float:
        """The distance from this point within which this share of the seats lies: of some hundred of them."""
        found = sorted(distances(self.chairs[:: len(self.chairs) // ENOUGH or 1], x, y))
        return found[int(share * (len(found) - 1))] if found else 0.0

    def radius(self, x: float, y: float) -> float:
        """The distance of the farthest seat from this point."""
        ends = self.ends()
        try:
            return max(distances(ends, x, y), default=0.0)
        except UNREADABLE:  # gaps need no coordinates
            return max(distances(filter(has_coordinates, ends), x, y), default=0.0)


def read_hall(rows: Any, types: Collection[str], excluded: Collection[SeatId] = ()) -> Hall:
    """The free seats of these types that are not excluded, from rows as the interface gives them.

    Seats stand side by side if they follow each other in their row's list with no `gap` between them. Raises one of
    `UNREADABLE` if a row or a seat is not as it should be; coordinates are only looked at when they are needed.
    """
    hall = _read(rows, types, excluded)
    try:
        "".join(hall.ids)  # type: ignore[arg-type]  # the quickest way to see that all are text
    except TypeError:
        if not set(map(type, hall.ids)) <= {str, int}:
            raise ValueError("seats whose ids are neither text nor numbers") from None
    if len(set(hall.ids)) < len(hall.ids):
        raise ValueError("seats without an id of their own")
    return hall


def read_damaged_hall(rows: Any, types: Collection[str], excluded: Collection[SeatId] = ()) -> Hall:
    """The same of rows that cannot be read as they are: what makes no sense (no id, the same id twice, an unknown
    state) counts as taken and is counted in `skipped`; a seat without coordinates is placed by its order in the row."""
    clean, skipped = _cleaned(rows)
    hall = read_hall(clean, types, excluded)
    hall.skipped = skipped
    return hall


def distances(seats: Iterable[JsonSeat], x: float, y: float) -> list[float]:
    """How far each seat is from this point. Raises one of `UNREADABLE` if one has no usable coordinates."""
    found = [hypot(seat["x"] - x, seat["y"] - y) for seat in seats]
    if not sum(found) < FARTHEST:
        raise ValueError("seats without a place")
    return found


def is_chair(seat_type: Any) -> bool:
    return str(seat_type).lower() not in NOT_A_CHAIR


def is_love_seat(seat_type: Any) -> bool:
    return "love" in str(seat_type).lower()


def _read(rows: Sequence[dict[str, Any]], types: Collection[str], excluded: Collection[SeatId]) -> Hall:
    hall, types = Hall(rows), frozenset(types)
    paired = any(map(is_love_seat, types))
    hall.spacing, chairs = _spacing(rows), hall.chairs
    halves: dict[SeatId, SeatId] | None = None
    for number, row in enumerate(rows):
        seats = row["seats"]
        if not isinstance(seats, list | tuple):
            raise TypeError("a row without a list of seats")
        wide: Collection[SeatId] | None = None  # looked for once a seat is free
        run: list[JsonSeat] = []
        for seat in (*seats, END_OF_ROW):
            state = seat["state"]
            if state == "free":
                run.append(seat)
                continue
            if run:
                if wide is None:
                    wide = _wide_steps(seats)
                    halves = _love_seat_halves(seats) if paired else None
                chairs += run
                hall.free += len(run)
                if not excluded and not wide and not paired and types.issuperset([each["type"] for each in run]):
                    stretch = Stretch(run, number)
                    hall.stretches.append(stretch)
                    hall.joined.append(stretch)
                else:
                    _add_run(hall, run, number, types, excluded, wide, halves)
                run = []
            if state != "gap":
                chairs.append(seat)
    hall.ids = list(map(itemgetter("id"), chairs))
    return hall


def _add_run(
    hall: Hall,
    run: list[JsonSeat],
    number: int,
    types: frozenset[str],
    excluded: Collection[SeatId],
    wide: Collection[SeatId],
    halves: dict[SeatId, SeatId] | None,
) -> None:
    """Add a run of free seats to the hall, cut into stretches of seats that may be chosen."""
    for chairs in _split(run, lambda before, seat: is_chair(before["type"]) != is_chair(seat["type"])):
        for stretches, steps in ((hall.stretches, wide), (hall.joined, ())):
            start = 0
            for part in _split(
                chairs,
                lambda before, seat: (
                    seat["id"] in steps  # noqa: B023 (called at once)
                    or _may_be_chosen(before, types, excluded) != _may_be_chosen(seat, types, excluded)
                ),
            ):
                if _may_be_chosen(part[0], types, excluded):
                    right = len(chairs) - start - len(part)
                    stretches.append(Stretch(part, number, start, right, halves))
                start += len(part)


def _may_be_chosen(seat: JsonSeat, types: Collection[str], excluded: Collection[SeatId]) -> bool:
    return seat["type"] in types and seat["id"] not in excluded


def _split(seats: list[JsonSeat], is_border: Any) -> Iterator[list[JsonSeat]]:
    part = seats[:1]
    for before, seat in pairwise(seats):
        if is_border(before, seat):
            yield part
            part = []
        part.append(seat)
    yield part


def _spacing(rows: Iterable[dict[str, Any]]) -> float:
    """The distance between the first two neighbours; 1 if it is not known."""
    for row in rows:
        for before, seat in pairwise(row["seats"]):
            if before["state"] != "gap" != seat["state"]:
                step = hypot(seat["x"] - before["x"], seat["y"] - before["y"])
                return step if step > NEAREST else 1.0
    return 1.0


def _wide_steps(seats: Sequence[JsonSeat]) -> set[SeatId]:
    """The ids of seats that stand further from the one before them than seats of this row usually do."""
    if len(seats) < 3:
        return set()
    first, second, last = seats[0].get("x"), seats[1].get("x"), seats[-1].get("x")
    if first is not None and second is not None and last is not None and first != second:
        step = second - first
        if abs(last - first - step * (len(seats) - 1)) <= abs(step) / 4:
            return set()  # evenly spaced
    steps = [
        (seat["id"], hypot(seat["x"] - before["x"], seat["y"] - before["y"]))
        for before, seat in pairwise(seats)
        if before["state"] != "gap" != seat["state"]
    ]
    usual = median([step for _seat, step in steps]) if steps else 0
    return {seat for seat, step in steps if step > WIDE * usual}


def _love_seat_halves(seats: Sequence[JsonSeat]) -> dict[SeatId, SeatId]:
    """Adjacent love seats are paired from the left, sold ones too; one without a neighbour is sold by itself."""
    halves: dict[SeatId, SeatId] = {}
    single: JsonSeat | None = None
    for seat in seats:
        if seat["state"] == "gap" or not is_love_seat(seat["type"]):
            single = None
        elif single is None:
            single = seat
        else:
            halves[single["id"]], halves[seat["id"]] = seat["id"], single["id"]
            single = None
    return halves


# --- Data that is not as the interface says


def _cleaned(rows: Any) -> tuple[list[dict[str, Any]], int]:
    """The rows with every seat complete, and how many entries were unreadable (they count as taken)."""
    clean = [
        [_clean_seat(seat, number, place) for place, seat in enumerate(seats)]
        for number, seats in enumerate(map(_seats_of, rows if isinstance(rows, list | tuple) else ()))
    ]
    times = Counter(seat["id"] for row in clean for seat in row if seat["state"] != "gap")
    skipped = 0
    for number, row in enumerate(clean):
        for place, seat in enumerate(row):
            if seat["state"] == "unreadable" or times[seat["id"]] > 1:
                skipped += 1
                seat |= {"state": "taken", "id": f"unreadable seat {place} of row {number}", "type": ""}
    return [{"seats": row} for row in clean], skipped


def _seats_of(row: Any) -> Sequence[Any]:
    seats = row.get("seats") if isinstance(row, dict) else None
    return seats if isinstance(seats, list | tuple) else ()


def _clean_seat(seat: Any, number: int, place: int) -> JsonSeat:
    seat = seat if isinstance(seat, dict) else {}
    state, key, seat_type = seat.get("state"), seat.get("id"), seat.get("type")
    if state == "gap":
        key, seat_type = f"gap {place} of row {number}", ""
    elif state not in ("free", "taken") or type(key) not in (str, int) or not isinstance(seat_type, str):
        state, key = "unreadable", f"unreadable seat {place} of row {number}"
    at = (seat.get("x"), seat.get("y"))
    x, y = at if all(map(is_coordinate, at)) else (place, number)
    return {"id": key, "x": float(x), "y": float(y), "state": state, "type": seat_type}


def clean_rows(rows: Any) -> list[dict[str, Any]]:
    """The rows with every seat complete; what cannot be read counts as taken."""
    return _cleaned(rows)[0]


def has_coordinates(place: JsonSeat) -> bool:
    return is_coordinate(place.get("x")) and is_coordinate(place.get("y"))


def is_coordinate(value: Any) -> TypeGuard[float]:
    """Whether this is a finite number that can be squared."""
    return type(value) in (int, float) and -FARTHEST < value < FARTHEST
