import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from reports.files import xlsx
from reports.files.xlsx import MAX_TEXT, sheet_name, write
from tests.helpers.report_tables import AT, HOSTILE, sample_row, sample_rows, sample_table


def content(rows: Any, **given: object) -> bytes:
    file = io.BytesIO()
    write(sample_table(rows, **given), file, AT)
    return file.getvalue()


def book(rows: Any, **given: object) -> Workbook:
    return load_workbook(io.BytesIO(content(rows, **given)))


def test_cells_hold_numbers_and_dates_not_texts() -> None:
    sheet = book([sample_row(1200)]).worksheets[0]

    assert [cell.value for cell in sheet[1]] == ["Name", "Day", "Time", "Tickets", "Amount", "Share", "Ratio"]
    assert [cell.value for cell in sheet[2]] == [
        "Онегин",
        datetime.fromisoformat("2026-11-05"),
        datetime.fromisoformat("2026-11-06T02:30"),
        1200,
        -1234.5,
        0.125,
        0.75,
    ]
    assert [cell.value for cell in sheet[3]] == ["Total", None, None, 1200, -1234.5, None, None]


def test_formats_are_those_of_the_language() -> None:
    formats = []
    for language in ("en", "ru"):
        with translation.override(language):
            formats.append([cell.number_format for cell in book([sample_row(1)]).worksheets[0][2]][1:])

    rest = ["#,##0", '#,##0.00 "₽"', "0.0%", "#,##0.00"]
    assert formats == [["d mmm yyyy", "d mmm yyyy hh:mm", *rest], ["dd.mm.yyyy", "dd.mm.yyyy hh:mm", *rest]]


def test_headings_are_frozen_and_can_filter_all_rows_but_not_the_totals() -> None:
    sheet = book([sample_row(1), sample_row(2)]).worksheets[0]

    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:G3", "$1:$1")


def test_the_last_sheet_says_what_the_report_and_its_figures_are() -> None:
    sheet = book([sample_row(1)]).worksheets[-1]

    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Payments", "Aurora"],
        ["", "'=By the day."],
        ["Made", "2026-11-28 14:30 +05"],
        ["Received", "'=Payments that arrived on the day."],
    ]


def test_no_cell_is_a_formula_or_a_link() -> None:
    unpacked = zipfile.ZipFile(io.BytesIO(content([sample_row(1, text) for text in HOSTILE])))
    sheets = b"".join(unpacked.read(name) for name in unpacked.namelist() if "sheet" in name)

    assert (sheets.count(b"<f>"), sheets.count(b"<hyperlink")) == (0, 0)
    names = [cell.value for cell in book([sample_row(1, text) for text in HOSTILE]).worksheets[0]["A"]][1:-1]
    assert names == ["'=1+1", "'+1", "'@SUM(A1)", "https://example.org", HOSTILE[4], "a\ufffdb", HOSTILE[6]]


def test_a_text_too_long_for_a_cell_ends_in_an_ellipsis() -> None:
    value = book([sample_row(1, "x" * 40_000)]).worksheets[0]["A2"].value

    assert value == "x" * (MAX_TEXT - 1) + "…"


def test_what_does_not_fit_on_a_sheet_is_on_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4)

    sheets = book(sample_rows(5)).worksheets

    assert [sheet.title for sheet in sheets] == ["Payments", "Payments 2", "Payments 3", "About this report"]
    assert [[cell.value for cell in sheet["D"]] for sheet in sheets[:3]] == [
        ["Tickets", 0, 1], ["Tickets", 2, 3], ["Tickets", 4, 10],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Payments: May/June [all]?*\\", "Payments  May June  all"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("[]", "Report"),
    ],
)
def test_any_title_becomes_a_name_that_a_sheet_may_have(title: str, name: str) -> None:
    assert sheet_name(title) == name


def test_the_same_table_gives_the_same_bytes() -> None:
    assert content([sample_row(1)]) == content([sample_row(1)])


def test_a_table_without_rows_is_a_file_too() -> None:
    assert [cell.value for cell in book([]).worksheets[0][2]] == ["Total", None, None, 0, 0, None, None]
