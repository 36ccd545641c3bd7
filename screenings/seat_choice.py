"""The best seats of a hall for a party, and the rule on single seats: `screenings.seating` on rows of the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from screenings.errors import SeatLeftAlone
from screenings.models import Seat, SeatKind
from screenings.seating import check_selection, choose_seats

# Seats at aisles and walls may be left alone: customers see no reason why they should not take the next two.
RULE = {"edges": False, "alternatives": 3}
BEST_ROW = 0.65  # the view is best in the middle of the row this far from the screen, as a share of the hall's depth
FOR_ANYONE = (SeatKind.STANDARD, SeatKind.VIP)
FOR_SOME = (SeatKind.WHEELCHAIR, SeatKind.COMPANION)
CHAIRS = (*FOR_ANYONE, SeatKind.LOVE_SEAT, SeatKind.COMPANION)  # in the order in which a large group takes them


def check_single_seats(seats: Iterable[Seat], *, taken: Collection[int], wanted: Collection[int]) -> None:
    """Raise `SeatLeftAlone` if choosing `wanted` leaves a single free seat that another choice would not leave.

    `seats` are all seats of one hall; `taken` are the primary keys of seats that cannot be bought (sold, held, broken),
    `wanted` those of the chosen ones. No query.
    """
    by_key = {seat.pk: seat for seat in seats}
    verdict = check_selection(seat_rows(by_key.values(), taken=taken), sorted(wanted), RULE)
    if not verdict["ok"]:
        instead = [[by_key[key] for key in choice] for choice in verdict["alternatives"]]
        raise SeatLeftAlone([by_key[key] for key in verdict["singles"]], instead=instead)


def best_seats(
    seats: Iterable[Seat],
    *,
    taken: Collection[int],
    party: int,
    occupancy: float | None = None,
    party_mix: Mapping[str, float] | None = None,
    kinds: Sequence[SeatKind] = FOR_ANYONE,
    allow_split: bool = False,
) -> list[int]:
    """The primary keys of the best free seats side by side for a party; empty if no row has room. No query.

    With `allow_split` in several rows, if no row has room.

    Where most seats will be sold in the end, as `occupancy` forecasts (1.0 is all), the seats that leave room for other
    parties come before those with the best view. `party_mix` is the share of parties by size, if it is known.

    By default standard seats, or VIP seats where no row of standard seats has room: other kinds are for those who ask.
    """
    rows = seat_rows(seats, taken=taken)
    places = [seat for row in rows for seat in row["seats"]]
    request: dict[str, Any] = {"rows": rows, "party": party, "quality_weight": 1, "allow_split": allow_split}
    if occupancy is not None:
        request["forecast_occupancy"] = occupancy
    if party_mix:
        request["party_mix"] = dict(party_mix)
    if places:
        across, deep = max(seat["x"] for seat in places), max(seat["y"] for seat in places)
        request["focal"] = [(1 + across) / 2, 1 + BEST_ROW * (deep - 1)]
    for kind in kinds:
        if found := choose_seats(request | {"type": kind.value})["seats"]:
            return list(found)
    return []


def seats_for_group(seats: Sequence[Seat], *, taken: Collection[int], party: int) -> list[int]:
    """The primary keys of free seats for a large party, in several rows and of several kinds where one has too few.

    Empty if all chairs together are too few. No query.
    """
    if found := best_seats(seats, taken=taken, party=party, allow_split=True):
        return found
    for kind in CHAIRS:
        free = sum(seat.kind == kind and seat.pk not in taken for seat in seats)
        number = min(free, party - len(found))
        found += best_seats(seats, taken=taken, party=number, kinds=[kind], allow_split=True) if number else []
    return found if len(found) == party else []


def seat_rows(seats: Iterable[Seat], *, taken: Collection[int]) -> Sequence[dict[str, Any]]:
    """The seats as `screenings.seating` takes them: rows from the screen on, seats from the left wall on.

    Ids are primary keys, coordinates the numbers of row and place; empty places are one gap.
    """
    rows = []
    for number, group in groupby(sorted(seats, key=lambda seat: (seat.row, seat.across)), key=lambda seat: seat.row):
        row: list[dict[str, Any]] = []
        for seat in group:
            if row and seat.across > row[-1]["x"] + 1:
                row.append({"id": None, "x": seat.across - 1, "y": number, "state": "gap", "type": ""})
            state = "taken" if seat.pk in taken else "free"
            row.append({"id": seat.pk, "x": seat.across, "y": number, "state": state, "type": seat.kind})
        rows.append({"id": number, "seats": row})
    return rows
