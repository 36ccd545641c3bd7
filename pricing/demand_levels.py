"""Learns how strong demand is, and how early it books, from the orders of past review periods.

Orders of a period are Poisson: the level times what is expected at the base price, times the share of bookings of that
period, times the share of people who accept its price. Every pair of a level and a plausible booking curve is a
hypothesis; Bayes' rule weighs them. Periods without orders count by their length: that nobody came is news, too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pricing.booking_curves import shares_to_come
from pricing.policies import Policy
from pricing.quote_inputs import QuoteInputs

_PART_OF_TIME_LEFT = 1 / 8  # periods are merged until they last so much of the time left: long histories stay quick

_TAIL = 0.02  # the probability that demand is below, and that it is above, everything in the forecast
_LOWER, _HIGHER = 0.6, 1.7  # times the lowest and the highest level
_IMPROBABLE = 9.0  # hypotheses e ** 9 times less probable than the best one are dropped


@dataclass(frozen=True, slots=True)
class Hypothesis:
    weight: float
    expected: float  # seats at the base price, over the whole sale
    variant: int  # of the booking curve


@dataclass(frozen=True, slots=True)
class Period:
    start: float  # days left
    end: float
    ratio: float  # mean of the orders over those at the base price
    orders: float


def ends(days: Sequence[float], days_left: float) -> Sequence[float]:
    """When each period ended: when the next one began. Rows may also be named by their ends: then the last is now."""
    if len(days) > 1 and days[-1] - days_left < 1e-6 < days[-2] - days[-1]:
        return days
    return [*days[1:], days_left]


def periods(inputs: QuoteInputs) -> list[Period]:
    """The history's review periods; neighbours are merged until they last an eighth of the time left.

    What came before the sale began, as the curve has it, tells nothing and is left out.
    """
    willingness, history = inputs.willingness, inputs.history
    flat, shift = willingness.is_flat, willingness.shift(0.0)
    known: dict[float, float] = {}
    merged: list[Period] = []
    ended = ends(history.days, inputs.days_left)
    begin = start = 2 * history.days[0] - history.days[1] if ended is history.days else history.days[0]
    weighted = orders = 0.0
    for price, count, end in zip(history.paid, history.orders, ended, strict=True):
        if not flat:
            ratio = willingness.ratio(price, willingness.shift((start + end) / 2))
        elif price in known:
            ratio = known[price]
        else:
            ratio = known[price] = willingness.ratio(price, shift)
        weighted += ratio * (start - end)
        orders += count
        start = end
        if begin - end >= end * _PART_OF_TIME_LEFT and begin > end:
            merged.append(Period(begin, end, weighted / (begin - end), orders))
            weighted = orders = 0.0
            begin = end
    if begin > start:
        merged.append(Period(begin, start, weighted / (begin - start), orders))
    return [period for period in merged if period.end < inputs.curve.horizon]


def with_tails(levels: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The forecast's levels, the lowest first, and one beyond each end: the forecast itself may be wrong."""
    inside = [(multiple, probability * (1 - 2 * _TAIL)) for multiple, probability in levels]
    return [(levels[0][0] * _LOWER, _TAIL), *inside, (levels[-1][0] * _HIGHER, _TAIL)]


def hypotheses(inputs: QuoteInputs, policy: Policy) -> list[Hypothesis]:
    """Every level with every plausible curve, weighed by the history. The weights add up to 1."""
    observed = periods(inputs) if inputs.history.days else []
    times = [observed[0].start, *(period.end for period in observed)] if observed else []
    orders = sum(period.orders for period in observed)
    scores = []
    levels = with_tails(inputs.levels)
    expected_orders = inputs.expected / inputs.party_mean
    tables = shares_to_come(inputs.curve, times, policy.variants) if times else [[] for _variant in policy.variants]
    for variant, shares in enumerate(tables):
        exposure = timing = 0.0
        for period, (before, after) in zip(observed, pairwise(shares), strict=True):
            share = before - after
            exposure += share * period.ratio
            if period.orders:
                timing += period.orders * math.log(max(share, 1e-9))
        prior = math.log(policy.variants[variant][2])
        for multiple, probability in levels:
            if multiple <= 0 < orders:
                continue
            score = prior + math.log(probability) + timing - multiple * expected_orders * exposure
            if orders:
                score += orders * math.log(multiple)
            scores.append((score, multiple * inputs.expected, variant))
    best = max(score for score, _expected, _variant in scores)
    raw = [
        (math.exp(score - best), expected, variant) for score, expected, variant in scores if score > best - _IMPROBABLE
    ]
    total = sum(weight for weight, _expected, _variant in raw)
    return [Hypothesis(weight / total, expected, variant) for weight, expected, variant in raw]
