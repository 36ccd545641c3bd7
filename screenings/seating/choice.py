"""Chooses seats for a party: side by side, no avoidable single seats, then the view or whole rows."""

from collections import Counter
from dataclasses import replace
from math import inf
from typing import Any

from screenings.seating.emphasis import SMALL_HALL, emphasis, read_mix, remainder_costs, room_costs
from screenings.seating.hall import UNREADABLE, Hall, SeatId, is_coordinate, read_damaged_hall, read_hall
from screenings.seating.placement import Placement, Search
from screenings.seating.reasons import Reason, reason, seats

DEFAULT_WEIGHT = 0.5
MOSTLY_VIEW = 1.0  # the price (see `Emphasis`) up to which the view decides
USUAL_MIX = {1: 0.1, 2: 0.45, 3: 0.15, 4: 0.18, 5: 0.06, 6: 0.06}  # of parties by size, if nobody says


def choose_seats(q: Any) -> dict[str, Any]:
    """Seats for one party in the hall as it is now. Never raises; the same `q` always gets the same answer.

    In: `rows` [{id, seats: [{id, x, y, state: free | taken | gap, type}]}], each row's seats from left to right;
    `party` (seats); `type` of seat, taken literally, so that wheelchair spaces are only chosen on request; `focal`
    [x, y], the point with the best view, in the unit of the seats' coordinates; `quality_weight` 0 to 1;
    optional `forecast_occupancy` (share of seats sold in the end), `party_mix` {size: share} (`USUAL_MIX` if it is not
    known), `allow_split`, `exclude` [seat ids not to choose].

    Out: `seats` (ids from left to right; None if no row has so many side by side, unless `allow_split`), `together`,
    `new_single_gaps` (free seats newly left without a free neighbour), `reasons` [{code, text}], and `pieces`, the
    seats by group.
    """
    if not isinstance(q, dict):
        return _none([reason("INVALID_REQUEST")])
    party = _party(q.get("party"))
    seat_type = q.get("type")
    if party is None:
        return _none([reason("INVALID_PARTY")])
    if not isinstance(seat_type, str) or not seat_type:
        return _none([reason("INVALID_TYPE")])
    if not isinstance(q.get("rows"), list | tuple):
        return _none([reason("INVALID_ROWS")])
    exclude = _ids(q.get("exclude"))
    try:
        return _choose(q, read_hall(q["rows"], (seat_type,), exclude), party)
    except UNREADABLE:
        return _choose(q, read_damaged_hall(q["rows"], (seat_type,), exclude), party)


def _choose(q: dict[str, Any], hall: Hall, party: int) -> dict[str, Any]:
    notes: list[Reason] = []
    search = _search(q, hall, party, notes)
    if hall.skipped:
        notes.append(reason("SEATS_IGNORED", skipped=seats(hall.skipped)))
    found = search.best(hall.stretches, party)
    if found is None or found.singles:  # rather further apart than nowhere, or than another left alone
        joined = search.best(hall.joined, party)
        if joined is not None and (found is None or joined.singles < found.singles):
            found = joined
            notes.insert(0, reason("WIDE_STEP", party=seats(party)))
    if found is not None:
        return _answer([found], [*_why(found, search), *notes])
    free = sum(map(len, hall.joined))
    if free < party:
        why = reason("NOT_ENOUGH_SEATS", free=seats(free)) if free else reason("NO_SEATS_OF_TYPE")
        return _none([why, *notes])
    if not q.get("allow_split"):
        return _none([reason("NO_RUN_LONG_ENOUGH", party=seats(party)), *notes])
    groups = search.split(hall.joined, party)
    return _answer(groups, [reason("SPLIT", party=seats(party), groups=len(groups)), *notes])


def _why(found: Placement, search: Search) -> list[Reason]:
    party = seats(found.count)
    if search.emphasis.packs:
        reasons = [reason("PACKING_FIRST")]
    elif search.emphasis.price > MOSTLY_VIEW:
        reasons = [reason("BALANCED")]
    else:
        reasons = [reason("QUALITY_FIRST", party=party)]
    if len(found.stretch) == found.count and found.count > 1:
        reasons.append(reason("FILLS_A_RUN", party=party))
    if found.singles:
        reasons.append(reason("SINGLE_SEAT_LEFT", singles=seats(found.singles), party=party))
    if found.parted:
        reasons.append(reason("LOVE_SEAT_PARTED", party=party))
    return reasons


def _answer(groups: list[Placement], reasons: list[Reason]) -> dict[str, Any]:
    pieces = [group.ids for group in groups]
    return {
        "seats": [seat for piece in pieces for seat in piece],
        "together": len(pieces) == 1,
        "new_single_gaps": sum(group.singles for group in groups),
        "reasons": reasons,
        "pieces": pieces,
    }


def _none(reasons: list[Reason]) -> dict[str, Any]:
    return {"seats": None, "together": False, "new_single_gaps": 0, "reasons": reasons, "pieces": []}


# --- Reading the request


def _search(q: dict[str, Any], hall: Hall, party: int, notes: list[Reason]) -> Search:
    focal = _focal(q.get("focal"))
    if focal is None:
        focal = hall.middle()
        notes.append(reason("FOCAL_ASSUMED"))
    asked = q.get("quality_weight")
    weight = min(max(float(asked), 0.0), 1.0) if is_coordinate(asked) else DEFAULT_WEIGHT
    if not is_coordinate(asked) or weight != asked:
        notes.append(reason("WEIGHT_ASSUMED", weight=weight))
    forecast = q.get("forecast_occupancy")
    if forecast is not None and not (is_coordinate(forecast) and forecast >= 0):
        forecast = None
        notes.append(reason("FORECAST_IGNORED"))
    chosen = emphasis(quality_weight=weight, forecast=forecast, occupancy=hall.occupancy)
    if chosen.stays_half_empty and hall.alike < SMALL_HALL:
        chosen = replace(chosen, stays_half_empty=False)
    mix = read_mix(q.get("party_mix")) or USUAL_MIX
    lengths = Counter([len(stretch.seats) for stretch in hall.joined])
    costs = list(remainder_costs(max(lengths, default=0), party, mix, packs=chosen.packs, places=len(hall.ids)))
    if chosen.price > MOSTLY_VIEW and not chosen.stays_half_empty:
        for length, cost in room_costs(lengths, party, mix, packs=chosen.packs).items():
            costs[length - party] += cost
    return Search(
        hall=hall,
        point=focal,
        farthest=hall.radius(*focal) / hall.spacing if chosen.packs else 0.0,
        reach=inf if chosen.packs or chosen.reach >= 1 else hall.reach(chosen.reach, *focal) / hall.spacing,
        emphasis=chosen,
        costs=costs,
    )


def _focal(value: Any) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(is_coordinate, value)):
        return float(value[0]), float(value[1])
    return None


def _party(value: Any) -> int | None:
    return int(value) if is_coordinate(value) and value >= 1 and value == int(value) else None


def _ids(value: Any) -> frozenset[SeatId]:
    """The ids in a list, also one level deeper (a list of earlier answers)."""
    found: set[SeatId] = set()
    for each in value if isinstance(value, list | tuple) else ():
        found.update(key for key in (each if isinstance(each, list | tuple) else (each,)) if type(key) in (str, int))
    return frozenset(found)
