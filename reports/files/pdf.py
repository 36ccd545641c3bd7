"""Tables as PDF: tagged for screen readers (PDF/UA-1), with page numbers and charts."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.charts import standalone
from reports.charts.images import colour
from reports.errors import TooLongForPdf
from reports.files.formulas import valid_xml
from reports.files.progress import Progress, counted, no_progress
from reports.tables import Kind, Reading, Table, cell_text, explanation, total_texts

MAX_PDF_ROWS = 2_000  # forty pages; each thousand rows takes a hundred megabytes of memory
SOURCE = Path(__file__).with_name("report.typ")
PORTRAIT = 100  # characters in a line of the table; more of them need a landscape page
LANDSCAPE = 150  # more of them need a smaller size
MOST = 180  # more of them do not fit, unless the headings of numbers stand upright
CHART_WIDTHS = {
    False: 680,
    True: 1009,
}  # pixels between the margins of a page at 96 to an inch, so that text keeps its size
MAX_TEXT = 40  # characters of a column of texts that count for its width


def write(table: Table, file: IO[bytes], at: datetime, progress: Progress = no_progress) -> Mapping[str, Any] | None:
    """Raises `TooLongForPdf`. The same table, made at the same time, gives the same bytes."""
    if table.expected is not None and table.expected > MAX_PDF_ROWS:
        raise _too_long()
    reading = table.read()
    file.write(compile_document(_content(reading, at, progress), at=at))
    return reading.totals()


def compile_document(data: dict[str, Any], *, at: datetime, **options: Any) -> Any:
    import typst  # 20 MB of memory, only when needed

    compiler = typst.Compiler(SOURCE, root=SOURCE.parent, ignore_system_fonts=True)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    given = {"format": "pdf", "pdf_standards": ["ua-1"], **options}
    return compiler.compile(sys_inputs=inputs, timestamp=int(at.timestamp()), **given)


def content(table: Table, at: datetime, progress: Progress = no_progress) -> dict[str, Any]:
    """Everything that the document shows, as texts in the current language."""
    return _content(table.read(), at, progress)


def _content(reading: Reading, at: datetime, progress: Progress) -> dict[str, Any]:
    table = reading.table
    first, *more = (_figures(each, progress) for each in (reading, *(each.read() for each in table.more)))
    widest = max(sum(each["characters"]) for each in (first, *more))
    is_wide = widest > PORTRAIT
    return {
        **first,
        "more": more,
        "table_title": _("Figures"),
        "language": (get_language() or "en")[:2],
        "landscape": is_wide,
        "size": 9 if widest <= LANDSCAPE else 7.5,
        "footer": " · ".join(filter(None, [first["title"], first["subtitle"], _made(at, table)])),
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "empty": _("No figures for this period."),
        "definitions_title": _("What the figures mean"),
        "definitions": [[valid_xml(str(each.name)), valid_xml(explanation(each))] for each in table.definitions()],
        "charts": [
            {
                "title": valid_xml(str(chart.table.title)),
                "description": valid_xml(chart.description),
                "svg": valid_xml(standalone(chart, width=CHART_WIDTHS[is_wide])),
                "legend": [[colour(css_class), valid_xml(name)] for css_class, name in chart.legend],
            }
            for chart in table.charts
        ],
    }


def _figures(reading: Reading, progress: Progress) -> dict[str, Any]:
    """One table of the document."""
    table = reading.table
    rows: list[list[str]] = []
    for row in counted(reading, progress):
        if len(rows) >= MAX_PDF_ROWS:
            raise _too_long()
        rows.append([valid_xml(table.text(column, value)) for column, value in reading.cells(row)])
    totals = reading.totals()
    headings = [valid_xml(capfirst(str(column.label))) for column in table.columns]
    widths = [_width(index, headings, rows) for index in range(len(headings))]
    turned = sum(widths) > MOST
    if turned:
        widths = [
            _width(index, [""] * len(headings), rows) if column.kind.is_number else width
            for index, (column, width) in enumerate(zip(table.columns, widths, strict=True))
        ]
    is_text = [column.kind is Kind.TEXT for column in table.columns]
    # Numbers are as wide as their headings in one line, if that leaves enough for the texts.
    in_one_line = [
        min(width, MAX_TEXT) if text else max(width, len(heading) + 2)
        for width, heading, text in zip(widths, headings, is_text, strict=True)
    ]
    is_narrow = sum(in_one_line) <= PORTRAIT
    return {
        "title": valid_xml(str(table.title)),
        "subtitle": valid_xml(str(table.subtitle)),
        "headings": headings,
        "numbers": [column.kind.is_number for column in table.columns],
        "turned": turned,
        "characters": widths,
        "widths": [
            0 if is_narrow and not text else min(width, MAX_TEXT) for width, text in zip(widths, is_text, strict=True)
        ],
        "rows": rows,
        "totals": [valid_xml(text) for _column, text in total_texts(table, totals)] if totals else [],
        "notes": [valid_xml(str(each)) for each in table.notes],
    }


def _width(index: int, headings: list[str], rows: list[list[str]]) -> int:
    """The characters of a column: of its longest cell, or of the longest word of its heading."""
    longest = max((len(row[index]) for row in rows), default=0)
    word = max((len(each) for each in headings[index].split()), default=0)
    return max(min(longest, MAX_TEXT), word, 4) + 2


def _made(at: datetime, table: Table) -> str:
    return _("made %(time)s") % {"time": cell_text(at, Kind.INSTANT, zone=table.zone)}


def _too_long() -> TooLongForPdf:
    text = _("A PDF can have %(most)s rows. Choose a shorter period, or XLSX or CSV.")
    return TooLongForPdf(text % {"most": cell_text(MAX_PDF_ROWS, Kind.INTEGER)})
