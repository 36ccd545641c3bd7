"""Reads the payload of `price_quote` and refuses what cannot be priced: missing, impossible or inconsistent fields."""

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from operator import itemgetter
from typing import Any

from pricing.booking_curves import BookingCurve
from pricing.willingness import Willingness

_MOST = 1e9  # no figure of a session is larger
_MOST_POINTS = 2000  # of a curve
_MOST_LEVELS = 200
_MOST_ROWS = 100_000  # of a history
_LONGEST = 40  # characters of a number
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr)


class Unusable(ValueError):
    """The payload cannot be priced."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class History:
    """Past review periods, the oldest first: columns, since there may be thousands."""

    days: tuple[float, ...]  # left when the period began
    paid: tuple[float, ...]  # the price
    orders: tuple[float, ...]
    prices: tuple[Decimal, ...]  # the price, exactly


@dataclass(frozen=True, slots=True)
class Config:
    step: Decimal
    max_change: Decimal | None  # of the base price, within 24 hours; None: no limit
    never_decrease: bool
    max_moves: int | None


@dataclass(frozen=True, slots=True)
class QuoteInputs:
    base: Decimal
    low: Decimal  # the least and the highest price that may be charged
    high: Decimal
    capacity: int
    sold: int
    held: int
    days_left: float
    history: History
    expected: float  # seats, at the base price
    levels: tuple[tuple[float, float], ...]  # multiple of what is expected, probability
    curve: BookingCurve
    party_mean: float  # seats an order
    party_is_known: bool
    willingness: Willingness
    config: Config


def base_price(q: Any) -> Decimal:
    value = money(_member(q, "base_price", "the payload"), "base_price")
    if value < 0:
        raise Unusable("INVALID_DATA", "base_price is negative")
    return value


def is_enabled(q: Any) -> bool:
    enabled = _member(_member(q, "config", "the payload"), "enabled", "config")
    if not isinstance(enabled, bool):
        raise Unusable("INVALID_DATA", "config.enabled is neither true nor false")
    return enabled


def read(q: Mapping[str, Any]) -> QuoteInputs:
    """The payload in the types that the policy computes with. Raises Unusable."""
    base = base_price(q)
    bounds = _member(q, "bounds", "the payload")
    low, high = (money(_member(bounds, name, "bounds"), name) for name in ("min_multiplier", "max_multiplier"))
    if not 0 <= low <= high or high > 1000:
        raise Unusable("INVALID_DATA", "bounds are negative, too large or the wrong way round")
    capacity = whole(_member(q, "capacity", "the payload"), "capacity", least=1)
    sold = whole(_member(q, "sold", "the payload"), "sold")
    held = whole(q.get("held") or 0, "held")
    if sold > capacity or held > capacity:
        raise Unusable("INCONSISTENT_DATA", "more seats are sold or held than the hall has")
    days_left = number(_member(q, "days_left", "the payload"), "days_left", least=0.0)
    forecast = _member(q, "forecast", "the payload")
    return QuoteInputs(
        base=base,
        low=base * low,
        high=base * high,
        capacity=capacity,
        sold=sold,
        held=held,
        days_left=days_left,
        history=_history(_member(q, "history", "the payload"), days_left),
        expected=number(_member(forecast, "expected_at_base", "forecast"), "expected_at_base", least=0.0),
        levels=_levels(_member(forecast, "levels", "forecast")),
        curve=_curve(_member(forecast, "curve", "forecast")),
        party_mean=_party_mean(forecast.get("party_mean")),
        party_is_known=forecast.get("party_mean") is not None,
        willingness=_willingness(_member(q, "demand", "the payload"), base),
        config=_config(_member(q, "config", "the payload")),
    )


def inputs_hash(q: Any, inputs: QuoteInputs | None) -> str:
    """SHA-256 of the payload, the same whatever the order of its keys and after a round trip through JSON.

    Of a history and a curve that could be read, the numbers themselves are hashed: long ones would take longer to write
    as JSON than to price.
    """
    digest = hashlib.sha256()
    if inputs is not None:
        history, curve = inputs.history, inputs.curve
        forecast = {name: value for name, value in q["forecast"].items() if name != "curve"}
        q = {name: value for name, value in q.items() if name != "history"} | {"forecast": forecast}
        for column in (history.days, history.paid, history.orders, curve.days, curve.shares):
            digest.update(struct.pack(f"<I{len(column)}d", len(column), *column))
    try:
        text = _ENCODER.encode(q)
    except (TypeError, ValueError, RecursionError):  # keys that do not sort, a circle, too deep
        text = f"not JSON: {type(q).__name__}"
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def number(value: Any, name: str, *, least: float, most: float = _MOST) -> float:
    """A finite number between `least` and `most`; text such as "10.00" counts as one."""
    if value is None:
        raise Unusable("MISSING_DATA", f"{name} is missing")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unusable("INVALID_DATA", f"{name} is not a number")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise Unusable("INVALID_DATA", f"{name} is not a number")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise Unusable("INVALID_DATA", f"{name} is not a number") from None
    if not least <= found <= most:  # NaN as well
        raise Unusable("INVALID_DATA", f"{name} is out of range")
    return found


def whole(value: Any, name: str, *, least: int = 0) -> int:
    found = number(value, name, least=least)
    if found != int(found):
        raise Unusable("INVALID_DATA", f"{name} is not a whole number")
    return int(found)


def money(value: Any, name: str) -> Decimal:
    """The exact decimal; floats as they are written."""
    number(value, name, least=-_MOST)
    try:
        found = Decimal(value.strip() if isinstance(value, str) else str(value))
    except InvalidOperation:
        raise Unusable("INVALID_DATA", f"{name} is not a decimal number") from None
    if not -_LONGEST <= found.adjusted() <= _LONGEST:
        raise Unusable("INVALID_DATA", f"{name} is out of range")
    return found


def _member(of: Any, name: str, where: str) -> Any:
    if not isinstance(of, Mapping):
        raise Unusable("INVALID_DATA", f"{where} is not an object")
    if of.get(name) is None and name != "max_change_per_day":
        raise Unusable("MISSING_DATA", f"{name} is missing")
    if name not in of:
        raise Unusable("MISSING_DATA", f"{name} is missing")
    return of[name]


def _list(value: Any, name: str, *, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise Unusable("INVALID_DATA", f"{name} is not a list")
    if len(value) > most:
        raise Unusable("INVALID_DATA", f"{name} is too long")
    return value


def _pairs(value: Any, name: str, *, least: float = 0.0, most: float = _MOST) -> list[tuple[float, float]]:
    pairs = []
    for pair in _list(value, name, most=_MOST_POINTS):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unusable("INVALID_DATA", f"{name} has a row that is no pair")
        one, other = pair
        if type(one) is not float or not 0.0 <= one <= _MOST:
            one = number(one, name, least=0.0)
        if type(other) is not float or not least <= other <= most:
            other = number(other, name, least=least, most=most)
        pairs.append((one, other))
    return pairs


def _history(value: Any, days_left: float) -> History:
    found = _usual_history(value) or _any_history(value)
    if found.days and found.days[-1] < days_left - 1e-9:
        raise Unusable("INCONSISTENT_DATA", "history has a row later than the time of the quote")
    return found


def _usual_history(value: Any) -> History | None:
    """Rows in their order, of dicts with a float, text and an int: read by columns, since there may be thousands."""
    try:
        days = [row["days_left"] for row in value]
        written = [row["price"] for row in value]
        orders = [row["orders"] for row in value]
    except (KeyError, TypeError, IndexError):
        return None
    if not days or [set(map(type, column)) for column in (days, written, orders)] != [{float}, {str}, {int}]:
        return None
    in_order = sorted(days, reverse=True) == days and math.isfinite(sum(days))
    if not in_order or len(days) > _MOST_ROWS or not 0 <= days[-1] <= days[0] <= _MOST:
        return None
    if min(orders) < 0 or max(orders) > _MOST:
        return None
    exact = {text: money(text, "history.price") for text in set(written)}
    paid = {text: number(text, "history.price", least=0.0) for text in exact}
    return History(
        tuple(days),
        tuple(map(paid.__getitem__, written)),
        tuple(orders),
        tuple(map(exact.__getitem__, written)),
    )


def _any_history(value: Any) -> History:
    rows = []
    known: dict[Any, tuple[float, Decimal]] = {}
    for row in _list(value, "history", most=_MOST_ROWS):
        if type(row) is not dict and not isinstance(row, Mapping):
            raise Unusable("INVALID_DATA", "history has a row that is no object")
        written, days, orders = row.get("price"), row.get("days_left"), row.get("orders")
        try:
            price, exact = known[written]
        except (KeyError, TypeError):
            exact = money(written, "history.price")
            price = number(written, "history.price", least=0.0)
            known[written] = price, exact
        if type(days) is not float or not 0.0 <= days <= _MOST:
            days = number(days, "history.days_left", least=0.0)
        if type(orders) is not int or not 0 <= orders <= _MOST:
            orders = whole(orders, "history.orders")
        rows.append((days, price, orders, exact))
    rows.sort(key=itemgetter(0), reverse=True)
    return History(*zip(*rows, strict=True)) if rows else History((), (), (), ())


def _levels(value: Any) -> tuple[tuple[float, float], ...]:
    levels = _pairs(_list(value, "forecast.levels", most=_MOST_LEVELS), "forecast.levels")
    total = sum(probability for _multiple, probability in levels)
    if total <= 0 or not any(multiple > 0 < probability for multiple, probability in levels):
        raise Unusable("INVALID_DATA", "forecast.levels has no level that is possible")
    return tuple((multiple, probability / total) for multiple, probability in sorted(levels) if probability)


def _curve(value: Any) -> BookingCurve:
    points = sorted(_pairs(value, "forecast.curve", most=1.0 + 1e-9))
    if not points or points[-1][1] <= 0:
        raise Unusable("INVALID_DATA", "forecast.curve has no share still to come")
    if any(later > earlier + 1e-9 for (_a, later), (_b, earlier) in pairwise(points)):
        raise Unusable("INCONSISTENT_DATA", "forecast.curve grows towards the start of the session")
    if points[-1][0] <= 0:
        raise Unusable("INVALID_DATA", "forecast.curve ends when it begins")
    return BookingCurve(points)


def _party_mean(value: Any) -> float:
    return 1.0 if value is None else number(value, "forecast.party_mean", least=1.0, most=1000.0)


def _willingness(demand: Any, base: Decimal) -> Willingness:
    kind = _member(demand, "kind", "demand")
    if kind not in ("logit", "exp"):
        raise Unusable("INVALID_DATA", "demand.kind is neither logit nor exp")
    logit = kind == "logit"
    money_base = max(float(base), 1e-9)
    location = number(_member(demand, "location", "demand") if logit else 0.0, "demand.location", least=-_MOST)
    scale = number(_member(demand, "scale", "demand"), "demand.scale", least=1e-9)
    shifts = sorted(_pairs(demand.get("shift") or [], "demand.shift", least=-_MOST))
    given = demand.get("base")
    given = money_base if given is None else number(given, "demand.base", least=1e-9)
    unit, normaliser = _unit(logit, location, scale, given, money_base)
    if not 1e-4 <= scale * unit / money_base <= 1e4 or abs(location * unit) > 1e4 * money_base:
        raise Unusable("INVALID_DATA", "demand.location or scale is out of range")
    return Willingness(
        logit=logit,
        location=location * unit,
        scale=scale * unit,
        base=money_base,
        shifts=tuple((days, shift * unit) for days, shift in shifts),
        normaliser=normaliser,
    )


def _unit(logit: bool, location: float, scale: float, given: float, base: float) -> tuple[float, float | None]:
    """Money per unit of location and scale, and the share at the base price where `demand.base` is one.

    `demand.base` is the base price in the units of location and scale: in money it equals `base_price`, in multiples
    of the base price it is 1. A `demand.base` under 1 that is just the share accepting the base price is taken as it.
    """
    if logit and given < 1:
        for unit in (1.0, base):
            share = Willingness(True, location * unit, scale * unit, base).acceptance(base, 0.0)
            if abs(share - given) < 0.02:
                return unit, given
    return base / given, None


def _config(config: Mapping[str, Any]) -> Config:
    step = money(_member(config, "step", "config"), "config.step")
    if not Decimal("0.0001") <= step:
        raise Unusable("INVALID_DATA", "config.step is not positive")
    change = _member(config, "max_change_per_day", "config")
    moves = config.get("max_moves_per_day")
    never = config.get("never_decrease", False)
    if not isinstance(never, bool | None):
        raise Unusable("INVALID_DATA", "config.never_decrease is neither true nor false")
    exact = None if change is None else money(change, "config.max_change_per_day")
    if exact is not None and exact < 0:
        raise Unusable("INVALID_DATA", "config.max_change_per_day is negative")
    if exact is not None and exact >= 5:
        exact /= 100  # 20 means 20 percent
    return Config(
        step=step,
        max_change=exact,
        never_decrease=bool(never),
        max_moves=None if moves is None else whole(moves, "config.max_moves_per_day"),
    )
