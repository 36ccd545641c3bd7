"""Tables as CSV: for other programs, and for Excel."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.formats import get_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reports.files.formulas import escape_formula
from reports.files.progress import Progress, counted, no_progress
from reports.tables import Column, Kind, Table, explanation, in_zone


def write(table: Table, file: IO[bytes], _at: datetime, progress: Progress = no_progress) -> Mapping[str, Any] | None:
    """Headings first, then the rows and the totals; below an empty row, the notes and what the figures mean. Several
    tables have their titles above them.

    With a byte order mark, and where the decimal mark is the comma, as in Russian, with semicolons: Excel needs both.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    mark = str(get_format("DECIMAL_SEPARATOR"))
    totals = None
    for number, each in enumerate((table, *table.more)):
        if table.more:
            writer.writerows(
                [[]] * bool(number) + [[escape_formula(str(text)) for text in (each.title, each.subtitle)]]
            )
        found = _write_rows(each, writer, mark, progress)
        totals = found if each is table else totals
    explanations = [[str(note)] for each in (table, *table.more) for note in each.notes]
    explanations += [[str(each.name), explanation(each)] for each in table.definitions()]
    if explanations:
        writer.writerows([[], *([escape_formula(each) for each in row] for row in explanations)])
    text.detach()  # writes what is left, and keeps the file open
    return totals


def _write_rows(table: Table, writer: Any, mark: str, progress: Progress) -> Mapping[str, Any] | None:
    reading = table.read()
    writer.writerow([escape_formula(capfirst(str(column.label))) for column in table.columns])
    for row in counted(reading, progress):
        writer.writerow([_as_text(column, value, table, mark) for column, value in reading.cells(row)])
    totals = reading.totals()
    if totals:
        cells = [_as_text(column, totals.get(column.key), table, mark) for column in table.columns]
        writer.writerow([cells[0] or _("Total"), *cells[1:]])
    return totals


def _as_text(column: Column, value: Any, table: Table, mark: str) -> str:
    """Numbers without grouping, dates as 2026-11-25, times by the clock of the cinema as 2026-11-25 19:30:00."""
    if value is None:
        return ""
    if column.kind.is_number:
        exact = (
            f"{value:.2f}" if column.kind is Kind.MONEY else f"{value:f}" if isinstance(value, Decimal) else str(value)
        )
        return exact.replace(".", mark)
    if column.kind is Kind.INSTANT:
        return f"{in_zone(value, table.zone):%Y-%m-%d %H:%M:%S}"
    if column.kind is Kind.DATE:
        return str(value.isoformat())
    return escape_formula(str(value))
