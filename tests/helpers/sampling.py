"""How much of a long list of cases a test tries: a sample in `make test`, all of them in `make proofs`.

Mark such a test with `exhaustive`, so that `make proofs` runs it again with all its cases.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

from django.db import connection

Case = TypeVar("Case")

EXHAUSTIVE = os.environ.get("EXHAUSTIVE") == "1"


def sample(cases: Sequence[Case], *, turn: int, of: int = 3, every: bool = EXHAUSTIVE) -> Sequence[Case]:
    """One in `of` of the cases, others for the next `turn`: a test with several turns tries each of them in some."""
    return cases if every else cases[turn % of :: of]


def seeds(few: int, many: int) -> range:
    """Numbers, from 1 on, that random histories start with: `few` in `make test`, `many` in `make proofs`.

    Each database has others, so that what one of them would find is not looked for twice.
    """
    number = many if EXHAUSTIVE else few
    first = 1 + number * (connection.vendor == "postgresql")
    return range(first, first + number)
