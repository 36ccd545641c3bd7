"""Lines of advice: where sessions fit, what each line is worth, and that the choice is the best possible."""

import random
from itertools import combinations
from typing import Any

import pytest

from pricing import programme_advice
from pricing.programme_advice import advise, open_places

DAYS = [{"opens": 600, "closes": 1320}]
HALLS = [{"id": 1, "cleaning": 15}, {"id": 2, "cleaning": 15}]


def showing(key: str, film: int, hall: int, start: int, **facts: Any) -> dict[str, Any]:
    usual = {"day": 0, "format": "2D", "end": start + 135, "movable": True, "admissions": 10.0, "takings": 100.0}
    return {"id": key, "film": film, "hall": hall, "start": start} | usual | facts


def a_week(sessions: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    versions = [{"film": film, "format": "2D", "minutes": 120} for film in (1, 2, 3)]
    return {"days": DAYS, "halls": HALLS, "versions": versions, "sessions": sessions} | facts


def valued(week: dict[str, Any], worth: dict[tuple[int, int], float]) -> list[dict[str, Any]]:
    """The open places, with takings by film and hall; ten times the admissions."""
    return [
        place | {"takings": worth.get((place["film"], place["hall"]), 0.0),
                 "admissions": worth.get((place["film"], place["hall"]), 0.0) / 10}
        for place in open_places(week)
    ]  # fmt: skip


def test_places_keep_the_hours_and_the_other_sessions() -> None:
    week = a_week([showing("a", 1, 1, 700), showing("b", 2, 1, 1000, movable=False)])

    places = open_places(week)

    in_first = [place for place in places if place["hall"] == 1]
    assert {place["start"] for place in in_first if place["instead"] is None} == {
        835,
        840,
        1135,
        *range(1140, 1321, 30),
    }
    assert {place["start"] for place in in_first if place["instead"] == "a"} == {600, *range(600, 835, 30), 700}
    for place in in_first:
        for row in week["sessions"]:
            if row["id"] != place["instead"]:
                assert place["start"] >= row["end"] or place["end"] <= row["start"]


def test_a_film_that_fills_halls_is_exchanged_into_the_larger_one() -> None:
    small, large = showing("s", 1, 1, 1140, takings=200.0), showing("l", 2, 2, 1150, takings=100.0)
    week = a_week([small, large], config={"least": 50.0}, versions=[
        {"film": film, "format": "2D", "minutes": 120} for film in (1, 2)
    ], days=[{"opens": 1130, "closes": 1160}])  # fmt: skip

    answer = advise(week, valued(week, {(1, 2): 500.0, (2, 1): 90.0}))

    [line] = answer["lines"]
    assert line["kind"] == "exchange"
    assert {change["session"]: change["place"]["hall"] for change in line["changes"]} == {"s": 2, "l": 1}
    assert (line["takings"], line["admissions"], line["showings"]) == (290.0, 39.0, 0)


def test_sessions_that_may_not_move_stay() -> None:
    week = a_week([showing("a", 1, 1, 700, movable=False, takings=0.0)], config={"showing_cost": 1000.0})

    assert advise(week, valued(week, {}))["lines"] == []


def test_what_costs_more_than_it_takes_is_dropped_but_never_under_the_minimum() -> None:
    sessions = [showing(str(number), 1, 1, 600 + 200 * number, takings=10.0 + number) for number in range(3)]
    week = a_week(sessions, config={"showing_cost": 100.0, "near": 0})
    agreed = week | {"minimums": [{"film": 1, "shows": 3}]}

    assert [line["key"] for line in advise(week, [])["lines"]] == ["drop 0"]  # one line a film and day
    assert advise(agreed, [])["lines"] == []


def test_a_film_under_its_minimum_gets_showings_whatever_they_are_worth() -> None:
    week = a_week(
        [showing("a", 1, 1, 700, movable=False)],
        minimums=[{"film": 3, "shows": 1}],
        config={"showing_cost": 1000.0, "least": 500.0},
    )

    [line] = advise(week, valued(week, {(3, 1): 20.0, (3, 2): 30.0}))["lines"]

    assert line["kind"] == "add"
    assert (line["changes"][0]["place"]["film"], line["changes"][0]["place"]["hall"]) == (3, 2)


def test_a_second_showing_near_the_first_shares_its_public() -> None:
    week = a_week([showing("a", 1, 1, 700, movable=False)], config={"share": 0.5, "near": 150, "least": 1.0})
    near = {"film": 1, "format": "2D", "hall": 2, "day": 0, "end": 900, "instead": None}
    places = [near | {"start": 765, "admissions": 10.0, "takings": 100.0}]

    [line] = advise(week, places)["lines"]

    assert (line["takings"], line["admissions"]) == (50.0, 5.0)


def a_random_week(seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rng = random.Random(seed)
    sessions = []
    for day in range(2):
        for hall in (1, 2):
            start = day * 1440 + 600 + rng.randrange(0, 120, 5)
            for number in range(3):
                sessions.append(
                    showing(f"{day}{hall}{number}", rng.randint(1, 3), hall, start, day=day,
                            movable=rng.random() < 0.7, takings=rng.uniform(0, 300))
                )  # fmt: skip
                start += 135 + rng.choice((0, 20, 150))
    week = a_week(
        sessions,
        days=[{"opens": day * 1440 + 600, "closes": day * 1440 + 1200} for day in range(2)],
        minimums=[{"film": 1, "shows": sum(row["film"] == 1 for row in sessions) - rng.randint(0, 1)}],
        config={"showing_cost": 80.0, "least": 40.0, "most": 3},
    )
    places = [
        place | {"takings": (takings := rng.uniform(0, 300)), "admissions": takings / 10} for place in open_places(week)
    ]
    return week, places


@pytest.mark.parametrize("seed", range(8))
def test_no_choice_of_lines_is_worth_more(seed: int) -> None:
    """Against trying every choice of up to three of the forty best lines."""
    week, places = a_random_week(seed)
    known = programme_advice._Week(week)
    lines = [each for each in programme_advice._lines(known, places) if each.score >= 40]
    lines.sort(key=lambda line: (-line.score, line.key))
    lines = lines[:40]
    best = 0.0
    for count in (1, 2, 3):
        for chosen in combinations(lines, count):
            if any(one.clashes(other) for one, other in combinations(chosen, 2)):
                continue
            if sum(max(line.drops[1], 0) for line in chosen) <= known.slack[1]:
                best = max(best, sum(line.score for line in chosen))

    found, bound, is_exact = programme_advice._best(lines, 3, known.slack)

    assert is_exact
    assert sum(line.score for line in found) == pytest.approx(best, abs=0.01) == pytest.approx(bound, abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_every_line_stands_alone_and_all_together(seed: int) -> None:
    week, places = a_random_week(seed)
    rows = {row["id"]: row for row in week["sessions"]}

    answer = advise(week, places)

    def programme(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        after = dict(rows)
        for line in lines:
            for change in line["changes"]:
                after.pop(change["session"], None)
        for line in lines:
            for number, change in enumerate(line["changes"]):
                if change["place"]:
                    after[f"{line['key']} {number}"] = change["place"]
        return list(after.values())

    for lines in (answer["lines"], *([line] for line in answer["lines"])):
        after = programme(lines)
        for one, other in combinations(after, 2):
            assert one["hall"] != other["hall"] or one["start"] >= other["end"] or one["end"] <= other["start"]
        assert sum(row["film"] == 1 for row in after) >= week["minimums"][0]["shows"]
        assert all(rows[key]["movable"] for line in lines for key in [c["session"] for c in line["changes"]] if key)
    assert len(answer["lines"]) <= 3
    assert answer["score"] <= answer["bound"] + 0.01
    assert advise(week, places) == answer


def test_a_search_that_is_cut_short_still_says_how_far_it_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    week, places = a_random_week(3)
    exact = advise(week, places)
    monkeypatch.setattr(programme_advice, "STEPS", 2)

    cut = advise(week, places)

    assert not cut["is_exact"]
    assert cut["score"] <= exact["score"] <= cut["bound"]


def test_hire_and_what_films_draw_from_one_another_count() -> None:
    week = a_week(
        [showing("a", 1, 1, 700, movable=False, takings=0.0), showing("b", 2, 2, 760, hire=60.0)],
        config={"showing_cost": 50.0, "rivals": 0.2},
    )

    [line] = advise(week, [])["lines"]

    assert (line["key"], line["takings"], line["kept"], line["score"]) == ("drop b", -80.0, -32.0, 18.0)
