"""A table as a CSV or XLSX file: safe to open in a spreadsheet, and safe to be given by anybody."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cinema.status import Refused

MOST_BYTES = 1_000_000
MOST_UNPACKED = 20_000_000  # an XLSX is a zip file
MOST_ROWS = 500  # each is checked and written by itself, in one transaction
MOST_COLUMNS = 50
LONGEST_CELL = 2_000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet takes for a formula. The apostrophes count, so that undoing what was done is exact.
LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
MADE_HARMLESS = re.compile(r"'+[=+\-@\t\r\n]")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Unreadable(Refused, code="file_unreadable"):
    """The uploaded file cannot be read as a table; the text says why."""


@dataclass(frozen=True)
class Table:
    """Texts as people wrote them; each row with its number in the file, where the headers are row 1."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]


def as_text(value: Any) -> str:
    """A value as a CSV cell says it: numbers with the language's decimal mark, days as 2026-11-25."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", str(get_format("DECIMAL_SEPARATOR")))
    return value.isoformat() if isinstance(value, date) else str(value)


# --- Out


def write(kind: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    return _as_xlsx([headers, *rows]) if kind == "xlsx" else _as_csv([headers, *rows])


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run as a formula; `meant` takes it away again."""
    return f"'{text}" if LIKE_A_FORMULA.match(text) else text


def meant(text: str) -> str:
    return text[1:] if MADE_HARMLESS.match(text) else text


def _as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """With a byte order mark, and where the comma is the decimal mark with semicolons: so Excel opens it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if get_language() == "ru" else ",")
    for row in rows:
        writer.writerow([harmless(as_text(value)) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook  # half a second to load: by who writes such a file alone

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([harmless(NOT_IN_XML.sub("\ufffd", value)) if isinstance(value, str) else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- In


def read(content: bytes) -> Table:
    """What the file says, or `Unreadable`. Whether it is XLSX or CSV is seen from its content, not from its name."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(most)d kB. Split it.") % {"most": MOST_BYTES // 1000})
    rows = _from_xlsx(content) if content.startswith(b"PK") else _from_csv(content)
    numbered = [(number, _trimmed(row)) for number, row in enumerate(rows, start=1)]
    filled = [(number, row) for number, row in numbered if row]
    if not filled or filled[0][0] != 1:
        raise Unreadable(_("The first row of the file must contain column headings."))
    if any(len(cell) > LONGEST_CELL for _number, row in filled for cell in row):
        raise Unreadable(
            _("A cell in the file has more than %(most)d characters. Shorten it.") % {"most": LONGEST_CELL}
        )
    headers = filled[0][1]
    for number, row in filled:
        if len(row) > len(headers):
            raise Unreadable(
                _("Row %(row)d has a value in a column without a heading. Add the heading or clear the cell.")
                % {"row": number}
            )
    if sum(len(cell) for _number, row in filled for cell in row) > MOST_BYTES:  # it travels in a page
        raise Unreadable(_("The file is too large once unpacked. Copy its cells into a new file."))
    return Table(headers, filled[1:])


def _trimmed(row: list[str]) -> list[str]:
    """What the cells mean, without the empty ones at the end."""
    cells = [meant(cell.strip(" ")) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _from_csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise Unreadable(_("This file is not a table. Save it as CSV or XLSX."))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(_("This file is not a table. Save it as CSV or XLSX.")) from error
    return _bounded(rows)


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with a mark, or what Excel writes on a Russian Windows."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("The text in the file can’t be read. Save it as CSV in UTF-8, or as XLSX."))


def _from_xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise Unreadable(_("The file is too large once unpacked. Copy its cells into a new file."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        if (sheet.max_row or 0) > 10 * MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)d rows. Split it.") % {"most": MOST_ROWS})
        cells = sheet.iter_rows(max_row=10 * MOST_ROWS, max_col=MOST_COLUMNS + 1, values_only=True)
        rows = [[_said(value) for value in row] for row in cells]
    except Unreadable:
        raise
    except Exception as error:  # whatever is wrong inside a file that somebody made, it is the file
        raise Unreadable(
            _("The XLSX file is damaged or password-protected. Save it again without a password, or save it as CSV.")
        ) from error
    return _bounded(rows)


def _bounded(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > MOST_ROWS + 1 and any(any(row) for row in rows[MOST_ROWS + 1 :]):
        raise Unreadable(_("The file has more than %(most)d rows. Split it.") % {"most": MOST_ROWS})
    if any(any(row[MOST_COLUMNS:]) for row in rows):
        raise Unreadable(
            _("The file has more than %(most)d columns. Remove the ones you don’t need.") % {"most": MOST_COLUMNS}
        )
    return rows


def _said(value: Any) -> str:
    """What a cell of XLSX shows, as a person would type it."""
    if isinstance(value, bool) or value is None:
        return {True: "1", False: "0", None: ""}[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%H:%M}" if isinstance(value, time) else as_text(value) if isinstance(value, date) else str(value)
