"""Sells simulated sessions at `price_quote`'s prices: revenue in percent of the Gallego-van Ryzin bound.

Each row of the table is a kind of session: hall, demand, how fast people decide, how large parties are. The level of
demand is drawn anew for each session and is not told to the seller. Orders arrive as a Poisson process; an order that
finds too few seats is lost. The same candidates, with the same patience, meet every policy of a pair, so that two
policies are compared on equal luck. The bound is the revenue of a seller who knows the level and sells fractions of
seats (Gallego and van Ryzin 1994, theorem 2): nobody reaches it.
"""

import argparse
import math
import random
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any

from pricing.quotes import price_quote

Quote = Callable[[dict[str, Any]], float]
LEVELS = [[0.4, 0.15], [0.7, 0.25], [1.0, 0.25], [1.5, 0.2], [2.2, 0.15]]


def exponential_curve(horizon: float, mean_days: float) -> list[list[float]]:
    """Bookings whose lead time is exponential, cut off at `horizon` days before the start."""
    whole = 1 - math.exp(-horizon / mean_days)
    days = [horizon * (number / 40) ** 2 for number in range(41)]
    return [[day, (1 - math.exp(-day / mean_days)) / whole] for day in days]


def power_curve(horizon: float, power: float) -> list[list[float]]:
    """The share still to come is a power of the share of time left."""
    return [[horizon * (number / 40) ** 2, (number / 40) ** (2 * power)] for number in range(41)]


@dataclass(frozen=True)
class Kind:
    """One kind of session. Prices in money, times in days before the start, `expected` in seats at the base price."""

    name: str
    capacity: int = 150
    expected: float = 150.0
    levels: Sequence[Sequence[float]] = field(default_factory=lambda: LEVELS)
    horizon: float = 14.0
    curve: Sequence[Sequence[float]] | None = None  # None: half of the seats are bought in the last day and a half
    told_curve: Sequence[Sequence[float]] | None = None  # what the seller believes; None: the truth
    demand: dict[str, Any] = field(default_factory=dict)
    told_demand: dict[str, Any] | None = None
    told_factor: float = 1.0  # the seller's forecast over the true one
    parties: Sequence[float] = (0.2, 0.5, 0.15, 0.1, 0.05)  # shares of orders of 1, 2, 3 ... seats
    period: float = 0.25
    max_change: float | None = 0.2
    base: str = "10.00"
    bounds: tuple[float, float] = (0.6, 1.8)
    any_level: bool = False  # the true level lies between those that the seller was told

    @property
    def party_mean(self) -> float:
        return sum(share * (size + 1) for size, share in enumerate(self.parties)) / sum(self.parties)

    @property
    def true_curve(self) -> Sequence[Sequence[float]]:
        return self.curve or exponential_curve(self.horizon, 2.2)

    @property
    def true_demand(self) -> dict[str, Any]:
        base = float(self.base)
        return {"kind": "logit", "location": 1.25 * base, "scale": 0.25 * base, "base": base, "shift": []} | self.demand


def interpolated(points: Sequence[Sequence[float]], at: float) -> float:
    below = None
    for day, value in sorted(map(tuple, points)):
        if day >= at:
            if below is None:
                return value
            return below[1] + (value - below[1]) * (at - below[0]) / (day - below[0])
        below = (day, value)
    return below[1] if below else 0.0


def acceptance(demand: dict[str, Any], price: float, shift: float) -> float:
    if demand["kind"] == "exp":
        return math.exp(-(price - shift) / demand["scale"])
    return 1 / (1 + math.exp(max(-60.0, min(60.0, (price - demand["location"] - shift) / demand["scale"]))))


