"""Laws of seat choice, on drawn examples and on random halls. `draw` explains the drawings."""

import copy
import json
import math
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from screenings.seating import check_selection, choose_seats
from tests.bench.steering_seats import KINDS, sell
from tests.helpers.seat_rows import (
    blocks,
    by_id,
    can_avoid_singles,
    distance,
    draw,
    fill,
    new_singles,
    runs,
    take,
    windows,
)

ROOT = Path(__file__).resolve().parents[2]
EMPTY = ["oooo_oooooooo_oooo"] * 8


def ask(rows: list[dict[str, Any]], party: Any, **fields: Any) -> dict[str, Any]:
    return choose_seats(
        {"rows": rows, "party": party, "type": "standard", "focal": [9.5, 5.0], "quality_weight": 0.5} | fields
    )


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def random_hall(rng: random.Random) -> list[dict[str, Any]]:
    """Irregular rows with aisles, several types, and some of the seats taken."""
    rows = draw(*("".join(rng.choices("oooooooo_vwcl", k=rng.randint(1, 24))) for _row in range(rng.randint(1, 9))))
    for row in rows:
        if rng.random() < 0.3:  # an aisle that is not marked
            start = rng.randrange(len(row["seats"]))
            for seat in row["seats"][start:]:
                seat["x"] += 2
    fill(rows, rng.choice([0, 0.3, 0.6, 0.9]), rng)
    return rows


