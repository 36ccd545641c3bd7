"""How much of a long list of cases a test tries: a sample in `make test`, all of them in `make proofs`.

Mark such a test with `exhaustive`, so that `make proofs` runs it again with all its cases.
"""

import os
from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import pytest
from django.db import connection

Case = TypeVar("Case")

EXHAUSTIVE = os.environ.get("EXHAUSTIVE") == "1"


def sample(cases: Sequence[Case], *, turn: int, of: int = 5, every: bool = EXHAUSTIVE) -> Sequence[Case]:
    """One in `of` of the cases, others for the next `turn`: a test with several turns tries each of them in some."""
    return cases if every else cases[turn % of :: of]


def seeds(few: int, many: int) -> range:
    """Numbers, from 1 on, that random histories start with: `few` in `make test`, `many` in `make proofs`.

    Each database has others, so that what one of them would find is not looked for twice.
    """
    number = many if EXHAUSTIVE else few
    first = 1 + number * (connection.vendor == "postgresql")
    return range(first, first + number)


def cases_of_another_run(items: list[pytest.Item], *, asked_for: str) -> list[pytest.Item]:
    """What `--cases` leaves out: of each test that is marked `exhaustive(one_in=5)` the cases beyond its sample, or the
    sample itself, where another run has had it on the same database. Tests of the same cases, such as all jobs, have
    different ones of them in their samples.
    """
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out = []
    for name, each in cases.items():
        marker = each[0].get_closest_marker("exhaustive")
        one_in = min(marker.kwargs.get("one_in", 1) if marker else 1, len(each))
        sample = each[crc32(name.encode()) % one_in :: one_in]
        if asked_for == "sample":
            left_out += [item for item in each if item not in sample]
        elif (
            asked_for == "rest" and one_in > 1 and {"database", "page"} & {mark.name for mark in each[0].iter_markers()}
        ):
            left_out += sample
    return left_out
