"""Combos in orders: their lines share one price, so customers return all of them or none."""

from collections.abc import Iterable
from typing import Any

from concessions.errors import SoldAsCombo
from concessions.models import ConcessionPreorder


def pending(preorders: Iterable[ConcessionPreorder]) -> list[ConcessionPreorder]:
    """Those of one order that are not being made yet; of a combo all its lines or none. At most one query."""
    rows, waits = list(preorders), ConcessionPreorder.Status.PENDING
    begun = {row.combo_id for row in rows if row.combo_id and row.status != waits}
    return [row for row in rows if row.status == waits and row.combo_id not in begun]


def rest_of_combos(chosen: Iterable[Any], lines: Iterable[Any]) -> list[ConcessionPreorder]:
    """The lines of one order that belong to a combo of the chosen ones and are not chosen. No query."""
    snacks = [line for line in chosen if isinstance(line, ConcessionPreorder)]
    keys, combos = {line.pk for line in snacks}, {line.combo_id for line in snacks if line.combo_id}
    return [
        line
        for line in lines
        if isinstance(line, ConcessionPreorder) and line.combo_id in combos and line.pk not in keys
    ]


def check_whole_combos(chosen: Iterable[Any], lines: Iterable[Any]) -> None:
    """Raise `SoldAsCombo` if lines of a chosen combo are left out. No query."""
    if rest := rest_of_combos(chosen, lines):
        raise SoldAsCombo(rest)
