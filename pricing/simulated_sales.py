"""Sells simulated screenings: at the list price, and at the prices that `price_quote` would have given.

Pure functions: the same seed has the same people. How many of them would pay which price is not known, so that draws
differ in it: see `LOCATIONS`.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pricing.booking_curves import BookingCurve
from pricing.quotes import price_quote

#: Draws of people: see `in_ten`.
DRAWS = 9
#: The price that half of the people would pay, in parts of the list price. Quotes are computed with the middle one;
#: a draw takes the next of them, so that some people mind a dearer ticket more than that, some less.
LOCATIONS = (1.1, 1.25, 1.4)
SCALE = 0.25  # of their logistic distribution, in parts of the list price
_TIMING = 0.2  # by how much an order may come earlier or later than the one it is like, as a power of e
_EVERY = ((3.0, 1.0), (1.0, 0.5), (0.0, 0.25))  # more than so many days before the start, prices are reviewed so often


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever makes one order. It pays `share` times the full price, and `fixed`, whatever the full price is.

    `worth` is the highest full price at which it comes. Money is in floats: these are estimates.
    """

    days_left: float
    seats: int
    share: float
    worth: float
    fixed: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """An order that was made at this full price."""

    days_left: float
    seats: int
    share: float
    price: float
    fixed: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A review: from then on, the price. `sold` seats were sold before it."""

    days_left: float
    price: float
    sold: int


@dataclass(frozen=True, slots=True)
class Sale:
    """One simulated screening."""

    steps: tuple[Step, ...]
    sold: int
    revenue: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The same people at the list price and at adaptive prices."""

    listed: Sale
    adaptive: Sale

    @property
    def gained(self) -> float:
        return self.adaptive.revenue - self.listed.revenue


def pairs(
    payload: Mapping[str, Any], draws: Sequence[Sequence[Party]], *, forecasts: Sequence[tuple[float, Any]] = ()
) -> list[Pair]:
    """A pair for each draw.

    `payload` is that of `price_quote`: how far the sale is (`days_left`, `sold`, `held`, `history`) is replaced. Sales
    begin at its `days_left`. `forecasts` are (days left, forecast), the earliest first, each in force from then on, in
    place of that of the payload. Without a forecast, the price is the list price.
    """
    known: dict[Any, float] = {}
    base = float(payload["base_price"])
    opened = float(payload["days_left"])

    def quoted(days_left: float, sold: int, history: list[dict[str, Any]]) -> float:
        key = (days_left, sold, *((row["price"], row["orders"]) for row in history))
        if key not in known:  # many draws begin alike
            now = {**payload, "days_left": days_left, "sold": sold, "held": 0, "history": history}
            if made := [forecast for since, forecast in forecasts if since >= days_left]:
                now["forecast"] = made[-1]
            known[key] = float(price_quote(now)["price"])
        return known[key]

    capacity = int(payload["capacity"])
    times = reviews(opened)
    return [
        Pair(
            _sell(people, times, capacity, lambda _days_left, _sold, _history: base),
            _sell(people, times, capacity, quoted),
        )
        for people in draws
    ]


def reviews(opened: float) -> list[float]:
    """When prices are reviewed, in days left: daily, and more often towards the start."""
    times = [opened]
    while times[-1] > 0:
        every = next((each for beyond, each in _EVERY if times[-1] > beyond), 0.25)
        times.append(max(0.0, math.ceil(times[-1] / every - 1) * every))
    return times[:-1]


def _sell(people: Sequence[Party], times: Sequence[float], capacity: int, quote: Any) -> Sale:
    waiting = sorted(people, key=lambda party: -party.days_left)
    history: list[dict[str, Any]] = []
    steps, sold, revenue, number = [], 0, 0.0, 0
    for days_left, until in zip(times, [*times[1:], 0.0], strict=True):
        price, orders = quote(days_left, sold, history), 0
        steps.append(Step(days_left, price, sold))
        while number < len(waiting) and (waiting[number].days_left > until or until == 0):
            party = waiting[number]
            number += 1
            if (party.worth >= price or not party.share) and sold + party.seats <= capacity:
                orders += 1
                sold += party.seats
                revenue += party.share * price + party.fixed
        history = [*history, {"days_left": days_left, "price": f"{price:.2f}", "orders": orders}]
    return Sale(tuple(steps), sold, revenue)


