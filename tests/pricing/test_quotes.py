"""The laws of a price: on the step grid, within its limits, explained, the same for the same input, never an error."""

import copy
import json
import math
import os
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.quotes import CannotReplay, price_quote, replay

ROOT = Path(__file__).parents[2]
MANY = 3000 if os.environ.get("EXHAUSTIVE") else 300

USABLE: dict[str, Any] = {
    "base_price": "10.00",
    "bounds": {"min_multiplier": 0.6, "max_multiplier": 1.8},
    "capacity": 150,
    "sold": 90,
    "held": 2,
    "days_left": 2.5,
    "history": [],
    "forecast": {
        "expected_at_base": 120.0,
        "levels": [[0.5, 0.2], [1.0, 0.5], [2.0, 0.3]],
        "curve": [[0, 0.0], [1, 0.4], [3, 0.7], [14, 1.0]],
        "party_mean": 2.0,
    },
    "demand": {"kind": "logit", "location": 12.5, "scale": 2.5, "base": 10.0, "shift": []},
    "config": {
        "step": "0.50",
        "max_change_per_day": None,
        "never_decrease": False,
        "max_moves_per_day": None,
        "enabled": True,
        "version": "1",
    },
}


def payload(**changes: Any) -> dict[str, Any]:
    """A usable payload; `config__step="0.10"` changes a member of a member."""
    found = copy.deepcopy(USABLE)
    for name, value in changes.items():
        *within, last = name.split("__")
        target = found
        for each in within:
            target = target[each]
        target[last] = value
    return found


def price(q: Any) -> Decimal:
    return Decimal(price_quote(q)["price"])


def codes(q: Any) -> list[str]:
    return [reason["code"] for reason in price_quote(q)["reasons"]]


def periods(prices: str, orders: str, *, since: float = 5.0, length: float = 0.25) -> list[dict[str, Any]]:
    rows = zip(prices.split(), orders.split(), strict=True)
    return [
        {"days_left": since - number * length, "price": each, "orders": int(count)}
        for number, (each, count) in enumerate(rows)
    ]


def random_payload(rng: random.Random) -> dict[str, Any]:
    """What a cinema may really ask, over all kinds of halls, demand, limits and histories that keep to the limits."""
    base = Decimal(rng.choice(["10.00", "350.00", "7.50", "499", "12.90"]))
    step = Decimal(rng.choice(["0.10", "0.50", "1", "0.05"]))
    change = rng.choice([None, 0.1, 0.2, 0.5])
    days_left, capacity = rng.uniform(0, 20), rng.choice([1, 20, 150, 600, 5000])
    width = rng.choice([1 / 96, 1 / 24, 0.25, 1.0])
    rows = [
        {
            "days_left": days_left + width * number,
            "price": str(base + step * rng.randint(-1, 1)),
            "orders": rng.choice([0, 0, 1, 5]),
        }
        for number in range(rng.choice([0, 1, 5, 40]), 0, -1)
    ]
    levels = [[rng.uniform(0, 4), rng.random() + 0.01] for _level in range(rng.randint(1, 9))] + [[1.0, 0.1]]
    return payload(
        base_price=str(base),
        bounds={"min_multiplier": rng.uniform(0.3, 0.95), "max_multiplier": rng.uniform(1.05, 3)},
        capacity=capacity,
        sold=rng.randint(0, capacity),
        held=rng.choice([0, 1]),
        days_left=days_left,
        history=rows,
        forecast__expected_at_base=rng.choice([0.01, 5.0, 100.0, 5000.0]),
        forecast__levels=levels,
        demand={
            "kind": rng.choice(["logit", "exp"]),
            "location": float(base) * rng.uniform(0.5, 2),
            "scale": float(base) * rng.uniform(0.05, 2),
            "base": float(base),
            "shift": rng.choice([[], [[0, float(base) * 0.3], [7, 0.0]]]),
        },
        config__step=str(step),
        config__max_change_per_day=change,
        config__never_decrease=rng.random() < 0.2,
        config__max_moves_per_day=rng.choice([None, None, 0, 1, 3]),
    )


# --- The price


