"""The booking curve of a forecast: from the bookings of past sessions, from the configuration, or a usual one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pricing.booking_curves import BookingCurve
from pricing.forecast_inputs import Session, number

_GRID = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0, 11.0, 14.0, 21.0, 28.0)
_FEWEST = 200.0  # seats, over all past sessions with bookings


@dataclass(frozen=True, slots=True)
class CurveEstimate:
    curve: BookingCurve
    variance: float  # of how much single sessions differ from it, relative

    def points(self) -> list[list[float]]:
        return [[days, round(share, 5)] for days, share in zip(self.curve.days, self.curve.shares, strict=True)]


#: Half of the seats are bought at least a day ahead (filmjournal.com: 50 % with reserved seats).
DEFAULT_CURVE = CurveEstimate(
    BookingCurve([(0, 0), (0.25, 0.2), (0.5, 0.33), (1, 0.5), (2, 0.68), (3, 0.78), (5, 0.89), (7, 0.94), (14, 1)]), 1.0
)


def learn_curve(past: Sequence[Session]) -> CurveEstimate | None:
    """The share of all seats that was still to come at each time; None if too few past sessions tell."""
    # A sold-out session refused late buyers, so that its sales look earlier than demand was.
    rows = _booked(session for session in past if not session.is_sold_out)
    if sum(total for _bookings, total in rows) < _FEWEST:
        rows = _booked(past)
    days = sorted({days for bookings, _total in rows for days, _sold in bookings})
    if len(days) > len(_GRID) * 3:
        days = [day for day in _GRID if days[0] <= day <= days[-1]]
    if not rows or sum(total for _bookings, total in rows) < _FEWEST:
        return None
    points = [(0.0, 0.0)]
    off = scale = 0.0
    for day in days:
        sold = total = 0.0
        pairs = []
        for bookings, came in rows:
            if bookings[0][0] < day and bookings[0][0] > 0 and bookings[0][1] > 0.3 * came:
                continue  # it begins too late to tell
            by_then = sold_by(bookings, day, came)
            pairs.append((by_then, came))
            sold += by_then
            total += came
        if total <= 0 or day <= 0:
            continue
        share = min(1.0, sold / total)
        points.append((day, max(points[-1][1], 1 - share)))
        for by_then, came in pairs:
            off += (by_then - share * came) ** 2 - 2.0 * share * (1 - share) * came
            scale += (share * (1 - share)) * came * came
    if len(points) < 2 or points[-1][1] <= 0:
        return None
    if points[-1][1] < 1:
        points.append((points[-1][0] + 7.0, 1.0))
    return CurveEstimate(BookingCurve(points), max(0.01, min(2.0, off / scale if scale > 0 else 0.3)))


def _booked(past: Iterable[Session]) -> list[tuple[Sequence[tuple[float, float]], float]]:
    return [(session.bookings, session.admissions) for session in past if session.bookings and session.admissions]


def sold_by(bookings: Sequence[tuple[float, float]], day: float, total: float) -> float:
    """Seats sold by that many days before, on straight lines between what is known. `total` is known for 0 days."""
    later: tuple[float, float] = (0.0, total)
    for known in reversed(bookings):  # the fewest days left first
        if known[0] >= day:
            if known[0] == later[0]:
                return known[1]
            part = (known[0] - day) / (known[0] - later[0])
            return known[1] + part * (later[1] - known[1])
        later = known
    return min(later[1], later[1] * later[0] / day) if day > 0 else total


def given_curve(config: Any) -> CurveEstimate | None:
    """The configured curve; None if there is none that can be read."""
    value = config.get("curve") if isinstance(config, Mapping) else None
    if not isinstance(value, list | tuple):
        return None
    points = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            return None
        days, share = number(pair[0]), number(pair[1])
        if days is None or share is None or share > 1:
            return None
        points.append((days, share))
    points.sort()
    shares = [share for _days, share in points]
    if not points or shares[-1] <= 0 or points[-1][0] <= 0 or shares != sorted(shares):
        return None
    return CurveEstimate(BookingCurve(points), 0.1)
