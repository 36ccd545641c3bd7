"""Which cases of long tests a run takes: together, two runs on one database have each case once."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.sampling import cases_of_another_run


def cases(name: str, number: int, *marks: str, one_in: int = 3) -> list[Any]:
    markers = {each: SimpleNamespace(name=each, kwargs={}) for each in marks}
    markers["exhaustive"] = SimpleNamespace(name="exhaustive", kwargs={"one_in": one_in})
    return [
        SimpleNamespace(
            nodeid=f"test_{name}.py::test_it[{case}]", get_closest_marker=markers.get, iter_markers=markers.values
        )
        for case in range(number)
    ]


@pytest.mark.parametrize("number", [2, 3, 10])
@pytest.mark.parametrize("mark", ["database", "page"])
def test_a_sample_and_its_rest_have_each_case_once(mark: str, number: int) -> None:
    items = cases("jobs", number, mark)

    without = {run: cases_of_another_run(items, asked_for=run) for run in ("sample", "rest", "all")}

    assert [item in without["sample"] for item in items] == [item not in without["rest"] for item in items]
    assert 0 < len(without["rest"]) < len(items)
    assert without["all"] == []


def test_the_rest_leaves_out_nothing_that_ran_on_another_database_or_was_sampled_by_the_test_itself() -> None:
    on_both, by_itself = cases("rules", 6), cases("crashes", 6, "database", one_in=1)

    assert cases_of_another_run([*on_both, *by_itself], asked_for="rest") == []
    assert cases_of_another_run(by_itself, asked_for="sample") == []
