"""Which prices may be charged: on the step grid, within the bounds, and near every price of the last 24 hours."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from pricing.quote_inputs import QuoteInputs, Unusable

_DAY = 1.0
_EPSILON = 1e-6  # days: a tenth of a second


@dataclass(frozen=True, slots=True)
class Limits:
    """Prices are `step` times a whole number from `lowest` to `highest`."""

    step: Decimal
    lowest: int
    highest: int
    low_because: str  # what set the lowest price
    high_because: str


def limits(inputs: QuoteInputs) -> Limits:
    """Raises Unusable if no price keeps all of them."""
    config = inputs.config
    low, low_because = inputs.low, "min_multiplier"
    high, high_because = inputs.high, "max_multiplier"
    recent = recent_prices(inputs)
    if config.max_change is not None:
        change = config.max_change * inputs.base
        nearest_low, nearest_high = max(recent) - change, min(recent) + change
        if nearest_low > low:
            low, low_because = nearest_low, "max_change_per_day"
        if nearest_high < high:
            high, high_because = nearest_high, "max_change_per_day"
    current = inputs.history.prices[-1] if inputs.history.prices else inputs.base
    if config.never_decrease and current > low:
        low, low_because = current, "never_decrease"
    if config.max_moves is not None and moves(recent) >= config.max_moves:
        if not low <= current <= high:
            raise Unusable("NO_PRICE_ALLOWED", "the last price is outside the limits, and no move is left today")
        low = high = current
        low_because = high_because = "max_moves_per_day"
    lowest = int((low / config.step).to_integral_value(ROUND_CEILING))
    highest = int((high / config.step).to_integral_value(ROUND_FLOOR))
    if lowest > highest:
        raise Unusable("NO_PRICE_ALLOWED", "no price on the step grid keeps bounds and limits of movement")
    return Limits(config.step, lowest, highest, low_because, high_because)


def recent_prices(inputs: QuoteInputs) -> list[Decimal]:
    """The prices in force within the last 24 hours, the oldest first. Before the first quote it was the base price."""
    recent: list[Decimal] = []
    for days, price in zip(reversed(inputs.history.days), reversed(inputs.history.prices), strict=True):
        recent.append(price)
        if days > inputs.days_left + _DAY + _EPSILON:  # it was in force when the 24 hours began
            break
    else:
        recent.append(inputs.base)
    return recent[::-1]


def moves(recent: list[Decimal]) -> int:
    return sum(1 for before, after in pairwise(recent) if before != after)
