"""Learns how strong demand is, and how early it books, from the orders of past review periods.

Orders of a period are Poisson: the level times what is expected at the base price, times the share of bookings of that
period, times the share of people who accept its price. Every pair of a level and a plausible booking curve is a
hypothesis; Bayes' rule weighs them. Periods without orders count by their length: that nobody came is news, too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pricing.booking_curves import VARIANTS, shares_to_come
from pricing.quote_inputs import QuoteInputs

_PART_OF_TIME_LEFT = 1 / 8  # periods are merged until they last so much of the time left: long histories stay quick


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


def spans(history: Sequence[tuple[float, float, float]], days_left: float) -> list[tuple[float, float]]:
    """When each row's period began and ended. Rows are named by when they began, unless the last one is of just now."""
    days = [row[0] for row in history]
    if len(days) > 1 and days[-1] - days_left < 1e-6 < days[-2] - days[-1]:  # named by their ends
        first = days[0] + (days[0] - days[1])
        return list(pairwise([first, *days]))
    return list(pairwise([*days, days_left]))


def periods(inputs: QuoteInputs) -> list[Period]:
    """The history's review periods; neighbours are merged until they last an eighth of the time left."""
    willingness = inputs.willingness
    flat = willingness.is_flat
    shift = willingness.shift(0.0)
    known: dict[float, float] = {}
    merged: list[Period] = []
    begin = length = weighted = orders = ratio = 0.0
    fresh = True
    times = spans(inputs.history, inputs.days_left)
    last = len(times) - 1
    for number, ((start, end), (_days, price, count)) in enumerate(zip(times, inputs.history, strict=True)):
        if flat:
            ratio = known.get(price, -1.0)
            if ratio < 0:
                ratio = known[price] = willingness.ratio(price, shift)
        else:
            ratio = willingness.ratio(price, willingness.shift((start + end) / 2))
        if fresh:
            begin, fresh = start, False
        length += start - end
        weighted += ratio * (start - end)
        orders += count
        if number == last or begin - end >= end * _PART_OF_TIME_LEFT:
            merged.append(Period(begin, end, weighted / length if length > 0 else ratio, orders))
            length = weighted = orders = 0.0
            fresh = True
    return merged


def hypotheses(inputs: QuoteInputs) -> list[Hypothesis]:
    """Every level with every plausible curve, weighed by the history. The weights add up to 1."""
    observed = periods(inputs) if inputs.history else []
    ends = [observed[0].start, *(period.end for period in observed)] if observed else []
    orders = sum(period.orders for period in observed)
    scores = []
    expected_orders = inputs.expected / inputs.party_mean
    tables = shares_to_come(inputs.curve, ends) if ends else [[] for _variant in VARIANTS]
    for variant, shares in enumerate(tables):
        exposure = timing = 0.0
        for period, (before, after) in zip(observed, pairwise(shares), strict=True):
            share = before - after
            exposure += share * period.ratio
            if period.orders:
                timing += period.orders * math.log(max(share, 1e-9))
        prior = math.log(VARIANTS[variant][2])
        for multiple, probability in inputs.levels:
            if multiple <= 0 < orders:
                continue
            score = prior + math.log(probability) + timing - multiple * expected_orders * exposure
            if orders:
                score += orders * math.log(multiple)
            scores.append((score, multiple * inputs.expected, variant))
    best = max(score for score, _expected, _variant in scores)
    raw = [(math.exp(score - best), expected, variant) for score, expected, variant in scores if score > best - 12]
    total = sum(weight for weight, _expected, _variant in raw)
    return [Hypothesis(weight / total, expected, variant) for weight, expected, variant in raw]
