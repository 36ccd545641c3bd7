"""A forecast learns from past sessions, says how sure it is and why, and never fails."""

import copy
import json
import math
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pricing.forecasts import forecast_session, gamma_quantile, prepare
from pricing.quotes import price_quote
from tests.bench.steering_prices import poisson

ROOT = Path(__file__).parents[2]
FRIDAY = date(2026, 10, 2)
CURVE = ((14, 0.0), (7, 0.1), (2, 0.4), (1, 0.6), (0, 1.0))  # days left, share sold by then


def usual(day: date, hall: str, hour: int, film: str) -> float:
    """The true mean of a small cinema: weekends are twice, evenings three times, the large hall twice as full."""
    mean = 10.0 * (2 if day.weekday() >= 5 else 1) * (3 if hour == 19 else 1) * (2 if hall == "A" else 1)
    return mean * {"Hit": 1.5, "Flop": 0.5}.get(film, 1.0)


def past(days: int = 56, *, seed: int = 1) -> list[dict[str, Any]]:
    rng, rows = random.Random(seed), []
    for number in range(days):
        day = FRIDAY - timedelta(days=days - number)
        for hall in "AB":
            for hour in (11, 15, 19):
                film = rng.choice(["Hit", "Flop", "Other"])
                came = poisson(usual(day, hall, hour, film), rng)
                rows.append(
                    {
                        "date": f"{day}T{hour}:00",
                        "cinema": 1,
                        "hall": hall,
                        "film": film,
                        "capacity": 300,
                        "holiday": False,
                        "admissions": came,
                        "bookings": [[days_left, round(share * came)] for days_left, share in CURVE],
                    }
                )
    return rows


HISTORY = past()
EVENING: dict[str, Any] = {
    "date": "2026-10-10T19:00",
    "cinema": 1,
    "hall": "A",
    "film": "Hit",
    "capacity": 300,
    "holiday": False,
}
EXPECTED = usual(date(2026, 10, 10), "A", 19, "Hit")


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in found["reasons"]}


def width(found: dict[str, Any]) -> float:
    return (found["p90"] - found["p10"]) / found["mean"]


# --- What it learns


def test_a_forecast_has_exactly_the_documented_members() -> None:
    found = forecast_session(HISTORY, EVENING, None, {})

    assert list(found) == ["mean", "p10", "p50", "p90", "levels", "curve", "reasons", "model"]
    assert codes(found) == {"FROM_HISTORY"}


def test_a_session_is_forecast_from_its_weekday_time_hall_and_film() -> None:
    tuesday = EVENING | {"date": "2026-10-06T11:00", "hall": "B", "film": "Flop"}

    assert forecast_session(HISTORY, EVENING, None, {})["mean"] == pytest.approx(EXPECTED, rel=0.15)
    assert forecast_session(HISTORY, tuesday, None, {})["mean"] == pytest.approx(5, rel=0.25)


