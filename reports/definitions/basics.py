"""What a definition is, and how figures are divided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Sums = Mapping[str, Any]
Number = Decimal | int


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"  # 12.5 is 12.5 %
    RATIO = "ratio"

    @property
    def label(self) -> str:
        """The unit as people read it."""
        names = {"count": _("whole number"), "money": settings.CURRENCY, "percent": "%", "ratio": _("ratio")}
        return names[self.value]


@dataclass(frozen=True)
class Definition:
    """A figure: its name, what it means in one sentence, its unit, and how it follows from sums of measures.

    `formula` says the same as `of` in words, and `source` from what and when the measures are counted.
    """

    key: str
    name: str | Promise
    sentence: str | Promise
    unit: Unit
    of: Callable[[Sums], Number | None]  # None where it would divide by 0
    formula: str | Promise
    source: str | Promise


def share(part: Number, whole: Number, places: str = "0.1", *, scale: int = 100) -> Decimal | None:
    return (Decimal(part) * scale / whole).quantize(Decimal(places)) if whole else None


def each(amount: Number, number: Number) -> Decimal | None:
    return (Decimal(amount) / number).quantize(Decimal("0.01")) if number else None


def value_of_sales(row: Sums) -> Number:
    return row["gross"] - row["discount"] - row["refunded_value"]
