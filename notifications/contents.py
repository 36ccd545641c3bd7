"""What messages list of screenings and their seats."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class ListedSeat(NamedTuple):
    """A seat at a screening, which is named by any number of its own."""

    screening: int
    starts: datetime
    film: str
    rating: str
    hall: str
    row: int
    number: int


def showings(seats: Iterable[ListedSeat], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The screenings with their seats, both in the order of the seats given; times are local."""
    found: dict[int, dict[str, Any]] = {}
    for seat in seats:
        if seat.screening not in found:
            starts = seat.starts.astimezone(zone).isoformat()
            about = {"film": seat.film, "rating": seat.rating, "starts": starts, "hall": seat.hall}
            found[seat.screening] = {**about, "seats": []}
        found[seat.screening]["seats"].append([seat.row, seat.number])
    return list(found.values())
