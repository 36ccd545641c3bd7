"""How many will come to a session: `forecast_session`, from past sessions and what is sold of this one.

Pure functions over dicts that are JSON: no clock, database, chance, settings or Django. docs/steering.md explains them.

    forecast_session(history, session, advance, config)

`history` is a list of past sessions, `session` the coming one. Any field may be missing:

    {
        "date": "2026-10-03T19:30",   # local; or a running number of days
        "cinema": 2, "hall": "A", "film": 17,
        "weekday": 5,                 # else from the date
        "daypart": "evening",         # else from the time
        "hour": 19.5,                 # else from the time: whether it is a matinee
        "film_week": 2,               # 1 is the opening week; else from the film's first day in the history
        "format": "3D", "holiday": False,
        "capacity": 180,
        "admissions": 97,             # of past sessions only
        "bookings": [[7, 10], [1, 60], [0, 97]],  # days left, seats sold by then; of past sessions, may be missing
    }

Any other member that is text, a whole number or true/false counts as a factor too. `advance` is what is sold of the
coming session: `{"days_left": 2, "sold": 31}`, `[[7, 10], [2, 31]]` (the latest counts), or None. A number alone is
what was sold as long before as the numbers alone that past sessions have as `bookings`.
`config` may have `curve` ([[days left, share still to come]], used where the history has no bookings), and
`party_mean` (seats an order).

The answer: `mean`, `p10`, `p50`, `p90` admissions; `levels` and `curve` as `price_quote` takes them, the levels as
multiples of `mean`; `reasons` (code and text); `model` (name and what it was made from). A quote that gets the past
review periods in its `history` should be given a forecast without `advance`: the same orders would count twice.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pricing.demand_model import DemandModel, fit
from pricing.forecast_inputs import Session, is_dated, read, read_bookings
from pricing.learned_curves import DEFAULT_CURVE, CurveEstimate, given_curve, learn_curve

MODEL = "shrunk-poisson-1"
_TYPICAL_OCCUPANCY = 0.2  # where nothing at all is known; a wide band goes with it
_NOTHING_KNOWN = 0.6  # variance of the logarithm, likewise
_NORMAL = (-1.96, -1.28, -0.67, 0.0, 0.67, 1.28, 1.96)  # of the levels
_SHARES = (0.05, 0.12, 0.2, 0.26, 0.2, 0.12, 0.05)


class PastSessions:
    """Past sessions that were read once, for many forecasts: `prepare(history)` makes it."""

    def __init__(self, sessions: tuple[Session, ...]) -> None:
        self.model = fit(sessions)
        self.curve = learn_curve(sessions)

    @classmethod
    def of(cls, model: DemandModel, curve: CurveEstimate | None) -> "PastSessions":
        """As they were fitted before."""
        past = cls.__new__(cls)
        past.model, past.curve = model, curve
        return past


def prepare(history: Any) -> PastSessions:
    """What `forecast_session` takes in place of `history`, so that a night's forecasts fit the model once."""
    rows = history if isinstance(history, list | tuple) else ()
    return _prepared(tuple(each for each in map(read, rows) if each is not None and each.admissions is not None))


_prepared = lru_cache(maxsize=2)(PastSessions)  # by content, so that plain lists are quick as well


def forecast_session(history: Any, session: Any, advance: Any, config: Any) -> dict[str, Any]:
    """Never raises: what cannot be read is left out, the band is wider, and `reasons` says why."""
    reasons: list[dict[str, str]] = []
    past = history if isinstance(history, PastSessions) else prepare(history)
    model = past.model
    if isinstance(history, list | tuple) and model.sessions < len(history):
        reasons.append(_reason("ROWS_LEFT_OUT", f"{len(history) - model.sessions} past sessions cannot be read."))
    coming = read(session)
    if coming is None:
        reasons.append(_reason("NO_SESSION", "Nothing is known of the session."))
        coming = Session(None, None, (), None, None)
    mean, variance = _expected(model, coming, reasons)
    curve = past.curve or given_curve(config)
    if curve is None:
        text = "No booking curve is known: half of the seats are sold in the last day."
        reasons.append(_reason("DEFAULT_CURVE", text))
        curve = DEFAULT_CURVE
    noise = model.noise
    days_left, sold = _latest(advance)
    if sold is not None and past.curve is None and not is_dated(advance):
        text = f"{sold:.0f} seats are sold; when is not said, so that they are only the least that comes."
        reasons.append(_reason("ADVANCE_SALES", text))
        total, rest, relative, low_end = max(mean, sold), max(mean - sold, 0.0), variance, sold
    elif sold is not None:
        total, rest, relative = _with_advance(mean, variance, noise, curve, days_left, sold)
        reasons.append(_reason("ADVANCE_SALES", f"{sold:.0f} seats are sold {days_left:.1f} days before."))
        low_end = sold
    else:
        total, rest, relative, low_end = mean, mean, variance, 0.0
    found = _band(rest, relative, noise, low_end)
    if coming.capacity is not None:
        if found["p90"] > coming.capacity:
            reasons.append(
                _reason("MAY_SELL_OUT", f"More may want to come than the hall holds ({coming.capacity:.0f}).")
            )
        found = {name: min(value, coming.capacity) for name, value in found.items()}
    return {
        "mean": round(found["mean"], 2),
        "p10": math.floor(found["p10"]),
        "p50": round(found["p50"]),
        "p90": math.ceil(found["p90"]),
        "levels": _levels(relative * (rest / total) ** 2 if total > 0 else relative),
        "curve": curve.points(),
        "reasons": reasons or [_reason("FROM_HISTORY", f"From {model.sessions} past sessions.")],
        "model": {
            "name": MODEL,
            "sessions": model.sessions,
            "noise": round(noise, 3),
            "spread": round(model.spread, 4),
        },
    }