def like_seen(seen: Sequence[Seen], *, base: float, opened: float, draws: int, seed: str) -> list[list[Party]]:
    """Draws of people like those who came: about as many would have come at the prices of then, at times like theirs.

    Nobody is drawn where nobody came. Whoever found the hall full is not known, so is not drawn either.
    """
    return [_like(seen, base, opened, LOCATIONS[number % 3], f"{seed} {number}") for number in range(draws)]


def _like(seen: Sequence[Seen], base: float, opened: float, location: float, seed: str) -> list[Party]:
    if not seen:
        return []
    rng = random.Random(seed)
    # Each order stands for those who were interested, of whom a part found the price too high.
    weights = [1 / _acceptance(order.price / base, location) if order.share else 1.0 for order in seen]
    level = rng.gammavariate(len(seen), 1.0) / len(seen)
    number = _poisson(sum(weights) * level, rng)
    return [
        Party(
            min(order.days_left * math.exp(rng.uniform(-_TIMING, _TIMING)), opened),
            order.seats,
            order.share,
            base * _worth(location, rng),
            order.fixed,
        )
        for order in rng.choices(seen, weights, k=number)
    ]


def as_expected(
    expected: float,
    curve: Sequence[Sequence[float]],
    *,
    party_mean: float,
    base: float,
    opened: float,
    draws: int,
    seed: str,
) -> list[list[Party]]:
    """Draws of people of whom `expected` would come at the list price, in time by a booking curve."""
    to_come = BookingCurve([(day, share) for day, share in curve])
    days = [opened * (each / 200) ** 2 for each in range(201)]
    shares = to_come.all_to_come(days)
    weights = [max(0.0, later - earlier) for earlier, later in pairwise(shares)]
    middles = [(earlier + later) / 2 for earlier, later in pairwise(days)]
    found = []
    for draw in range(draws):
        rng, location = random.Random(f"{seed} {draw}"), LOCATIONS[draw % 3]
        number = _poisson(expected / party_mean / _acceptance(1.0, location), rng)
        people = []
        for day in rng.choices(middles, weights, k=number):
            seats = 1 + _poisson(party_mean - 1, rng)
            people.append(Party(day, seats, float(seats), base * _worth(location, rng)))
        found.append(people)
    return found


def leads(mean_days: float, opened: float) -> list[list[float]]:
    """A booking curve: on average, bookings are made so many days before the start, the first ones when sales open."""
    whole = 1 - math.exp(-opened / mean_days)
    days = [opened * (number / 40) ** 2 for number in range(41)]
    return [[day, (1 - math.exp(-day / mean_days)) / whole] for day in days]


def low_mean_high(values: Sequence[float]) -> tuple[float, float, float]:
    """The lowest, the mean and the highest: of nine values, eight in ten further ones would be in between.

    Not the median, which misses what happens seldom: a lower price costs a little each time, and brings one more order
    now and then.
    """
    return min(values), sum(values) / len(values), max(values)


def in_ten(draws: int) -> int:
    """How many in ten further draws would be between the lowest and the highest of so many."""
    return round(10 * (draws - 1) / (draws + 1))


def _acceptance(price: float, location: float) -> float:
    return 1 / (1 + math.exp((price - location) / SCALE))


def _worth(location: float, rng: random.Random) -> float:
    chance = min(max(rng.random(), 1e-9), 1 - 1e-9)
    return location + SCALE * math.log(chance / (1 - chance))


def _poisson(mean: float, rng: random.Random) -> int:
    """A Poisson number; large means are split, so that `exp` does not underflow."""
    number = 0
    while mean > 30:
        number += _poisson(30.0, rng)
        mean -= 30
    limit, product = math.exp(-mean), rng.random()
    while product > limit:
        number += 1
        product *= rng.random()
    return number
