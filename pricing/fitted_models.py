"""A fitted model as JSON, so that planned sessions are forecast without fitting it anew: `to_json`, `from_json`."""

from dataclasses import asdict
from typing import Any

from pricing.booking_curves import BookingCurve
from pricing.demand_model import Decay, DemandModel, Effect, Kind
from pricing.forecasts import PastSessions
from pricing.learned_curves import CurveEstimate

_PLAIN = ("base", "noise", "spread", "sessions", "last_day", "week_effect", "span", "missing_days")


def to_json(past: PastSessions) -> dict[str, Any]:
    model, curve = past.model, past.curve
    return {
        **{name: getattr(model, name) for name in _PLAIN},
        "kinds": [
            {
                "name": kind.name,
                "variance": kind.variance,
                "effects": {level: [each.factor, each.seen, each.variance] for level, each in kind.effects.items()},
            }
            for kind in model.kinds
        ],
        "first_days": [list(pair) for pair in model.first_days],
        "decays": {film: asdict(decay) for film, decay in model.decays.items()},
        "known": sorted(list(pair) for pair in model.known),
        "curve": None
        if curve is None
        else {
            "points": [list(pair) for pair in zip(curve.curve.days, curve.curve.shares, strict=True)],
            "variance": curve.variance,
        },
    }


def from_json(value: dict[str, Any]) -> PastSessions:
    """What `forecast_session` takes in place of a history. The value must be one that `to_json` made."""
    curve = value["curve"]
    return PastSessions.of(
        DemandModel(
            **{name: value[name] for name in _PLAIN},
            kinds=tuple(
                Kind(
                    kind["name"],
                    {level: Effect(*numbers) for level, numbers in kind["effects"].items()},
                    kind["variance"],
                )
                for kind in value["kinds"]
            ),
            first_days=tuple((film, day) for film, day in value["first_days"]),
            decays={film: Decay(**numbers) for film, numbers in value["decays"].items()},
            known=frozenset((name, level) for name, level in value["known"]),
        ),
        None if curve is None else CurveEstimate(BookingCurve(curve["points"]), curve["variance"]),
    )
