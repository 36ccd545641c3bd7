"""What importing a row of a file does, or would do."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.formats import number_format
from django.utils.translation import gettext

from backoffice.framework.history_view import Change

Cells = dict[str, str]  # the texts of a row by the names of the columns
Each = TypeVar("Each")


class RowChange:
    NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class ImportedRow:
    """The result of importing one row of the file, or of a preview."""

    number: int
    kind: str
    name: str
    row: Any = None
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fields: frozenset[str] = frozenset()  # of the model, whose values the row changes
    recorded: Mapping[str, Any] = field(default_factory=dict)  # the values before of the fields that have a history
    related: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # new rows of many-to-many fields

    def refuse(self, errors: Iterable[str]) -> None:
        self.kind, self.errors, self.changes = RowChange.REFUSED, list(errors), []


def result_text(*, added: int, changed: int, unchanged: int, refused: int) -> str:
    """What an import has done with the rows of its file."""
    counts = {"added": added, "changed": changed, "unchanged": unchanged, "refused": refused}
    text = gettext("Added: %(added)s. Changed: %(changed)s. Unchanged: %(unchanged)s. With errors: %(refused)s.")
    return text % {name: number_format(count, force_grouping=True) for name, count in counts.items()}


def number_of_new(found: ImportedRow) -> int:
    """What stands for the primary key of a new row until it is stored."""
    return -found.number


def as_cells(names: Sequence[str], texts: Sequence[str]) -> Cells:
    """The texts of a line by the names of their columns; cells that are empty at its end may be missing."""
    cells = dict(zip(names, [*texts, *[""] * (len(names) - len(texts))], strict=True))
    cells.pop("", None)  # a column that is passed over
    return cells


def batches(rows: Sequence[Each], size: int) -> Iterator[Sequence[Each]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def digest(found: ImportedRow) -> str:
    """Of a row's result, to find out whether a confirmed import would still do what the preview showed."""
    shown = found.kind, [(one.field, one.before, one.after) for one in found.changes]
    return hashlib.sha256(repr(shown).encode(errors="backslashreplace")).hexdigest()[:32]
