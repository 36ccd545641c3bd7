"""What a seat is worth that is not sold now: the shadow price of the fluid problem, solved anew for every quote.

If demand came as a steady stream, the best plan sells each seat to whoever brings most for it; the least of these is
what a seat costs that is sold today (Gallego and van Ryzin 1994). It is 0 while seats will be left over. Demand is no
stream: the shadow price is the mean over three sizes of what is still to come, the usual one and one in each tail.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from operator import mul

from pricing.booking_curves import shares_to_come
from pricing.demand_levels import Hypothesis
from pricing.policies import Policy
from pricing.quote_inputs import QuoteInputs

_COSTS = 20  # grid of shadow prices
_SEGMENTS = 5  # of the time that is left, where willingness to pay moves with it
#: Gauss-Hermite: (standard deviations, weight). Exact for polynomials up to the fifth degree.
_NODES = ((-math.sqrt(3), 1 / 6), (0.0, 2 / 3), (math.sqrt(3), 1 / 6))


class SeatValue:
    """The shadow price of a seat, for each hypothesis."""

    def __init__(self, inputs: QuoteInputs, policy: Policy) -> None:
        self.left = max(0, inputs.capacity - inputs.sold - inputs.held)
        self.top = float(inputs.high)
        self.noise = inputs.party_mean + 0.3 * (inputs.party_mean - 1)  # variance of seats sold over their mean
        willingness, low = inputs.willingness, float(inputs.low)
        now = inputs.days_left
        flat = willingness.is_flat
        ends = [now, 0.0] if flat else [now * (1 - part / _SEGMENTS) ** 2 for part in range(_SEGMENTS + 1)]
        soon = min(now, max(0.02, now / 20))
        tables = shares_to_come(inputs.curve, [*ends, now - soon], policy.variants)
        #: For each variant: how much is being booked just now (share a day), and the share still to come.
        self.current = [max((shares[0] - shares[-1]) / soon if soon > 0 else 1.0, 1e-9) for shares in tables]
        self.to_come = [max(shares[0] - shares[-2], 0.0) for shares in tables]
        shifts = [willingness.shift((a + b) / 2) for a, b in pairwise(ends)]
        self.costs = [self.top * (1 - number / _COSTS) for number in range(_COSTS + 1)]
        ratios = [
            [
                willingness.ratio(max(low, min(self.top, willingness.best_price(cost, shift))), shift)
                for cost in self.costs
            ]
            for shift in shifts
        ]
        self.sales = []  # for each variant: seats sold over those expected in the whole sale, by cost, ascending
        for shares in tables if not flat else []:
            parts = [a - b for a, b in pairwise(shares[: len(ends)])]
            self.sales.append([sum(map(mul, parts, column)) for column in zip(*ratios, strict=True)])
        if flat:
            self.sales = [[part * ratio for ratio in ratios[0]] for part in self.to_come]

    def of(self, hypothesis: Hypothesis) -> float:
        """The shadow price, money, if this hypothesis holds."""
        sales = self.sales[hypothesis.variant]
        if self.left <= 0:
            return self.top
        expected = hypothesis.expected
        mean = expected * sales[-1]
        if mean <= 0:
            return 0.0
        spread = math.sqrt(math.log1p(self.noise / mean))
        value = 0.0
        for deviations, weight in _NODES:
            size = expected * math.exp(spread * deviations - spread * spread / 2)
            value += weight * self._cost(sales, self.left / size)
        return value

    def _cost(self, sales: Sequence[float], share: float) -> float:
        """The cost at which this share would be sold: 0 if more seats than that are left over."""
        if share >= sales[-1]:
            return 0.0
        if share <= sales[0]:
            return self.top
        number = bisect_left(sales, share)
        below, above = sales[number - 1], sales[number]
        part = (share - below) / (above - below) if above > below else 1.0
        return self.costs[number - 1] + part * (self.costs[number] - self.costs[number - 1])

    def mean(self, hypotheses: Sequence[Hypothesis]) -> float:
        """The mean over the hypotheses, each weighed by how many seats it would sell just now."""
        value = total = 0.0
        for each in hypotheses:
            weight = each.weight * each.expected * self.current[each.variant]
            value += weight * self.of(each)
            total += weight
        return value / total if total > 0 else 0.0
