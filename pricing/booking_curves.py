"""Booking curves: which share of a session's seats is still to be bought so many days before it starts.

A curve is only an estimate. `shares_to_come` gives it with others that are earlier, later, or of another form, so that
a slow start is not taken for low demand (or a fast one for high demand) before the timing itself is known.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

#: A small part of every curve is linear in time, so that no order is impossible at any time.
_LINEAR_PART = 0.02


class BookingCurve:
    """Share still to come by days left: straight lines between points, constant outside them."""

    __slots__ = ("days", "shares", "slopes")

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(points)
        if ordered[0][0] > 0:
            ordered.insert(0, (0.0, 0.0))
        self.days = [days for days, _share in ordered]
        self.shares = [share for _days, share in ordered]
        #: After each point; 0 after the last.
        self.slopes = [*((d - b) / (c - a) if c > a else 0.0 for (a, b), (c, d) in pairwise(ordered)), 0.0]

    @property
    def horizon(self) -> float:
        """Days before the start at which sales begin."""
        return self.days[-1]

    def to_come(self, days_left: float) -> float:
        return self.all_to_come([days_left])[0]

    def all_to_come(self, days_left: Sequence[float], factor: float = 1.0) -> list[float]:
        """The shares at these times (none is negative), each multiplied by `factor` first."""
        days, shares, slopes = self.days, self.shares, self.slopes
        return [
            shares[number] + slopes[number] * (at - days[number])
            for at in ([each * factor for each in days_left] if factor != 1.0 else days_left)
            for number in (bisect_right(days, at) - 1,)
        ]


def shares_to_come(
    curve: BookingCurve, days: Sequence[float], variants: Sequence[tuple[float, float, float]]
) -> list[list[float]]:
    """For each variant of the curve (see `Policy`), the share still to come at each of these times."""
    horizon = max(curve.horizon, 1e-9)
    linear = [_LINEAR_PART * min(1.0, day / horizon) for day in days]
    given = curve.all_to_come(days)
    table = []
    for factor, power, _weight in variants:
        row = given
        if factor != 1.0:
            scale = curve.shares[-1] / max(curve.to_come(horizon * factor), 1e-9)
            row = [share * scale for share in curve.all_to_come(days, factor)]
        if power != 1.0:
            row = [share**power for share in row]
        table.append([(1 - _LINEAR_PART) * share + part for share, part in zip(row, linear, strict=True)])
    return table