def _reason(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text}


_UNKNOWN_CODES = {"film": "NEW_FILM", "hall": "NEW_HALL", "cinema": "NEW_CINEMA"}


def _expected(model: DemandModel, coming: Session, reasons: list[dict[str, str]]) -> tuple[float, float]:
    """The mean, and the variance of its logarithm (with the scatter of sessions that look alike)."""
    if model.sessions == 0:
        reasons.append(_reason("NO_HISTORY", "There are no past sessions: a typical occupancy, with a wide band."))
        return max(1.0, _TYPICAL_OCCUPANCY * (coming.capacity or 100.0)), _NOTHING_KNOWN
    expectation = model.expect(coming)
    for name in expectation.unknown:
        code = _UNKNOWN_CODES.get(name, "NEW_VALUE")
        reasons.append(_reason(code, f"The {name} of this session has not been seen: the mean of the others."))
    if model.last_day is not None and model.span < 8:
        reasons.append(_reason("FIRST_WEEK", "The history is a week long at most."))
    if model.missing_days:
        reasons.append(_reason("MISSING_DAYS", f"{model.missing_days} of the last four weeks' days have no sessions."))
    if model.sessions < 100 or model.last_day is None:
        reasons.append(_reason("SHORT_HISTORY", f"Only {model.sessions} past sessions are known."))
    if coming.factor("holiday") not in (None, "no"):
        reasons.append(_reason("HOLIDAY", "A holiday: few past days are like it."))
    if coming.day is not None and model.last_day is not None and coming.day - model.last_day > 21:
        reasons.append(_reason("FAR_AHEAD", f"The last known day is {coming.day - model.last_day} days before."))
    variance = expectation.variance + model.spread + 4.0 / (4.0 + model.sessions) + 0.01 * model.missing_days
    return expectation.mean, min(variance, 4.0)


def _latest(advance: Any) -> tuple[float, float | None]:
    if isinstance(advance, Mapping) and "days_left" not in advance:
        inner = next((advance[name] for name in ("bookings", "rows", "history") if name in advance), None)
        advance = inner if inner is not None else advance
    if found := read_bookings(advance):
        return found[-1]
    return 0.0, None


def _with_advance(
    mean: float, variance: float, noise: float, curve: CurveEstimate, days_left: float, sold: float
) -> tuple[float, float, float]:
    """The expected total, the part still to come, and the relative variance of that: a gamma-Poisson update.

    The demand of the session is gamma with shape 1 / variance; what is sold is Poisson (scaled by `noise`) with the
    share of the curve that is past. How far the curve itself may be off counts as more noise.
    """
    to_come = max(0.0, min(1.0, curve.curve.to_come(days_left) / max(curve.curve.shares[-1], 1e-9)))
    past = 1 - to_come
    shape = 1 / max(variance, 1e-3)
    counted = noise + curve.variance * to_come * past * mean
    factor = (shape + sold / counted) / (shape + past * mean / counted)
    rest = mean * factor * to_come
    return sold + rest, rest, 1 / (shape + sold / counted)


def _band(mean: float, variance: float, noise: float, offset: float) -> dict[str, float]:
    """Mean and quantiles of `offset` plus a gamma of this mean: the demand's variance, and the scatter of counts."""
    mean = max(mean, 1e-6)
    relative = variance + noise / mean
    found = {"mean": offset + mean}
    for name, normal in (("p10", -1.2816), ("p50", 0.0), ("p90", 1.2816)):
        found[name] = offset + mean * gamma_quantile(relative, normal)
    return found


def gamma_quantile(variance: float, normal: float) -> float:
    """Of a gamma variable with mean 1, by Wilson and Hilferty; `normal` is the quantile of a normal variable.

    Where they do not hold (a variance over 1), by the exact behaviour near zero: an exponential variable's quantile, to
    the power that the shape asks for.
    """
    part = variance / 9
    found = max(0.0, 1 - part + normal * math.sqrt(part)) ** 3
    if variance <= 1 or normal > 0:
        return float(found)
    probability = 0.5 * (1 + math.erf(normal / math.sqrt(2)))
    shape = 1 / variance
    return float(min((probability * math.gamma(shape + 1)) ** (1 / shape) / shape, max(found, 0.0) or 1.0))


def _levels(variance: float) -> list[list[float]]:
    """Multiples of the mean with probabilities: the demand that is not known, without the scatter of counts."""
    multiples = [gamma_quantile(min(max(variance, 0.005), 2.0), normal) for normal in _NORMAL]
    mean = sum(share * multiple for share, multiple in zip(_SHARES, multiples, strict=True))
    return [[round(multiple / mean, 4), share] for multiple, share in zip(multiples, _SHARES, strict=True)]