def test_a_film_loses_its_public_week_by_week() -> None:
    rows = [
        {"date": str(FRIDAY - timedelta(days=number)), "film": f"F{film}", "film_week": 5 - number // 7 - film,
         "admissions": 400 >> (5 - number // 7 - film)}
        for number in range(28)
        for film in range(3)
        if 5 - number // 7 - film >= 1
    ]  # fmt: skip
    found = [
        forecast_session(rows, {"date": "2026-10-09", "film": f"F{film}", "film_week": week}, None, {})["mean"]
        for film, week in ((2, 4), (1, 5), (0, 6))
    ]

    assert (found == sorted(found, reverse=True), found[0] < 60) == (True, True)


def test_a_film_that_fills_mornings_and_not_evenings_is_expected_to_fill_afternoons() -> None:
    morning, evening = {"Hit": 3.0}, {"Hit": 0.4}
    seen = [row | {"daypart": None} for row in HISTORY if row["film"] != "Hit" or "T15" not in row["date"]]
    for row in seen:
        row["admissions"] *= (evening if "T19" in row["date"] else morning).get(row["film"], 1.0)
    found = [
        forecast_session(seen, EVENING | {"date": "2026-10-06T15:00", "film": film}, None, {})["mean"]
        for film in ("Hit", "Other")
    ]

    assert found[0] > 2.5 * found[1]


def test_how_much_films_differ_by_cinema_is_not_underrated() -> None:
    """What a film's cinemas have in common is the film's own effect: of three differences, two are left."""
    rng, rows = random.Random(7), []
    for film in range(30):
        popular = rng.gauss(0, 0.5)
        for cinema in range(3):
            mean = 40 * math.exp(popular + rng.gauss(0, 0.3))
            rows += [
                {"film": film, "cinema": cinema, "date": number, "admissions": poisson(mean, rng)}
                for number in range(6)
            ]

    found = {kind.name: kind.variance for kind in prepare(rows).model.kinds}

    assert 0.07 < found["film & cinema"] < 0.12  # 0.3 ** 2 is 0.09


def test_any_other_member_that_matters_counts() -> None:
    rng = random.Random(4)
    rows = [row | {"weather": rng.choice(["rain", "sun"])} for row in HISTORY]
    rows = [row | {"admissions": row["admissions"] * (3 if row["weather"] == "rain" else 1)} for row in rows]
    rain, sun = (
        forecast_session(rows, EVENING | {"weather": each, "capacity": None}, None, {})["mean"]
        for each in ("rain", "sun")
    )

    assert rain / sun == pytest.approx(3, rel=0.15)


def test_more_than_the_hall_holds_cannot_come() -> None:
    found = forecast_session(HISTORY, EVENING | {"capacity": 50}, None, {})

    assert (found["mean"], found["p90"], "MAY_SELL_OUT" in codes(found)) == (50, 50, True)


def test_eight_of_ten_sessions_are_between_p10_and_p90() -> None:
    prepared, coming = prepare(HISTORY), past(7, seed=2)
    rng, inside, total = random.Random(5), 0, 0
    for row in coming:
        session = {name: value for name, value in row.items() if name not in ("admissions", "bookings")}
        session["date"] = str(date.fromisoformat(row["date"][:10]) + timedelta(days=7)) + row["date"][10:]
        found = forecast_session(prepared, session, None, {})
        for _try in range(20):
            came = poisson(
                usual(date.fromisoformat(session["date"][:10]), row["hall"], int(row["date"][11:13]), row["film"]), rng
            )
            inside += found["p10"] <= came <= found["p90"]
            total += 1

    assert 0.75 < inside / total < 0.97


# --- Advance sales


def test_twice_the_usual_advance_sales_raise_the_forecast_and_none_lower_it() -> None:
    usual_sales = EXPECTED * 0.4
    none, same, twice = (
        forecast_session(HISTORY, EVENING, {"days_left": 2, "sold": sold}, {})
        for sold in (0, usual_sales, 2 * usual_sales)
    )

    assert none["mean"] < same["mean"] < twice["mean"]
    assert same["mean"] == pytest.approx(EXPECTED, rel=0.15)
    assert width(same) < width(forecast_session(HISTORY, EVENING, None, {}))


def test_numbers_alone_are_compared_with_those_of_past_sessions() -> None:
    alone = [row | {"bookings": dict(row["bookings"])[2]} for row in HISTORY]
    dated = [row | {"bookings": [[2, dict(row["bookings"])[2]]]} for row in HISTORY]
    bare = [{name: value for name, value in row.items() if name != "bookings"} for row in HISTORY]

    found = forecast_session(alone, EVENING, 40, {})["mean"]

    assert found == pytest.approx(forecast_session(dated, EVENING, {"days_left": 2, "sold": 40}, {})["mean"], rel=0.02)
    assert forecast_session(bare, EVENING, 40, {})["mean"] == forecast_session(bare, EVENING, None, {})["mean"]


def test_what_is_sold_already_is_the_least_that_comes() -> None:
    found = forecast_session(HISTORY, EVENING, [[2, 100], [0.1, 250]], {})

    assert (found["p10"] >= 250, found["mean"] >= 250) == (True, True)


def test_demand_that_a_full_hall_turned_away_is_counted() -> None:
    """In the evening, when up to 180 want to come, the halls have 45 seats."""
    small = [
        row | {"capacity": 45, "admissions": min(row["admissions"], 45)} if "T19" in row["date"] else row
        for row in HISTORY
    ]

    found = forecast_session(small, EVENING | {"capacity": 300}, None, {})
    taken_as_demand = forecast_session([row | {"capacity": 300} for row in small], EVENING, None, {})

    assert taken_as_demand["mean"] < 70 < 120 < found["mean"] < 180
    assert forecast_session(small, EVENING | {"capacity": 45}, None, {})["mean"] == 45


def test_sold_out_sessions_do_not_tell_when_people_book() -> None:
    full = [row | {"capacity": row["admissions"], "bookings": [[7, row["admissions"]]]} for row in HISTORY[::2]]
    known = HISTORY[1::2]

    mixed = forecast_session([*known, *full], EVENING, None, {})["curve"]
    all_full = forecast_session([row | {"capacity": row["admissions"]} for row in HISTORY], EVENING, None, {})["curve"]

    assert mixed == forecast_session(known, EVENING, None, {})["curve"]
    assert all_full == forecast_session(HISTORY, EVENING, None, {})["curve"]  # better than a usual one


def test_the_curve_is_learned_from_past_bookings_or_taken_from_the_configuration() -> None:
    bare = [{name: value for name, value in row.items() if name != "bookings"} for row in HISTORY]
    given = [[0, 0.0], [5, 0.5], [20, 1.0]]
    learned = dict(map(tuple, forecast_session(HISTORY, EVENING, None, {"curve": given})["curve"]))

    assert [learned[days] for days in (1, 2, 7)] == pytest.approx([0.4, 0.6, 0.9], abs=0.02)
    assert forecast_session(bare, EVENING, None, {"curve": given})["curve"] == given
    assert "DEFAULT_CURVE" in codes(forecast_session(bare, EVENING, None, {"curve": [[5, 2], [0, 1]]}))


# --- What it does not know


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"film": "Never seen"}, "NEW_FILM"),
        ({"hall": "C"}, "NEW_HALL"),
        ({"cinema": 9}, "NEW_CINEMA"),
        ({"holiday": "New Year"}, "HOLIDAY"),
        ({"date": "2027-03-06T19:00"}, "FAR_AHEAD"),
    ],
)
def test_what_is_new_has_a_sane_forecast_with_a_wide_band_and_the_reason(changes: dict[str, Any], code: str) -> None:
    known, new = (forecast_session(HISTORY, EVENING | each, None, {}) for each in ({}, changes))

    assert code in codes(new)
    assert EXPECTED / 4 < new["mean"] < EXPECTED * 3
    assert width(new) > width(known) or code == "FAR_AHEAD"


