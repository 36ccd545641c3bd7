"""A status changes through `cinema.status` alone, which keeps to the table of transitions beside its model."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
THE_ONE_PLACE = ROOT / "cinema" / "status.py"
#: The past year of the demo is written in the statuses in which it ends: its rows are not saved before.
UNSAVED = {ROOT / "demo" / "past" / "programme.py", ROOT / "demo" / "past" / "sales.py"}


def test_no_status_is_written_around_the_functions_that_change_it():
    rooms = [path.parent for path in ROOT.glob("*/apps.py")]
    files = {path for room in rooms for path in room.rglob("*.py") if "migrations" not in path.parts} - {
        THE_ONE_PLACE,
        *UNSAVED,
    }

    assert [f"{path.relative_to(ROOT)}:{line}" for path in sorted(files) for line in writes(path.read_text())] == []


def writes(source: str) -> Iterator[int]:
    """The lines that assign to `.status` or hand it to `update` or `bulk_update`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "update" and "status" in {keyword.arg for keyword in node.keywords}:
                yield node.lineno
            if node.func.attr == "bulk_update" and "'status'" in ast.unparse(node):
                yield node.lineno


def test_such_a_write_would_be_found():
    source = (
        "row.status = 1\n"
        "a, row.status = 1, 2\n"
        "rows.update(status=1, at=2)\n"
        "rows.bulk_update(rows, ['status'])\n"
        "x.status == 1\n"
    )

    assert sorted(writes(source)) == [1, 2, 3, 4]
