"""How many of those who would pay the base price would pay another one: logit and exponential demand.

Prices are in money, floats: only the price that is finally charged is a Decimal. `shift` moves what people are
willing to pay, in money: late buyers of a film may be ready to pay more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_LARGEST_EXPONENT = 60.0  # e ** 60 is far beyond every figure of a cinema, and far below what overflows


@dataclass(frozen=True, slots=True)
class Willingness:
    """A share of people accepts a price: 1 / (1 + exp((price - location) / scale)), or exp(-price / scale)."""

    logit: bool
    location: float
    scale: float
    base: float
    shifts: tuple[tuple[float, float], ...] = ()  # (days left, shift), the fewest days first
    normaliser: float | None = None  # the share at the base price, if it does not move with the shift

    @property
    def is_flat(self) -> bool:
        """Whether people are willing to pay the same at any time."""
        return len({shift for _days, shift in self.shifts}) <= 1

    def shift(self, days_left: float) -> float:
        return interpolate(self.shifts, days_left) if self.shifts else 0.0

    def acceptance(self, price: float, shift: float) -> float:
        """The share that accepts the price (exponential demand: up to a factor)."""
        if self.logit:
            exponent = (price - self.location - shift) / self.scale
            return 1 / (1 + math.exp(max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, exponent))))
        return math.exp(max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, (shift - price) / self.scale)))

    def at_base(self, shift: float) -> float:
        return self.normaliser or self.acceptance(self.base, shift)

    def ratio(self, price: float, shift: float) -> float:
        """Orders at the price over orders at the base price."""
        return self.acceptance(price, shift) / self.at_base(shift)

    def best_price(self, cost: float, shift: float) -> float:
        """The price that earns most when each seat costs `cost`: where price * elasticity-margin meets the cost.

        Logit: price = cost + scale * (1 + y) with y + ln(y) = (location - cost) / scale - 1 (Lambert's W).
        """
        if not self.logit:
            return cost + self.scale
        return cost + self.scale * (1 + _w_of_exp((self.location + shift - cost) / self.scale - 1))


def _w_of_exp(a: float) -> float:
    """The solution of y + ln(y) = a, by Newton's method. A few steps reach 1e-9."""
    if a < -_LARGEST_EXPONENT:
        return 0.0
    y = a - math.log(a) if a > 2 else math.exp(min(a, 0.0)) / (1 + math.exp(min(a, 0.0))) if a < 0 else 0.57 + a / 2
    for _step in range(6):
        step = (y + math.log(y) - a) / (1 + 1 / y)
        y = max(y - step, y / 10)
        if abs(step) < 1e-9 * y:
            break
    return y


def interpolate(points: Sequence[tuple[float, float]], at: float) -> float:
    """A value between sorted points on straight lines; outside, that of the nearest point."""
    if at <= points[0][0]:
        return points[0][1]
    low, high = 0, len(points) - 1
    if at >= points[high][0]:
        return points[high][1]
    while high - low > 1:
        middle = (low + high) // 2
        if points[middle][0] <= at:
            low = middle
        else:
            high = middle
    (left, below), (right, above) = points[low], points[high]
    return below + (above - below) * (at - left) / (right - left)