def test_a_quote_has_exactly_the_documented_members() -> None:
    assert list(price_quote(payload())) == [
        *("price", "multiplier", "reasons", "clamped_by", "inputs_hash", "policy", "valid_until")
    ]


def test_a_session_that_will_not_fill_costs_what_earns_most_from_those_who_come() -> None:
    quiet = payload(forecast__expected_at_base=20.0, config__step="0.01", demand__location=11.0)
    grid = [Decimal(cents) / 100 for cents in range(600, 1801)]
    best = max(grid, key=lambda each: float(each) / (1 + math.exp((float(each) - 11) / 2.5)))

    assert (price(quiet), codes(quiet)) == (best, ["DEMAND_FORECAST", "SEATS_LEFT_OVER"])


def test_the_list_price_stays_where_another_earns_as_good_as_the_same() -> None:
    """The best price is 9.82 and earns 0.07 % more."""
    assert price(payload(forecast__expected_at_base=20.0, config__step="0.01")) == Decimal(10)


def test_a_session_in_demand_costs_what_just_fills_it() -> None:
    """With much demand that is known: 150 of 300 at the base price is half of its orders."""
    certain = payload(sold=0, held=0, days_left=14.0, forecast__expected_at_base=30_000.0, capacity=15_000)
    certain |= {"config": certain["config"] | {"step": "0.01"}}
    certain["forecast"] |= {"levels": [[1.0, 1.0]], "party_mean": 1.0}
    half = math.log(1 / (0.5 / (1 + math.exp(-1))) - 1) * 2.5 + 12.5

    assert float(price(certain)) == pytest.approx(half, abs=0.15)


def test_many_orders_raise_the_price_and_none_lower_it() -> None:
    prices = "10.00 10.00 10.00 10.00"
    busy, empty = (payload(history=periods(prices, orders, since=3.5)) for orders in ("2 3 2 3", "0 0 0 0"))

    assert price(empty) < price(payload()) < price(busy)


def test_periods_without_orders_count_by_their_length() -> None:
    short, long = (payload(history=periods("10.00 10.00", "0 0", since=2.6 + each, length=each)) for each in (0.05, 2))

    assert price(long) < price(short)


def test_orders_from_before_the_sale_tell_nothing_of_its_demand() -> None:
    before = periods("10.00 10.00", "30 30", since=30.0, length=5)

    assert price(payload(days_left=14.0, history=before)) == price(payload(days_left=14.0))


def test_a_row_named_by_its_end_counts_for_the_time_before_it() -> None:
    by_start = periods("10.00 10.00 10.00", "2 3 1", since=3.25)
    by_end = [row | {"days_left": row["days_left"] - 0.25} for row in by_start]

    assert price(payload(history=by_end, config__step="0.01")) == price(payload(history=by_start, config__step="0.01"))


def test_units_of_demand_may_be_money_or_multiples_of_the_base_price() -> None:
    multiples = {"kind": "logit", "location": 1.25, "scale": 0.25, "base": 1.0, "shift": []}

    assert price(payload(demand=multiples)) == price(payload())


def test_late_buyers_who_pay_more_are_waited_for() -> None:
    waiting = payload(demand__shift=[[0, 4.0], [1, 4.0], [2, 0.0]], forecast__expected_at_base=200.0)

    assert price(waiting) > price(payload(forecast__expected_at_base=200.0))


# --- Its laws


def test_prices_are_on_the_step_grid_within_bounds_and_near_every_price_of_the_last_day() -> None:
    rng, priced = random.Random(16), 0
    for _number in range(MANY):
        q = random_payload(rng)
        found = price_quote(q)
        base, charged = Decimal(q["base_price"]), Decimal(found["price"])
        if found["reasons"][0]["code"] == "NO_PRICE_ALLOWED":
            assert charged == base
            continue
        priced += 1
        assert charged % Decimal(q["config"]["step"]) == 0
        bounds = q["bounds"]
        assert base * Decimal(str(bounds["min_multiplier"])) <= charged <= base * Decimal(str(bounds["max_multiplier"]))
        recent = [Decimal(row["price"]) for row in q["history"] if row["days_left"] <= q["days_left"] + 1]
        change = q["config"]["max_change_per_day"]
        if change is not None:
            assert all(abs(charged - each) <= Decimal(str(change)) * base for each in recent or [base])
        last = Decimal(q["history"][-1]["price"]) if q["history"] else base
        if q["config"]["never_decrease"]:
            assert charged >= last
        if q["config"]["max_moves_per_day"] == 0:
            assert charged == last
    assert priced > MANY * 0.8