def random_request(rng: random.Random, rows: list[dict[str, Any]]) -> dict[str, Any]:
    ids = list(by_id(rows))
    return {
        "rows": rows,
        "party": rng.randint(1, 8),
        "type": rng.choices(["standard", "vip", "wheelchair", "companion", "love"], [8, 1, 1, 1, 1])[0],
        "focal": [rng.uniform(-5, 30), rng.uniform(-5, 12)],
        "quality_weight": rng.random(),
        "forecast_occupancy": rng.choice([None, 0.4, 0.7, 0.98]),
        "party_mix": rng.choice([None, {"1": 0.2, "2": 0.6, "4": 0.2}, [[2, 0.5], [3, 0.5]]]),
        "allow_split": rng.random() < 0.5,
        "exclude": rng.sample(ids, len(ids) // 8) if rng.random() < 0.3 else [],
    }


REQUESTS = 600


@pytest.fixture(scope="module")
def answers() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    rng = random.Random(20261128)
    requests = [random_request(rng, random_hall(rng)) for _number in range(REQUESTS)]
    return [(request, choose_seats(request)) for request in requests]


# --- Laws of `choose_seats`


def test_chosen_seats_are_free_of_the_type_and_as_many_as_people(answers: Any) -> None:
    for q, answer in answers:
        if (chosen := answer["seats"]) is not None:
            seats = by_id(q["rows"])
            assert len(set(chosen)) == len(chosen) == q["party"]
            assert {(seats[each]["state"], seats[each]["type"]) for each in chosen} == {("free", q["type"])}
            assert not set(chosen) & set(q["exclude"])


def test_a_party_is_seated_side_by_side_whenever_a_row_has_room(answers: Any) -> None:
    for q, answer in answers:
        choices = windows(q["rows"], q["party"], q["type"], q["exclude"])
        assert answer["together"] == bool(choices)
        assert not choices or answer["seats"] in choices


def test_no_seat_is_left_alone_if_another_choice_avoids_it(answers: Any) -> None:
    for q, answer in answers:
        if answer["together"] and q["type"] in ("standard", "vip"):
            left = new_singles(q["rows"], answer["seats"])
            assert answer["new_single_gaps"] == left
            assert not left or not can_avoid_singles(q["rows"], q["party"], q["type"], q["exclude"])


def test_a_party_is_only_split_if_that_is_allowed_and_there_is_no_other_way(answers: Any) -> None:
    for q, answer in answers:
        free = sum(map(len, runs(q["rows"], q["type"], q["exclude"])))
        if not answer["together"]:
            assert (answer["seats"] is not None) == (q["allow_split"] and free >= q["party"])


def test_groups_of_a_split_party_are_the_fewest_and_even_or_at_least_two_people_each(answers: Any) -> None:
    for q, answer in answers:
        if answer["seats"] and not answer["together"]:
            sizes = [len(piece) for piece in answer["pieces"]]
            lengths = sorted((len(run) for run in runs(q["rows"], q["type"], q["exclude"])), reverse=True)
            count = len(sizes)
            assert sum(lengths[: count - 1]) < q["party"] <= sum(lengths[:count])
            smallest = min(lengths[count - 1], q["party"] // count)
            assert min(sizes) == smallest or count == 2 <= min(sizes) < smallest


def test_the_same_request_gets_the_same_answer_and_is_not_changed(answers: Any) -> None:
    for q, answer in answers[:100]:
        before = copy.deepcopy(q)
        assert choose_seats(q) == answer
        assert q == before


def test_an_answer_is_plain_json_with_a_reason(answers: Any) -> None:
    for _q, answer in answers:
        assert json.loads(json.dumps(answer)) == answer
        assert answer["reasons"]
        assert all(reason["code"].isupper() and reason["text"][-1] in ".:" for reason in answer["reasons"])


def test_the_functions_work_in_a_bare_interpreter_without_django() -> None:
    program = "import sys, screenings.seating; sys.exit('django' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (0, "")


# --- Where a party sits


def test_wheelchair_and_companion_places_are_chosen_only_on_request() -> None:
    rows = draw("wcwc")

    assert codes(ask(rows, 1)) == ["NO_SEATS_OF_TYPE"]
    assert ask(rows, 1, type="wheelchair")["seats"] in (["A1"], ["A3"])


def test_people_who_expect_a_half_empty_hall_get_the_best_seats() -> None:
    rows = draw(*EMPTY)
    seats = by_id(rows)

    answer = ask(rows, 2, forecast_occupancy=0.4)

    nearest = min(windows(rows, 2, "standard"), key=lambda ids: sum(distance(seats[each], (9.5, 5.0)) for each in ids))
    assert (answer["seats"], codes(answer)) == (nearest, ["QUALITY_FIRST"])


def test_a_session_that_will_fill_keeps_long_runs_whole() -> None:
    rows = draw(*EMPTY)
    take(rows, ["D6", "D7"])

    answer = ask(rows, 4, forecast_occupancy=0.98)

    assert codes(answer) == ["PACKING_FIRST", "FILLS_A_RUN"]
    assert answer["seats"] in [[seat["id"] for seat in run] for run in runs(rows, "standard") if len(run) == 4]


def test_in_a_session_that_will_fill_runs_near_the_middle_are_left_to_those_who_choose_themselves() -> None:
    rows = draw("oooo_xxxxxxxxxxxx_xxxx", "xxxx_xxxxoooooooo_xxxx", "xxxx_xxxxooooxxxx_xxxx")

    assert ask(rows, 2, focal=[11.5, 3.0], forecast_occupancy=0.98)["seats"] in (["A1", "A2"], ["A3", "A4"])
    assert "B10" in ask(rows, 5, focal=[11.5, 3.0], forecast_occupancy=0.98)["seats"]


def test_without_a_forecast_the_weight_decides() -> None:
    rows = draw(*EMPTY)

    assert codes(ask(rows, 2, quality_weight=1)) == ["QUALITY_FIRST"]
    assert codes(ask(rows, 2, quality_weight=0)) == ["PACKING_FIRST"]


def test_a_higher_weight_never_gives_a_worse_view() -> None:
    rng = random.Random(7)
    for _hall in range(40):
        rows = blocks(8, 4, 10, 4)
        fill(rows, rng.random() * 0.7, rng)
        seats = by_id(rows)
        views = []
        for weight in (0, 0.25, 0.5, 0.75, 1):
            if chosen := ask(rows, 2, quality_weight=weight)["seats"]:
                views.append(sum(distance(seats[each], (9.5, 5.0)) for each in chosen))
        assert views[1:] == sorted(views[1:], reverse=True)


def test_a_hall_that_is_fuller_than_its_forecast_is_packed() -> None:
    rows = draw(*["xxxx_xxxxxxxx_xxxx"] * 15, "oooo_oooooooo_xxxx")

    assert "PACKING_FIRST" in codes(ask(rows, 2, forecast_occupancy=0.5))


def test_no_remainder_is_left_that_parties_of_the_known_sizes_cannot_fill() -> None:
    rows = draw("ooooo_oooooo")

    answer = ask(rows, 3, quality_weight=0.75, party_mix={3: 1.0})

    assert answer["seats"] in (["A7", "A8", "A9"], ["A10", "A11", "A12"])


def test_love_seats_are_not_parted() -> None:
    rows = draw("LLllllll")

    assert ask(rows, 2, type="love", focal=[4.5, 1.0])["seats"] == ["A3", "A4"]


def test_a_single_seat_is_left_only_if_it_cannot_be_helped_and_that_is_said() -> None:
    answer = ask(draw("ooo"), 2)

    assert (answer["new_single_gaps"], "SINGLE_SEAT_LEFT" in codes(answer)) == (1, True)


def test_a_seat_beside_a_free_one_of_another_type_is_not_alone() -> None:
    answer = ask(draw("xooovvx"), 2)

    assert answer["new_single_gaps"] == 0
    assert answer["seats"] == ["A2", "A3"]


def test_an_unmarked_aisle_is_crossed_only_if_there_is_no_other_way() -> None:
    rows = draw("ooooo", "oooox")
    for row in rows:
        for seat in row["seats"][3:]:
            seat["x"] += 2

    assert ask(rows, 3, focal=[5.0, 1.0])["seats"] == ["A1", "A2", "A3"]
    take(rows, ["A2", "B2"])
    assert "WIDE_STEP" in codes(ask(rows, 3))


def test_groups_of_a_split_party_sit_near_each_other() -> None:
    rows = draw("ooxxxxxxxxxxxx", "xxxxxxxxxxxxxx", "xxxxxxxxxxoooxx", "xxxxxxxxxxoooxx")

    answer = ask(rows, 6, allow_split=True)

    assert sorted(map(sorted, answer["pieces"])) == [["C11", "C12", "C13"], ["D11", "D12", "D13"]]


def test_a_party_is_split_less_evenly_only_if_fewer_seats_are_left_alone_then() -> None:
    fours, threes = draw("oooo_oooo"), draw("oooo_ooo_ooo")

    assert sorted(map(len, ask(fours, 6, allow_split=True)["pieces"])) == [2, 4]
    assert sorted(map(len, ask(threes, 6, allow_split=True)["pieces"])) == [3, 3]
    assert sorted(map(len, ask(fours, 5, allow_split=True)["pieces"])) == [2, 3]  # not one person apart from four


def test_a_single_person_leaves_the_runs_of_three_to_parties_of_three() -> None:
    rows = draw("ooo_xxxx_oooo", *["xxx_xxxx_oooo"] * 5)
    families = {"1": 0.05, "2": 0.2, "3": 0.25, "4": 0.3, "5": 0.12, "6": 0.08}

    chosen = ask(rows, 1, forecast_occupancy=0.98, party_mix=families)["seats"]

    assert chosen is not None
    assert chosen[0] not in ("A1", "A2", "A3")


def test_long_runs_that_large_parties_will_need_are_no_room_for_parties_of_three() -> None:
    rows = draw(*["oooooooooooo"] * 3, *["oooo_xxx_oooo"] * 7, "xx_oooooo_ooo")

    chosen = ask(rows, 1, forecast_occupancy=0.98)["seats"]

    assert chosen is not None
    assert chosen[0] not in ("K11", "K12", "K13")


# --- Requests that are not as they should be

STRANGE: list[Any] = [
    None,
    "",
    "2",
    -1,
    0,
    1e308,
    -1e308,
    10**400,
    math.nan,
    math.inf,
    [],
    {},
    True,
    2.5,
    [[]],
    {"a": 1},
]


@pytest.mark.parametrize("field", ["rows", "party", "type", "focal", "quality_weight", "forecast_occupancy",
                                   "party_mix", "allow_split", "exclude"])  # fmt: skip
def test_no_value_of_a_field_raises_and_every_answer_has_a_reason(field: str) -> None:
    for value in STRANGE:
        q = {"rows": draw(*EMPTY), "party": 2, "type": "standard", "focal": [9.5, 5.0], "quality_weight": 0.5}
        answer = choose_seats(q | {field: value})
        assert answer["reasons"], (field, value)
        assert (answer["seats"] is None) == (field in ("rows", "party", "type")), (field, value)


@pytest.mark.parametrize("value", STRANGE)
def test_a_request_of_another_kind_gets_a_reason(value: Any) -> None:
    assert choose_seats(value)["reasons"]
    assert check_selection(value, value, value)["ok"] is False


@pytest.mark.parametrize("field", ["id", "x", "y", "state", "type"])
def test_a_strange_seat_never_raises_and_its_neighbours_can_still_be_chosen(field: str) -> None:
    for value in [*STRANGE, "missing"]:
        rows = draw(*EMPTY)
        if value == "missing":
            del rows[3]["seats"][7][field]
        else:
            rows[3]["seats"][7][field] = value
        answer = ask(rows, 4, focal=[8.0, 4.0], quality_weight=1)
        assert answer["seats"] is not None, value
        assert check_selection(rows, answer["seats"], {})["ok"], value


@pytest.mark.parametrize("x", [Decimal("sNaN"), Decimal("2.5"), 1j], ids=str)
def test_a_number_that_cannot_be_computed_with_never_raises(x: Any) -> None:
    rows = draw(*EMPTY)
    rows[3]["seats"][7]["x"] = x

    answer = ask(rows, 4, focal=[8.0, 4.0], quality_weight=x)

    assert answer["seats"] is not None
    assert check_selection(rows, answer["seats"], {})["ok"]


def test_random_damage_never_raises_and_gets_the_same_plain_answer_again() -> None:
    rng = random.Random(99)
    for _number in range(500):
        q = random_request(rng, random_hall(rng))
        for _damage in range(rng.randint(1, 4)):
            damage(q, rng)
        before = repr(q)
        answer = choose_seats(q)
        verdict = check_selection(q.get("rows"), answer["seats"], q)

        assert answer["reasons"]
        assert json.dumps([answer, verdict], allow_nan=False)
        assert [answer, verdict] == [choose_seats(q), check_selection(q.get("rows"), answer["seats"], q)]
        assert repr(q) == before


def damage(value: Any, rng: random.Random) -> None:
    """Replace or delete something somewhere in the value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(value[key], dict | list) and rng.random() < 0.8:
            value = value[key]
        elif isinstance(value, dict) and rng.random() < 0.3:
            del value[key]
            return
        else:
            value[key] = rng.choice(STRANGE)
            return


def test_a_seat_that_is_named_twice_is_not_chosen() -> None:
    rows = draw("oo", "oo")
    rows[1]["seats"][0]["id"] = "A1"

    answer = ask(rows, 2, allow_split=True)

    assert (sorted(answer["seats"]), codes(answer)[-1]) == (["A2", "B2"], "SEATS_IGNORED")


# --- What customers choose themselves


@pytest.mark.parametrize(
    ("drawing", "places", "code"),
    [
        ("oooooo", "12", "OK"),
        ("oooooo", "23", "LEAVES_SINGLE_SEAT"),  # seat 1, at the wall
        ("xooooo", "34", "LEAVES_SINGLE_SEAT"),
        ("oo_oooo", "45", "OK"),
        ("oo_oooo", "13", "UNKNOWN_SEAT"),  # 3 is the aisle
        ("xooox", "23", "SINGLE_SEAT_ALLOWED"),  # two of three: there is no other choice
        ("xooox_oo", "23", "LEAVES_SINGLE_SEAT"),  # now there is one
        ("xoox", "2", "SINGLE_SEAT_ALLOWED"),
        ("xoox_xox", "2", "LEAVES_SINGLE_SEAT"),
        ("xwox", "3", "OK"),  # a wheelchair space is not a chair
        ("xoov", "2", "OK"),  # seat 3 has a VIP seat beside it
        ("xxoo", "23", "SEAT_TAKEN"),
        ("oooo", "", "NO_SEATS"),
        ("oooo", "11", "REPEATED_SEAT"),
        ("xooooox", "246", "LEAVES_SINGLE_SEAT"),  # three seats, each alone
    ],
)
def test_a_choice_is_refused_if_it_leaves_a_single_seat_that_another_one_avoids(
    drawing: str, places: str, code: str
) -> None:
    verdict = check_selection(draw(drawing), [f"A{place}" for place in places], {})

    assert (verdict["code"], verdict["ok"]) == (code, code in ("OK", "SINGLE_SEAT_ALLOWED"))
    assert verdict["text"]


def test_random_choices_are_refused_exactly_if_another_choice_avoids_the_single_seat() -> None:
    rng, refused = random.Random(5), 0
    for _number in range(400):
        rows = random_hall(rng)
        party = rng.randint(1, 5)
        choices = windows(rows, party, "standard")
        if choices:
            chosen = rng.choice(choices)
            must_refuse = new_singles(rows, chosen) > 0 and can_avoid_singles(rows, party, "standard")
            verdict = check_selection(rows, chosen, {})
            assert verdict["ok"] != must_refuse
            assert bool(verdict["alternatives"]) == must_refuse
            refused += must_refuse
    assert refused > 40


def test_alternatives_are_as_large_near_and_accepted_themselves() -> None:
    rows = draw(*EMPTY)

    verdict = check_selection(rows, ["D2", "D3"], {})

    assert verdict["alternatives"][:2] == [["D1", "D2"], ["D3", "D4"]]
    assert all(check_selection(rows, each, {})["ok"] for each in verdict["alternatives"])


def test_groups_are_offered_as_groups_when_no_row_has_room_for_all() -> None:
    rows = draw("xooooox", "xxoooox")

    verdict = check_selection(rows, ["A3", "A4", "B3", "B4", "A5"], {})

    assert (verdict["code"], [len(each) for each in verdict["alternatives"]]) == ("LEAVES_SINGLE_SEAT", [5])
    verdict = check_selection(rows, ["A3", "A4", "A5", "B3", "B4", "B5"], {})
    assert all(check_selection(rows, each, {})["ok"] for each in verdict["alternatives"])


def test_the_wheelchair_space_of_a_choice_stays_in_its_alternatives() -> None:
    rows = draw("w_oooooo")

    verdict = check_selection(rows, ["A1", "A4"], {})

    assert verdict["alternatives"][0] == ["A3", "A1"]


def test_a_cinema_may_allow_single_seats_at_aisles_and_walls() -> None:
    rows = draw("oooooo")

    assert check_selection(rows, ["A2", "A3"], {"edges": False})["ok"]
    assert not check_selection(rows, ["A3", "A5"], {"edges": False})["ok"]
    assert check_selection(rows, ["A2", "A3"], {"enabled": False})["ok"]


def test_what_is_chosen_automatically_is_never_refused(answers: Any) -> None:
    for q, answer in answers:
        if answer["together"] and not q["exclude"]:
            assert check_selection(q["rows"], answer["seats"], {})["ok"]


# --- How well it works: the bench measures more (docs/steering.md)


def test_parties_are_together_in_a_full_hall_and_the_view_is_good_in_a_half_empty_one() -> None:
    kinds = {kind.name: kind for kind in KINDS}
    full = [sell(kinds["couples, 4|12|4"], seed=f"test {number}") for number in range(4)]
    half_empty = [sell(kinds["half empty"], seed=f"test {number}") for number in range(4)]
    unknown = [sell(kinds["half empty, without a forecast"], seed=f"test {number}") for number in range(4)]

    assert sum(each.together for each in full) >= 0.995 * sum(each.parties for each in full)
    assert [each.singles_at_90 for each in full] == [0] * 4
    for sessions in (half_empty, unknown):
        assert sum(each.view for each in sessions) >= 0.985 * sum(each.best_view for each in sessions)
    assert [each.faults for each in full + half_empty + unknown] == [[]] * 12


def test_a_half_empty_hall_leaves_no_hole_among_the_seats_that_will_be_sold() -> None:
    """The five seats next to the aisle will be sold in these rows. Three people take the last three of row E, not
    nearer ones in row F, which would leave one of its five."""
    half = "ooooxxxx_xxxxoooo"
    rows = draw(*[half] * 4, "ooooxxxx_xxoooooo", "ooooxxxx_xooooooo", *[half] * 4)

    answer = ask(rows, 3, focal=[9.0, 5.5], forecast_occupancy=0.5)

    assert answer["seats"] == ["E12", "E13", "E14"]
    assert codes(answer) == ["QUALITY_FIRST"]


def test_rows_of_8_and_8_that_stay_half_empty_give_a_good_view() -> None:
    kind = next(each for each in KINDS if each.name == "half empty, 8|8")
    sessions = [sell(kind, seed=f"test {number}") for number in range(12)]

    assert sum(each.view for each in sessions) >= 0.983 * sum(each.best_view for each in sessions)
    assert sum(each.together for each in sessions) == sum(each.parties for each in sessions)
    assert [each.faults for each in sessions] == [[]] * 12