def test_a_first_week_and_missing_days_are_named_and_widen_the_band() -> None:
    full = forecast_session(HISTORY, EVENING, None, {})
    first = forecast_session(HISTORY[-30:], EVENING, None, {})
    gaps = forecast_session([row for row in HISTORY if row["date"][8:10] not in ("24", "25", "26")], EVENING, None, {})

    assert {"FIRST_WEEK", "SHORT_HISTORY"} <= codes(first)
    assert "MISSING_DAYS" in codes(gaps)
    assert width(full) < min(width(first), width(gaps))


def test_without_any_history_a_fifth_of_the_hall_is_expected_with_a_wide_band() -> None:
    found = forecast_session([], EVENING, None, {})

    assert (found["mean"], "NO_HISTORY" in codes(found), width(found) > 1.5) == (60, True, True)


BAD = [None, True, -1, 1e300, math.inf, math.nan, "", "x" * 200, "NaN", [], {}, [[]], [[1, 2, 3]], [{}], b"1", object()]


def test_nonsense_anywhere_gets_a_sane_forecast_and_never_an_error() -> None:
    good = (HISTORY[-20:], EVENING, {"days_left": 2, "sold": 10}, {"curve": [[0, 0.0], [14, 1.0]]})
    payloads: list[list[Any]] = []
    for bad in BAD:
        payloads += [[bad if place == number else each for place, each in enumerate(good)] for number in range(4)]
        payloads += [[good[0], EVENING | {name: bad}, good[2], good[3]] for name in EVENING]
        payloads += [[[*good[0], bad, HISTORY[0] | {name: bad}], *good[1:]] for name in HISTORY[0]]
        payloads += [[good[0], EVENING, advance, good[3]] for advance in ([bad], {"days_left": bad}, {"sold": bad})]
        payloads += [
            [good[0], EVENING, {"days_left": bad, "sold": bad}, {"curve": bad}],
            [good[0], EVENING, None, {"curve": [bad]}],
        ]
    for arguments in payloads:
        found = forecast_session(*arguments)
        assert 0 <= found["p10"] <= found["p50"] <= found["p90"] < 1e8
        assert math.isfinite(found["mean"])
        assert found["reasons"]
        assert json.dumps(found, allow_nan=False)


# --- Its laws


def test_the_same_input_has_the_same_output_and_stays_as_it_was() -> None:
    history, session = copy.deepcopy(HISTORY), dict(EVENING)
    first = forecast_session(history, session, {"days_left": 2, "sold": 30}, {})
    forecast_session(past(seed=9), session, None, {})

    assert first == forecast_session(history, session, {"days_left": 2, "sold": 30}, {})
    assert first == forecast_session(prepare(history), session, {"days_left": 2, "sold": 30}, {})
    assert (history, session) == (HISTORY, EVENING)


def test_levels_and_curve_are_what_a_quote_takes() -> None:
    found = forecast_session(HISTORY, EVENING, None, {})
    q = {
        "base_price": "10.00",
        "bounds": {"min_multiplier": 0.6, "max_multiplier": 1.8},
        "capacity": 100,
        "sold": 0,
        "days_left": 14.0,
        "history": [],
        "forecast": {"expected_at_base": found["mean"], "levels": found["levels"], "curve": found["curve"]},
        "demand": {"kind": "logit", "location": 12.5, "scale": 2.5, "base": 10.0, "shift": []},
        "config": {"step": "0.50", "max_change_per_day": None, "enabled": True},
    }

    assert sum(share for _multiple, share in found["levels"]) == pytest.approx(1)
    assert sum(multiple * share for multiple, share in found["levels"]) == pytest.approx(1, abs=0.001)
    assert [reason["code"] for reason in price_quote(q)["reasons"]] == [
        "DEMAND_FORECAST",
        "PARTY_ASSUMED",
        "SEATS_SCARCE",
    ]


@pytest.mark.parametrize(("variance", "median"), [(0.01, 0.9967), (0.5, 0.8392), (1.0, 0.6931), (2.0, 0.4549)])
def test_medians_of_a_gamma_variable_are_close(variance: float, median: float) -> None:
    assert gamma_quantile(variance, 0.0) == pytest.approx(median, abs=0.07)


def test_the_module_is_imported_without_django_or_settings() -> None:
    code = "import sys, pricing.forecasts; sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment).returncode == 0
