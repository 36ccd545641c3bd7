"""Reads and writes tables as CSV and XLSX files. Writes no formulas; reads files of any size and content safely."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from backoffice.framework.import_export import xlsx
from backoffice.framework.import_export.limits import (
    LARGE_BYTES,
    LARGE_ROWS,
    MAX_BYTES,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
)
from backoffice.framework.import_export.names import cleaned, name_key
from cinema.status import Refused
from reports.files.formulas import escape_formula, unescape_formula, valid_xml

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DELIMITERS = ",;\t|"
SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)


class Unreadable(Refused, code="file_unreadable"):
    """The uploaded file cannot be read as a table; the text says why."""


class TooLarge(Unreadable, code="file_too_large"):
    """The file is too large to be looked at while somebody waits; the job `import_files` may read it."""


@dataclass(frozen=True)
class Table:
    """The texts of a file's cells. Each row has its number in the file; the headers are row 1."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]


def as_text(value: Any) -> str:
    """A value as text in a CSV cell: amounts with the current language's decimal separator, dates as 2026-11-25."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", str(get_format("DECIMAL_SEPARATOR")))
    return value.isoformat() if isinstance(value, date) else str(value)


def grouped(number: int) -> str:
    """A large number as people read it: 100,000, and in Russian 100 000."""
    return number_format(number, force_grouping=True)


# --- Writing


def write(kind: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    return _as_xlsx([headers, *rows]) if kind == "xlsx" else _as_csv([headers, *rows])


def _as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """With a byte order mark, and with semicolons where the decimal mark is the comma: Excel needs both."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    for row in rows:
        writer.writerow([escape_formula(as_text(value)) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook  # takes half a second to import, so only when needed

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([escape_formula(valid_xml(value)) if isinstance(value, str) else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- Reading


def read(content: bytes, headings: Collection[str] = ()) -> Table:
    """Parse a CSV or XLSX file, told apart by content. Raises `Unreadable` if it is not a table or exceeds a limit.

    `headings` are the keys (`name_key`) of the headings that the importer knows. They tell which separator a CSV file
    has, and which sheet of a workbook holds the table.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(_("The file is larger than %(most)d kB. Split it.") % {"most": MAX_BYTES // 1000})
    first, rows = _from_xlsx(content, headings) if content.startswith(b"PK") else _from_csv(content, headings)
    numbered = [(number, _trimmed(row)) for number, row in enumerate(rows, start=first)]
    filled = [(number, row) for number, row in numbered if row]
    if not filled or filled[0][0] != first:
        raise Unreadable(_("The first row of the file must contain column headings."))
    for _number, row in filled:
        _check_length(row)
    headers = filled[0][1]
    if not headings or any(name_key(each) in headings for each in headers):  # else the headings are what is wrong
        for number, row in filled:
            _check_width(row, headers, number)
    if sum(len(cell) for _number, row in filled for cell in row) > MAX_BYTES:  # the page of the preview has all cells
        raise TooLarge(_("The file is too large once unpacked. Copy its cells into a new file."))
    return Table(headers, filled[1:])


def stream(content: bytes, headings: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a large file with their numbers, the headings first; they are never in memory together.

    Raises `Unreadable`, possibly after some rows.
    """
    if len(content) > LARGE_BYTES:
        raise Unreadable(_("The file is larger than %(most)d MB. Split it.") % {"most": LARGE_BYTES // 1_000_000})
    headers: list[str] = []
    count = 0
    for number, cells in _numbered_rows(content, headings):
        row = _trimmed(cells)
        if not headers and not row:
            break
        if not row:
            continue
        _check_length(row)
        headers = headers or row
        _check_size([row])
        _check_width(row, headers, number)
        count += 1
        if count > LARGE_ROWS + 1:
            raise Unreadable(_("The file has more than %(most)s rows. Split it.") % {"most": grouped(LARGE_ROWS)})
        yield number, row
    if not headers:
        raise Unreadable(_("The first row of the file must contain column headings."))


def _numbered_rows(content: bytes, headings: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    if not content.startswith(b"PK"):
        first, rows = _csv_rows(content, headings)
    else:
        first, rows = 1, xlsx.stream(content, headings)
    try:
        yield from enumerate(rows, start=first)
    except csv.Error as error:
        raise Unreadable(_("This file is not a table. Save it as CSV or XLSX.")) from error
    except xlsx.UnusableWorkbook as error:
        raise _unusable(error, most_rows=LARGE_ROWS) from error


def _check_length(row: Sequence[str]) -> None:
    if any(len(cell) > MAX_CELL_LENGTH for cell in row):
        text = _("A cell in the file has more than %(most)s characters. Shorten it.")
        raise Unreadable(text % {"most": grouped(MAX_CELL_LENGTH)})


def _check_width(row: Sequence[str], headers: Sequence[str], number: int) -> None:
    if len(row) > len(headers):
        raise Unreadable(
            _("Row %(row)d has a value in a column without a heading. Add the heading or clear the cell.")
            % {"row": number}
        )


def _trimmed(row: list[str]) -> list[str]:
    """The texts of the cells, cleaned and without escapes, and without empty cells at the end."""
    cells = [cleaned(unescape_formula(cell.strip(" "))) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _from_csv(content: bytes, headings: Collection[str]) -> tuple[int, list[list[str]]]:
    """The number of the first row, and the rows."""
    first, rows = _csv_rows(content, headings)
    try:
        return first, _check_size(list(rows))
    except csv.Error as error:
        raise Unreadable(_("This file is not a table. Save it as CSV or XLSX.")) from error


def _csv_rows(content: bytes, headings: Collection[str]) -> tuple[int, Iterator[list[str]]]:
    text, first = decode(content), 1
    if "\0" in text:
        raise Unreadable(_("This file is not a table. Save it as CSV or XLSX."))
    if declared := SEPARATOR_LINE.match(text):  # for Excel
        text, first = text[declared.end() :], 2
    delimiter = declared[1] if declared else _delimiter(text.partition("\n")[0], headings)
    return first, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(first_line: str, headings: Collection[str]) -> str:
    """The separator under which most headings are known; of several, the one that occurs most often."""

    def known(delimiter: str) -> int:
        try:
            cells = next(csv.reader([first_line], delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(name_key(cell) in headings for cell in cells)

    return max(DELIMITERS, key=lambda each: (known(each), first_line.count(each)))


def decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, or cp1251, which Excel writes on a Russian Windows."""
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("The text in the file can’t be read. Save it as CSV in UTF-8, or as XLSX."))


def _from_xlsx(content: bytes, headings: Collection[str]) -> tuple[int, list[list[str]]]:
    try:
        sheets = xlsx.read(content)
        sheet = sheets[xlsx.with_table(sheets, headings)] if sheets else xlsx.Sheet([])
        if sheet.problem:
            raise xlsx.UnusableWorkbook(sheet.problem)
        return 1, _check_size(sheet.rows)
    except xlsx.UnusableWorkbook as error:
        raise _unusable(error, most_rows=MAX_ROWS) from error


def _unusable(error: xlsx.UnusableWorkbook, *, most_rows: int) -> Unreadable:
    if error.reason == xlsx.TOO_MANY_ROWS:
        return TooLarge(_("The file has more than %(most)s rows. Split it.") % {"most": grouped(most_rows)})
    if error.reason == xlsx.TOO_LARGE:
        return TooLarge(_("The file is too large once unpacked. Copy its cells into a new file."))
    if error.reason == xlsx.SEVERAL:
        text = _(
            "These sheets have the same columns: %(sheets)s. Put the rows on one sheet, or save each as its own file."
        )
        return Unreadable(text % {"sheets": ", ".join(f"“{each}”" for each in error.sheets)})
    return Unreadable(
        _("The XLSX file is damaged or password-protected. Save it again without a password, or save it as CSV.")
    )


def _check_size(rows: list[list[str]]) -> list[list[str]]:
    if sum(map(any, rows)) > MAX_ROWS + 1:  # with the headers; blank rows do not count
        raise TooLarge(_("The file has more than %(most)s rows. Split it.") % {"most": grouped(MAX_ROWS)})
    if any(any(row[MAX_COLUMNS:]) for row in rows):
        raise Unreadable(
            _("The file has more than %(most)d columns. Remove the ones you don’t need.") % {"most": MAX_COLUMNS}
        )
    return rows
