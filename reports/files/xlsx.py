"""Tables as XLSX: one row after the other, in the same little memory whatever their number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.utils.formats import get_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cinema.money import currency_sign
from reports.files.formulas import escape_formula, valid_xml
from reports.files.progress import Progress, counted, no_progress
from reports.tables import Column, Kind, Table, explanation, in_zone

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_TEXT = 32_767  # characters that a cell can hold
QUOTES = " '"  # that a name of a sheet must not begin or end with
MAX_ROWS = 1_048_576  # that a sheet can hold
WIDTHS = {Kind.DATE: 12, Kind.INSTANT: 17, Kind.INTEGER: 12, Kind.MONEY: 16, Kind.PERCENT: 10, Kind.DECIMAL: 12}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write(table: Table, file: IO[bytes], at: datetime, progress: Progress = no_progress) -> Mapping[str, Any] | None:
    """Each table on a sheet of its own, headings frozen; on the last sheet their titles, notes, and what the figures
    mean.
    """
    from xlsxwriter import Workbook  # takes a tenth of a second to import, so only when needed

    with Workbook(file, OPTIONS) as book:
        book.set_properties({"title": str(table.title), "created": at.replace(tzinfo=None)})
        totals = None
        for each in (table, *table.more):
            sheets, reading = _Sheets(book, each), each.read()
            for row in counted(reading, progress):
                sheets.add(row)
            sheets.end(reading.totals())
            totals = reading.totals() if each is table else totals
        _explain(book, table, at)
    return totals


class _Sheets:
    """Writes rows to a sheet, and goes on with another one where a sheet is full."""

    def __init__(self, book: "Workbook", table: Table) -> None:
        self.book, self.table = book, table
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.formats = [book.add_format(_number_format(column.kind)) for column in table.columns]
        self.total_formats = [
            book.add_format({"bold": True, "top": 1, **_number_format(column.kind)}) for column in table.columns
        ]
        self._begin()

    def _begin(self) -> None:
        self.sheet: Worksheet = self.book.add_worksheet(free_name(str(self.table.title), self.book))
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&R&P / &N")
        for index, column in enumerate(self.table.columns):
            label = capfirst(str(column.label))
            self.sheet.set_column(index, index, max(WIDTHS.get(column.kind, 28), min(len(label) + 2, 24)))
            write_text(self.sheet, 0, index, label, self.heading)
        self.row = 1

    def add(self, values: Sequence[Any]) -> None:
        if self.row >= MAX_ROWS - 1:  # the last one is for the totals
            self._filter()
            self._begin()
        for index, value in enumerate(values):
            self._write(index, self.table.columns[index], value, self.formats[index])
        self.row += 1

    def end(self, totals: Mapping[str, Any] | None) -> None:
        self._filter()
        if totals is None:
            return
        for index, column in enumerate(self.table.columns):
            if column.key in totals or index:
                self._write(index, column, totals.get(column.key), self.total_formats[index])
            else:
                write_text(self.sheet, self.row, 0, _("Total"), self.total_formats[0])

    def _filter(self) -> None:
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), len(self.table.columns) - 1)

    def _write(self, index: int, column: Column, value: Any, cell_format: "Format") -> None:
        if value is None:
            self.sheet.write_blank(self.row, index, None, cell_format)
        elif column.kind is Kind.PERCENT:
            self.sheet.write_number(self.row, index, float(value / 100), cell_format)
        elif column.kind.is_number:
            self.sheet.write_number(self.row, index, float(value), cell_format)
        elif column.kind is Kind.INSTANT:
            local = in_zone(value, self.table.zone).replace(tzinfo=None)
            self.sheet.write_datetime(self.row, index, local, cell_format)
        elif column.kind is Kind.DATE:
            self.sheet.write_datetime(self.row, index, value, cell_format)
        else:
            write_text(self.sheet, self.row, index, str(value), cell_format)


def write_text(sheet: "Worksheet", row: int, column: int, text: str, cell_format: "Format | None" = None) -> None:
    """A text that is nothing but a text; one that is too long for a cell ends in an ellipsis."""
    safe = escape_formula(valid_xml(text))
    sheet.write_string(row, column, safe if len(safe) <= MAX_TEXT else f"{safe[: MAX_TEXT - 1]}…", cell_format)


def sheet_name(title: str, *, suffix: str = "") -> str:
    """The title as the name of a sheet, which may have 31 characters and not all of them."""
    name = "".join(" " if character in "[]:*?/\\" else character for character in valid_xml(title))
    name = name.strip(QUOTES)[: 31 - len(suffix)].strip(QUOTES)
    return f"{name or _('Report')}{suffix}"


def free_name(title: str, book: "Workbook") -> str:
    """The title as a name that no sheet of the book has: names that differ in capitals only are the same."""
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    suffixes = ("", *(f" {number}" for number in range(2, len(taken) + 3)))
    names = (sheet_name(title, suffix=suffix) for suffix in suffixes)
    return next(name for name in names if name.lower() not in taken)


def _number_format(kind: Kind) -> dict[str, str]:
    day = "dd.mm.yyyy" if get_format("SHORT_DATE_FORMAT") == "d.m.Y" else "d mmm yyyy"
    formats = {
        Kind.DATE: day,
        Kind.INSTANT: f"{day} hh:mm",
        Kind.INTEGER: "#,##0",
        Kind.MONEY: f'#,##0.00 "{currency_sign()}"',
        Kind.PERCENT: "0.0%",
        Kind.DECIMAL: "#,##0.00",
    }
    return {"num_format": formats[kind]} if kind in formats else {}


def _explain(book: "Workbook", table: Table, at: datetime) -> None:
    sheet = book.add_worksheet(free_name(_("About this report"), book))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    made = in_zone(at, table.zone)
    rows: list[tuple[str, str]] = []
    for each in (table, *table.more):
        rows += [(str(each.title), str(each.subtitle)), *(("", str(note)) for note in each.notes)]
    rows.append((_("Made"), f"{made:%Y-%m-%d %H:%M} {made:%Z}"))
    rows += [(str(each.name), explanation(each)) for each in table.definitions()]
    for number, (name, text) in enumerate(rows):
        write_text(sheet, number, 0, name, bold)
        write_text(sheet, number, 1, text, wrapped)