def test_the_first_price_is_near_the_base_price() -> None:
    q = payload(config__max_change_per_day=0.1, forecast__expected_at_base=2000.0)

    assert (price_quote(q)["price"], price_quote(q)["clamped_by"]) == ("11.00", ["max_change_per_day"])


def test_the_base_price_counts_until_a_whole_day_has_been_priced() -> None:
    first = [{"days_left": 3.0, "price": "11.00", "orders": 0}]
    q = payload(history=first, config__max_change_per_day=0.1, forecast__expected_at_base=2000.0)

    assert [price(q | {"days_left": days}) for days in (2.9, 2.01, 1.99)] == [Decimal(each) for each in (11, 11, 12)]


def test_price_never_falls_as_seats_sell() -> None:
    rng = random.Random(17)
    for _number in range(MANY // 10):
        q = random_payload(rng) | {"history": [], "capacity": 60, "held": 0}
        q["demand"]["shift"] = []
        prices = [price(q | {"sold": sold}) for sold in range(0, 61, 4)]
        assert prices == sorted(prices)
    rising = [price(payload(sold=sold, held=0)) for sold in range(151)]
    assert (rising == sorted(rising), len(set(rising)) > 3) == (True, True)


def test_the_same_input_has_the_same_output_whatever_the_order_of_its_keys() -> None:
    rng = random.Random(18)
    for _number in range(MANY // 10):
        q = random_payload(rng)
        turned = json.loads(json.dumps({name: q[name] for name in reversed(list(q))}))
        before = copy.deepcopy(q)
        assert price_quote(q) == price_quote(turned) == price_quote(q)
        assert q == before


def test_a_changed_input_has_another_hash() -> None:
    changed = [payload(sold=91), payload(days_left=2.6), payload(history=periods("10.00", "1")), payload(base_price=1)]

    assert len({price_quote(each)["inputs_hash"] for each in [payload(), *changed]}) == 5


# --- What cannot be priced


def test_disabled_is_the_base_price() -> None:
    q = payload(config__enabled=False, forecast__expected_at_base=2000.0, history=periods("14.00", "9"))

    assert (price_quote(q)["price"], codes(q)) == ("10.00", ["DISABLED"])


@pytest.mark.parametrize(
    "member",
    [
        *("bounds", "capacity", "sold", "days_left", "history", "forecast", "demand", "config"),
        *("bounds__min_multiplier", "bounds__max_multiplier", "config__step", "config__enabled", "demand__kind"),
        *("demand__scale", "demand__location", "forecast__expected_at_base", "forecast__levels", "forecast__curve"),
    ],
)
def test_what_is_missing_leaves_the_base_price(member: str) -> None:
    assert (price(payload(**{member: None})), codes(payload(**{member: None}))) == (Decimal(10), ["MISSING_DATA"])


def test_without_a_base_price_there_is_no_price() -> None:
    payloads: list[Any] = [payload(base_price=None), payload(base_price="-1"), {}, None, [], "10.00"]
    found = [price_quote(q) for q in payloads]

    assert [each["price"] for each in found] == [None] * 6
    assert all(each["reasons"] for each in found)


BAD = [
    *(None, True, -1, -0.5, 1e300, math.inf, -math.inf, math.nan, 10**400, "", "NaN", "-inf", "ten", "1" * 500, "٣"),
    *([], {}, [[]], [[1]], [[1, 2, 3]], [[None, None]], [["a", "b"]], [[math.nan, 1]], [[5, 0.1], [1, 0.9]], [[0, 0]]),
    *([{}], [{"days_left": 9}], [None], [{"days_left": -1, "price": "x", "orders": -3}], b"10", object(), {"kind": 1}),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    found = []
    for member in members:
        found.append((*path, member))
        if isinstance(value[member], dict | list):
            found += places(value[member], (*path, member))
    return found


def test_nonsense_anywhere_gets_a_lawful_price_and_a_reason_and_never_an_error() -> None:
    usual = payload(history=periods("10.00 10.50", "1 0"))
    for path in places(usual):
        for bad in BAD:
            q = copy.deepcopy(usual)
            target = q
            for member in path[:-1]:
                target = target[member]
            target[path[-1]] = bad
            before = repr(q)
            found = price_quote(q)
            assert (price_quote(q), repr(q)) == (found, before)
            assert all({"code", "text"} == set(reason) for reason in found["reasons"])
            assert found["reasons"]
            assert len(found["inputs_hash"]) == 64
            assert json.dumps(found, allow_nan=False)
            if path != ("base_price",):
                assert Decimal(6) <= Decimal(found["price"]) <= Decimal(18) or "bounds" in path


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sold": 151}, "INCONSISTENT_DATA"),
        ({"forecast__curve": [[0, 0.9], [3, 0.2], [14, 1.0]]}, "INCONSISTENT_DATA"),
        ({"history": [{"days_left": 1.0, "price": "10.00", "orders": 0}]}, "INCONSISTENT_DATA"),
        ({"history": [{"days_left": 3.0, "price": "10.00", "orders": 0.5}]}, "INVALID_DATA"),
        ({"bounds": {"min_multiplier": 1.5, "max_multiplier": 0.5}}, "INVALID_DATA"),
        ({"config__step": "0"}, "INVALID_DATA"),
        ({"config__step": "7.00"}, "NO_PRICE_ALLOWED"),
        ({"base_price": "0.00"}, "FREE"),
        ({"forecast__expected_at_base": 0}, "NO_FORECAST"),
    ],
)
def test_what_contradicts_itself_is_named(changes: dict[str, Any], code: str) -> None:
    if code == "NO_PRICE_ALLOWED":
        changes = changes | {"config__max_change_per_day": 0.2}
    q = payload(**changes)

    assert (price(q), codes(q)) == (Decimal(q["base_price"]), [code])


def test_a_time_that_is_no_number_is_found_in_the_middle_of_a_history() -> None:
    rows = periods("10.00 10.00 10.00", "0 0 0")
    rows[1]["days_left"] = math.nan

    assert codes(payload(history=rows)) == ["INVALID_DATA"]


def test_a_sold_out_session_says_so() -> None:
    assert codes(payload(sold=150, held=0))[0] == "SOLD_OUT"


# --- Stored quotes


def audit_row(q: dict[str, Any]) -> dict[str, Any]:
    found = price_quote(q)
    row = {"inputs": q, "inputs_hash": found["inputs_hash"], "output": found, "policy": found["policy"], "actor": None}
    stored: dict[str, Any] = json.loads(json.dumps(row))
    return stored


def test_a_stored_quote_gives_the_same_price_again() -> None:
    rng = random.Random(19)
    rows = [audit_row(random_payload(rng)) for _number in range(MANY // 10)]

    assert [replay(row) for row in rows] == [row["output"]["price"] for row in rows]


def test_a_quote_of_an_earlier_policy_gives_the_price_that_was_charged_then() -> None:
    q = payload(forecast__expected_at_base=60.0, config__step="0.10", sold=10)
    row = audit_row(q) | {"policy": "fluid-bayes-1"}

    assert (replay(row), price_quote(q)["price"]) == ("9.80", "10.00")


@pytest.mark.parametrize("change", [{"inputs": payload(sold=91)}, {"policy": "older"}, {"inputs_hash": "0" * 64}])
def test_a_row_that_was_altered_or_of_an_unknown_policy_is_not_replayed(change: dict[str, Any]) -> None:
    with pytest.raises(CannotReplay):
        replay(audit_row(payload()) | change)


@pytest.mark.parametrize("row", [None, [], "row", 7, {"inputs": None, "policy": 2}])
def test_what_is_no_stored_quote_is_not_replayed_and_says_so(row: Any) -> None:
    with pytest.raises(CannotReplay):
        replay(row)


def test_the_module_is_imported_without_django_or_settings() -> None:
    code = "import sys, pricing.quotes; sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment).returncode == 0