class Market:
    """A kind of session with its demand tabulated on a fine grid of time."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.demand = kind.true_demand
        self.base = float(kind.base)
        self.low, self.high = (self.base * bound for bound in kind.bounds)
        steps = max(1, round(kind.horizon / kind.period))
        self.times = [kind.horizon - number * kind.horizon / steps for number in range(steps)]
        self.width = kind.horizon / steps
        shares = [interpolated(kind.true_curve, day) for day in [*self.times, 0.0]]
        self.weights = [before - after for before, after in pairwise(shares)]
        middles = [day - self.width / 2 for day in self.times]
        self.shifts = [interpolated(self.demand["shift"], day) if self.demand["shift"] else 0.0 for day in middles]

    def ratio(self, price: float, shift: float) -> float:
        return acceptance(self.demand, price, shift) / acceptance(self.demand, self.base, shift)

    def bound(self, level: float) -> float:
        """The fluid revenue: the best prices within bounds, the level known."""
        grid = [self.low + (self.high - self.low) * number / 240 for number in range(241)]
        groups: dict[float, float] = {}
        for shift, weight in zip(self.shifts, self.weights, strict=True):
            groups[round(shift, 3)] = groups.get(round(shift, 3), 0.0) + weight * self.kind.expected * level
        tables = [(weight, [(price, self.ratio(price, shift)) for price in grid]) for shift, weight in groups.items()]

        def sold(cost: float) -> tuple[float, float]:
            seats = money = 0.0
            for weight, table in tables:
                price, ratio = max(table, key=lambda row: row[1] * (row[0] - cost))
                seats += weight * ratio
                money += weight * ratio * price
            return seats, money

        low, high = 0.0, 2 * self.high
        if sold(0.0)[0] <= self.kind.capacity:
            return sold(0.0)[1]
        for _step in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if sold(middle)[0] > self.kind.capacity else (low, middle)
        seats, money = sold(high)
        lower_seats, lower_money = sold(low)
        if seats > self.kind.capacity:  # even the highest price sells out
            return self.kind.capacity * self.high
        part = 0.0 if lower_seats == seats else (self.kind.capacity - seats) / (lower_seats - seats)
        return money + max(0.0, min(1.0, part)) * (lower_money - money)

    def candidates(self, level: float, rng: random.Random) -> list[list[tuple[float, int]]]:
        """For each period, those who would order at the lowest price: their patience (0 to 1) and party size."""
        orders = self.kind.expected * level / self.kind.party_mean
        sizes = range(1, len(self.kind.parties) + 1)
        rows = []
        for weight, shift in zip(self.weights, self.shifts, strict=True):
            number = poisson(orders * weight * self.ratio(self.low, shift), rng)
            parties = rng.choices(sizes, self.kind.parties, k=number)
            rows.append([(rng.random(), size) for size in parties])
        return rows

    def sell(self, candidates: list[list[tuple[float, int]]], quote: Quote) -> float:
        """The revenue of one session."""
        kind = self.kind
        history: list[dict[str, Any]] = []
        payload = {
            "base_price": kind.base,
            "bounds": {"min_multiplier": kind.bounds[0], "max_multiplier": kind.bounds[1]},
            "capacity": kind.capacity,
            "held": 0,
            "history": history,
            "forecast": {
                "expected_at_base": kind.expected * kind.told_factor,
                "levels": [list(level) for level in kind.levels],
                "curve": [list(point) for point in kind.told_curve or kind.true_curve],
                "party_mean": kind.party_mean,
            },
            "demand": kind.told_demand or self.demand,
            "config": {
                "step": "0.10",
                "max_change_per_day": kind.max_change,
                "never_decrease": False,
                "max_moves_per_day": None,
                "enabled": True,
                "version": "bench",
            },
        }
        sold, revenue = 0, 0.0
        for day, shift, row in zip(self.times, self.shifts, candidates, strict=True):
            price = quote(payload | {"days_left": day, "sold": sold})
            accepted = self.ratio(price, shift) / self.ratio(self.low, shift)
            orders = 0
            for patience, size in row:
                if patience < accepted and sold + size <= kind.capacity:
                    orders += 1
                    sold += size
                    revenue += price * size
            history.append({"days_left": day, "price": f"{price:.2f}", "orders": orders})
        return revenue

    def level_of(self, number: int, sessions: int, rng: random.Random) -> float:
        """Of this session among so many: each level as often as it is probable."""
        upto = list(accumulate(probability for _level, probability in self.kind.levels))
        level = self.kind.levels[min(bisect_left(upto, (number + 0.5) / sessions), len(upto) - 1)][0]
        return level * math.exp(rng.uniform(-0.2, 0.2)) if self.kind.any_level else level


def poisson(mean: float, rng: random.Random) -> int:
    """A Poisson number; large means are split, so that `exp` does not underflow."""
    number = 0
    while mean > 30:
        number += poisson(30.0, rng)
        mean -= 30
    limit, product = math.exp(-mean), rng.random()
    while product > limit:
        number += 1
        product *= rng.random()
    return number


def adaptive(payload: dict[str, Any]) -> float:
    return float(price_quote(payload)["price"])


def listed(payload: dict[str, Any]) -> float:
    return float(payload["base_price"])


def percent_of_bound(kind: Kind, quote: Quote, *, sessions: int, seed: int) -> float:
    """Revenue over `sessions` sessions in percent of the sum of their bounds."""
    market, rng = Market(kind), random.Random(f"{seed} {kind.name}")
    bounds: dict[float, float] = {}
    revenue = bound = 0.0
    for number in range(sessions):
        level = market.level_of(number, sessions, rng)
        if level not in bounds:
            bounds[level] = market.bound(level)
        bound += bounds[level]
        revenue += market.sell(market.candidates(level, rng), quote)
    return 100 * revenue / bound


RISING = [[0, 2.0], [2, 1.0], [7, 0.0], [14, 0.0]]  # who decides late pays more
KINDS = [
    Kind("usual"),
    Kind("quiet", expected=45.0),
    Kind("sells out", expected=320.0),
    Kind("small hall", capacity=45, expected=45.0),
    Kind("large hall", capacity=600, expected=600.0),
    Kind("late bookings", curve=exponential_curve(14, 0.8)),
    Kind("early bookings", curve=exponential_curve(14, 6.0)),
    Kind("large parties", parties=(0.1, 0.2, 0.2, 0.3, 0.1, 0.1), expected=180.0),
    Kind("late buyers pay more", demand={"shift": RISING}),
    Kind("exponential demand", demand={"kind": "exp", "scale": 10.0, "location": 0.0}),
    Kind("four days of sale", horizon=4.0, curve=exponential_curve(4, 1.5), expected=200.0, period=0.125),
]
TOLD = exponential_curve(14, 2.2)


def wrong_curve(name: str, curve: Sequence[Sequence[float]], told: Sequence[Sequence[float]] = TOLD) -> Kind:
    return Kind(name, curve=curve, told_curve=told, parties=(1.0,))


WRONG_CURVES = [
    wrong_curve("leads of 1.4 days, told 2.2", exponential_curve(14, 1.4)),
    wrong_curve("leads of 3.5 days, told 2.2", exponential_curve(14, 3.5)),
    wrong_curve("leads of 2.2 days, told 3.3", TOLD, exponential_curve(14, 3.3)),
    wrong_curve("leads of 2.2 days, told 1.5", TOLD, exponential_curve(14, 1.5)),
    wrong_curve("flatter than told", [[day, share**0.7] for day, share in TOLD]),
    wrong_curve("steeper than told", [[day, share**1.4] for day, share in TOLD]),
]
FAR_OFF_CURVES = [
    wrong_curve("leads of 0.6 days, told 2.2", exponential_curve(14, 0.6)),
    wrong_curve("leads of 6 days, told 2.2", exponential_curve(14, 6.0)),
    wrong_curve("as many each day, told 2.2", power_curve(14, 1.0)),
    wrong_curve("leads of 2.2 days, told evenly", TOLD, power_curve(14, 1.0)),
]


def seconds_a_quote(kind: Kind, *, seed: int) -> list[float]:
    """Processor time of each quote of a few sessions, sorted."""
    market, rng, seconds = Market(kind), random.Random(seed), []

    def timed(payload: dict[str, Any]) -> float:
        begun = time.thread_time()
        price = adaptive(payload)
        seconds.append(time.thread_time() - begun)
        return price

    for _session in range(8):
        market.sell(market.candidates(1.0, rng), timed)
    return sorted(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.steering_prices")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=300, help="sessions a kind")
    options = parser.parse_args()
    sessions, seed = options.sessions, options.seed
    print(f"Revenue, percent of the Gallego-van Ryzin bound; {sessions} sessions a kind, seed {seed}")
    single = [replace(kind, parties=(1.0,)) for kind in KINDS]
    blocks = {
        "One seat an order": single,
        "Parties, lost when too large": KINDS,
        "A wrong booking curve": WRONG_CURVES,
        "A booking curve that is far off": FAR_OFF_CURVES,
    }
    for title, kinds in blocks.items():
        results = []
        for kind in kinds:
            results.append(percent_of_bound(kind, adaptive, sessions=sessions, seed=seed))
            at_list = percent_of_bound(kind, listed, sessions=sessions, seed=seed)
            print(f"  {kind.name:32} {results[-1]:6.1f}   at list price {at_list:6.1f}", flush=True)
        print(f"{title:34} mean {sum(results) / len(results):6.1f}   worst {min(results):6.1f}")
    for name, kind in (("every 6 hours", KINDS[0]), ("every 15 minutes", replace(KINDS[0], period=1 / 96))):
        seconds = seconds_a_quote(kind, seed=seed)
        middle, late = (1000 * seconds[int(len(seconds) * part)] for part in (0.5, 0.99))
        print(f"A quote {name:26} median {middle:.2f} ms, 99th percentile {late:.2f} ms")


if __name__ == "__main__":
    main()
