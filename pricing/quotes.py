"""The price of a session's seats, by what is known of its demand: `price_quote`. `replay` computes a stored one again.

Pure functions over dicts that are JSON: no clock, database, chance, settings or Django. docs/steering.md explains them.

    price_quote({
        "base_price": "10.00",                        # the list price; money is text
        "bounds": {"min_multiplier": 0.8, "max_multiplier": 1.5},
        "capacity": 150, "sold": 40, "held": 2,       # seats; held: of unpaid orders
        "days_left": 3.5,                             # until the session starts
        "history": [{"days_left": 3.75, "price": "10.50", "orders": 1}],  # each past review period, named by its start
        "forecast": {
            "expected_at_base": 120.0,                # seats sold by the start, if the price were the base price
            "levels": [[0.7, 0.3], [1.0, 0.4], [1.4, 0.3]],  # multiple of it, probability
            "curve": [[0, 0.0], [1, 0.5], [14, 1.0]], # days left, share of the bookings still to come
            "party_mean": 2.1,                        # seats an order
        },
        "demand": {"kind": "logit", "location": 12.5, "scale": 2.5, "base": 10.0, "shift": []},  # units: base's
        "config": {"step": "0.50", "max_change_per_day": 0.2, "never_decrease": False, "max_moves_per_day": None,
                   "enabled": True, "version": "2026-11"},
    })

`max_change_per_day` is a part of the base price. Whatever cannot be priced gets the base price and a reason.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.demand_levels import Hypothesis, hypotheses
from pricing.limits import Limits, limits
from pricing.policies import CURRENT, POLICIES, Policy
from pricing.quote_inputs import QuoteInputs, Unusable, base_price, inputs_hash, is_enabled, read
from pricing.seat_value import SeatValue

POLICY = CURRENT.name
HONOURED_DAYS = 15 / (24 * 60)  # a price that was shown is honoured for a quarter of an hour
_NEGLIGIBLE = 0.02  # of the base price


class CannotReplay(ValueError):
    """The row is not a stored quote, its inputs are not those that were hashed, or its policy is not known here."""


def price_quote(q: Any) -> dict[str, Any]:
    """The price now: `price`, `multiplier`, `reasons`, `clamped_by`, `inputs_hash`, `policy`, `valid_until`.

    `price` is text; None only if the payload has no usable base price. `clamped_by` names the limits that kept the
    price from where it would earn most. `valid_until` is in days before the start. Never raises.
    """
    return _quote(q, CURRENT)


def _quote(q: Any, policy: Policy) -> dict[str, Any]:
    inputs: QuoteInputs | None = None
    base: Decimal | None = None
    try:
        base = base_price(q)
        if not is_enabled(q):
            raise Unusable("DISABLED", "Adaptive prices are off: this is the list price.")
        inputs = read(q)
        found = _adaptive(inputs, policy)
    except Unusable as refusal:
        found = _at_base(base, refusal.code, str(refusal))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a sale goes on, whatever the payload
        found = _at_base(base, "NOT_COMPUTABLE", f"The price could not be computed ({type(error).__name__}).")
    days_left = inputs.days_left if inputs else None
    return found | {
        "inputs_hash": inputs_hash(q, inputs),
        "policy": policy.name,
        "valid_until": None if days_left is None else max(0.0, days_left - HONOURED_DAYS),
    }


def replay(audit_row: Mapping[str, Any]) -> str | None:
    """The price of a stored quote, computed again from its `inputs` by the policy that it was made with.

    Raises CannotReplay if the row is not a stored quote, names a policy that is not in POLICIES, or has another
    `inputs_hash` than its inputs. Both may also stand in the row's `output`; without a policy, the present one counts.
    """
    if not isinstance(audit_row, Mapping):
        raise CannotReplay("this is not a stored quote")
    output = audit_row.get("output")
    output = output if isinstance(output, Mapping) else {}
    named = audit_row.get("policy") or audit_row.get("policy_version") or output.get("policy") or POLICY
    policy = POLICIES.get(named) if isinstance(named, str) else None
    if policy is None:
        raise CannotReplay(f"it was made with the policy {named!r}, and only {', '.join(POLICIES)} are known here")
    found = _quote(audit_row.get("inputs"), policy)
    stored = audit_row.get("inputs_hash") or audit_row.get("hash") or output.get("inputs_hash")
    if stored is not None and stored != found["inputs_hash"]:
        raise CannotReplay("its inputs are not those that were hashed when it was made")
    price: str | None = found["price"]
    return price


def _adaptive(inputs: QuoteInputs, policy: Policy) -> dict[str, Any]:
    if inputs.base == 0:
        raise Unusable("FREE", "The list price is zero.")
    if inputs.expected == 0:
        raise Unusable("NO_FORECAST", "Nobody is expected: there is nothing to compute a price from.")
    allowed = limits(inputs)
    believed = hypotheses(inputs, policy)
    value = SeatValue(inputs, policy)
    cost = value.mean(believed)
    if cost <= _NEGLIGIBLE * float(inputs.base):
        cost = 0.0  # a quiet session is not made dearer for a small chance that it fills
    shift = inputs.willingness.shift(inputs.days_left)
    ideal = inputs.willingness.best_price(cost, shift)
    price = allowed.step * _nearest(inputs, policy, allowed, ideal, cost, shift)
    clamped = _clamped_by(allowed, ideal)
    return {
        "price": _written(price, inputs),
        "multiplier": round(float(price / inputs.base), 6),
        "reasons": [
            *_reasons(inputs, believed, value, cost),
            *({"code": "LIMITED", "text": _LIMITS[by]} for by in clamped),
        ],
        "clamped_by": clamped,
    }


def _nearest(inputs: QuoteInputs, policy: Policy, allowed: Limits, ideal: float, cost: float, shift: float) -> int:
    """How many steps the price has: of the two beside the ideal price, the one that earns more; but those of the list
    price, if that may be charged and earns as good as the same."""
    step = float(allowed.step)
    ideal = min(max(ideal, allowed.lowest * step), allowed.highest * step)
    below = min(max(int(ideal // step), allowed.lowest), allowed.highest)
    above = min(below + 1, allowed.highest)

    def gain(steps: int) -> float:
        return (steps * step - cost) * inputs.willingness.acceptance(steps * step, shift)

    best = above if gain(above) > gain(below) else below
    if policy.not_worth_a_change is None:
        return best
    listed, off_grid = divmod(inputs.base, allowed.step)
    may_stay = off_grid == 0 and allowed.lowest <= listed <= allowed.highest
    return int(listed) if may_stay and gain(int(listed)) >= (1 - policy.not_worth_a_change) * gain(best) else best


_LIMITS = {
    "min_multiplier": "The lowest price that was published.",
    "max_multiplier": "The highest price that was published.",
    "max_change_per_day": "The price moves no further than this within 24 hours.",
    "never_decrease": "The price does not fall.",
    "max_moves_per_day": "The price has moved as often as it may within 24 hours.",
}


def _clamped_by(allowed: Limits, ideal: float) -> list[str]:
    step = float(allowed.step)
    if ideal < (allowed.lowest - 0.5) * step:
        return [allowed.low_because]
    return [allowed.high_because] if ideal > (allowed.highest + 0.5) * step else []


def _reasons(
    inputs: QuoteInputs, believed: Sequence[Hypothesis], value: SeatValue, cost: float
) -> list[dict[str, str]]:
    if value.left == 0:
        return [{"code": "SOLD_OUT", "text": "No seat is left: the price would be the highest that is allowed."}]
    multiple = sum(each.weight * each.expected for each in believed) / inputs.expected
    demand = f"Demand at the list price is put at {multiple:.0%} of the forecast"
    if inputs.history.days:
        orders = sum(inputs.history.orders)
        reasons = [{"code": "DEMAND_LEARNED", "text": f"{demand}, after {orders:.0f} orders."}]
    else:
        reasons = [{"code": "DEMAND_FORECAST", "text": f"{demand}: nothing has been observed yet."}]
    if not inputs.party_is_known:
        reasons.append({"code": "PARTY_ASSUMED", "text": "party_mean is missing: each order is taken as one seat."})
    if cost > 0:
        text = f"Seats may run out: one that is kept for later is worth {cost:.2f} on average."
        return [*reasons, {"code": "SEATS_SCARCE", "text": text}]
    text = "Seats will be left over: the price that earns most from those who come."
    return [*reasons, {"code": "SEATS_LEFT_OVER", "text": text}]


def _written(price: Decimal, inputs: QuoteInputs) -> str:
    """As many decimal places as the base price or the step has."""
    places = max(-int(each.as_tuple().exponent) for each in (inputs.base, inputs.config.step))
    return f"{price:.{max(places, 0)}f}"


def _at_base(base: Decimal | None, code: str, text: str) -> dict[str, Any]:
    return {
        "price": None if base is None else f"{base:f}",
        "multiplier": None if base is None else 1.0,
        "reasons": [{"code": code, "text": text}],
        "clamped_by": [],
    }
