"""Reads an XLSX file in a process of its own, whose memory and time are limited.

`read` and `stream` start the process; run as a program, this module is it.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from backoffice.framework.import_export.limits import (
    LARGE_CPU_SECONDS,
    LARGE_CPU_SECONDS_PER_MB,
    LARGE_ROWS,
    LARGE_SECONDS,
    LARGE_UNPACKED_BYTES,
    MAX_BYTES,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    READER_CPU_SECONDS,
    READER_MEMORY,
    READER_SECONDS,
)
from house_rules.limited_process import ROOT, command, environment, limit_memory, limit_time

TOO_LARGE, TOO_MANY_ROWS, DAMAGED, SEVERAL = "too large", "too many rows", "damaged", "several tables"
COMPLETE = "complete"
MAX_SHEETS = 10
MAX_SPARSE_ROWS = 10 * MAX_ROWS  # with the empty ones between the others


class UnusableWorkbook(Exception):
    """The file cannot be read; `reason` is one of the constants of this module, `sheets` are the titles of those that
    hold the same table."""

    def __init__(self, reason: str, sheets: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.sheets = reason, sheets


@dataclass(frozen=True)
class Sheet:
    """The texts of its cells; with a `problem`, one of the constants of this module, only those before it."""

    rows: list[list[str]]
    problem: str = ""
    title: str = field(default="", compare=False)


def read(content: bytes) -> list[Sheet]:
    """The sheets, in their order. Raises `UnusableWorkbook`."""
    try:
        # The arguments are our own; the file goes in by the pipe.
        done = subprocess.run(  # noqa: S603
            command(__name__),
            input=content,
            capture_output=True,
            timeout=READER_SECONDS,
            cwd=ROOT,
            env=environment(),
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # stopped by the system: no answer, or half of one
        raise UnusableWorkbook(TOO_LARGE) from None
    if isinstance(answer, dict):
        raise UnusableWorkbook(**answer)
    return [Sheet(**each) for each in answer]


def stream(content: bytes, headings: Collection[str]) -> Iterator[list[str]]:
    """The rows of the sheet that `with_table` finds for these headings (`name_key`), one after the other.

    For a large workbook: its rows are never in memory together. Raises `UnusableWorkbook`, possibly after some rows.
    """
    process = subprocess.Popen(  # noqa: S603 (the arguments are our own; the file goes in by the pipe)
        command(__name__, json.dumps(sorted(headings))),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(),
    )
    assert process.stdin
    assert process.stdout
    timer = threading.Timer(LARGE_SECONDS, process.kill)
    timer.start()
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(content)
            process.stdin.close()
        for line in process.stdout:
            answer = _parsed(line)
            if isinstance(answer, list):
                yield answer
            elif answer == COMPLETE:
                return
            else:
                raise UnusableWorkbook(**answer)
        raise UnusableWorkbook(TOO_LARGE)  # stopped by the system
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def with_table(sheets: Sequence[Sheet], headings: Collection[str]) -> int:
    """The index of the sheet whose first row has most of the headings; instructions may stand on others.

    Where more than half of them have rows below them on another sheet too, a part of the table would be passed over:
    then it raises `UnusableWorkbook`. Of sheets that have no heading, the first.
    """
    from backoffice.framework.import_export.names import name_key

    known = [sum(name_key(cell) in headings for cell in each.rows[0]) if each.rows else 0 for each in sheets]
    most = max(known)
    tables = [each.title for each, count in zip(sheets, known, strict=True) if 2 * count > most and len(each.rows) > 1]
    if len(tables) > 1:
        raise UnusableWorkbook(SEVERAL, tables)
    return known.index(most)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # half a line
        raise UnusableWorkbook(TOO_LARGE) from None


# --- Inside the process


def main() -> None:
    is_large = len(sys.argv) > 1
    limit_memory(READER_MEMORY)
    try:
        content = sys.stdin.buffer.read()
        large = LARGE_CPU_SECONDS + LARGE_CPU_SECONDS_PER_MB * len(content) // 1_000_000
        limit_time(large if is_large else READER_CPU_SECONDS)
        answer: Any = _print_rows(content, set(json.loads(sys.argv[1]))) if is_large else _sheets(content)
    except UnusableWorkbook as error:
        answer = {"reason": error.reason, "sheets": error.sheets}
    except MemoryError:
        answer = {"reason": TOO_LARGE}
    except Exception:  # openpyxl raises many kinds of errors for damaged files
        answer = {"reason": DAMAGED}
    json.dump(answer, sys.stdout)


def _book(content: bytes, *, most_bytes: int) -> Any:
    import io
    import zipfile

    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(each.file_size for each in archive.infolist()) > most_bytes:
            raise UnusableWorkbook(TOO_LARGE)
    return load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def _shown(book: Any) -> list[Any]:
    """The sheets that people see; what is hidden is a list for choices, or an old table."""
    sheets = [each for each in book.worksheets if each.sheet_state == "visible"]
    return sheets[:MAX_SHEETS]


def _sheets(content: bytes) -> list[dict[str, Any]]:
    book = _book(content, most_bytes=MAX_UNPACKED_BYTES)
    return [asdict(_contents(sheet)) for sheet in _shown(book)]


def _print_rows(content: bytes, headings: set[str]) -> str:
    """Print the rows of the sheet with the headings, one a line."""
    sheets = _shown(_book(content, most_bytes=LARGE_UNPACKED_BYTES))
    first = [Sheet([*islice(_texts(sheet, most_rows=10 * LARGE_ROWS), 2)], title=sheet.title) for sheet in sheets]
    for row in _texts(sheets[with_table(first, headings)], most_rows=10 * LARGE_ROWS) if sheets else ():
        print(json.dumps(row))  # noqa: T201 (the answer)
    return COMPLETE


def _contents(sheet: Any) -> Sheet:
    rows: list[list[str]] = []
    try:
        rows.extend(_texts(sheet, most_bytes=MAX_BYTES))
    except UnusableWorkbook as error:  # another sheet may be the one that is wanted
        return Sheet(rows, error.reason, sheet.title)
    return Sheet(rows, title=sheet.title)


def _texts(sheet: Any, *, most_rows: int = MAX_SPARSE_ROWS, most_bytes: int | None = None) -> Iterator[list[str]]:
    """The rows down to the last one with a value. Cells that only have a format do not count."""
    sheet.reset_dimensions()  # what the file says of its size need not be true
    length, blank = 0, 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = [cell_text(cell.value, is_percent=_is_percent(cell)) for cell in cells]
        if not any(row):
            blank += 1
            continue
        if number > most_rows:
            raise UnusableWorkbook(TOO_MANY_ROWS)
        length += sum(map(len, row))
        if most_bytes is not None and length > most_bytes:
            raise UnusableWorkbook(TOO_LARGE)
        yield from ([] for _each in range(blank))
        blank = 0
        yield row


def _is_percent(cell: Any) -> bool:
    return isinstance(cell.value, int | float) and "%" in cell.number_format


def cell_text(value: Any, *, is_percent: bool = False) -> str:
    """The value of a cell as a person would type it; 0.2 is 20% in a cell with such a format."""
    if is_percent and not isinstance(value, bool):
        return f"{value * 100:.13g}%"
    if isinstance(value, bool):
        return str(value).upper()
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"  # as a spreadsheet shows it: 0.1 + 0.2 is 0.3
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


if __name__ == "__main__":
    main()
