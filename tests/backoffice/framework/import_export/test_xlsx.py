"""A workbook is read in a process with little memory and time, whatever it unpacks to."""

import io
import resource
import shutil
import subprocess
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from backoffice.framework.import_export import xlsx
from backoffice.framework.import_export.limits import MAX_ROWS, READER_MEMORY
from house_rules import limited_process

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"


def as_bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_book(*rows: list[object]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def with_part(name: str, before: str, added: str) -> bytes:
    """A small workbook with a text added to one of its parts."""
    whole, out = as_bytes(a_book(["Title"], ["Solaris"])), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            text = source.read(part).decode()
            target.writestr(part, text.replace(before, added + before) if part == name else text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "before", "added"),
    [
        (STYLES, "</cellXfs>", "<xf/>" * 1_500_000),
        (SHEET, "</sheetData>", "<row r='3'>" + "<c t='inlineStr'><is><t>a</t></is></c>" * 400_000 + "</row>"),
    ],
)
def test_a_small_file_of_large_content_is_refused_without_memory_of_the_site(part, before, added):
    content = with_part(part, before, added)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(xlsx.UnusableWorkbook, match=xlsx.TOO_LARGE):
        xlsx.read(content)

    assert len(content) < 100_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used) * 1000 < READER_MEMORY / 3


def test_a_file_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "READER_SECONDS", 0.01)

    with pytest.raises(xlsx.UnusableWorkbook, match=xlsx.TOO_LARGE):
        xlsx.read(as_bytes(a_book(["a"])))


def test_the_process_that_reads_gets_no_secrets(monkeypatch):
    seen = {}

    def run(*_args, env, **_options):
        seen.update(env)
        return subprocess.CompletedProcess([], 0, b"[]")

    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setattr(xlsx.subprocess, "run", run)
    xlsx.read(b"")

    assert seen.keys() <= set(limited_process.PASSED_ON)


def test_rows_that_only_have_a_format_do_not_count():
    book = a_book(["Title"], ["Solaris"])
    for row in range(3, 4 * MAX_ROWS):
        book.active.cell(row, 1).fill = PatternFill("solid", fgColor="FFFF00")

    assert xlsx.read(as_bytes(book)) == [xlsx.Sheet([["Title"], ["Solaris"]])]


def test_blank_rows_between_others_keep_the_numbers_right():
    book = a_book(["Title"], ["Solaris"])
    book.active["A5"] = "Mirror"

    assert xlsx.read(as_bytes(book)) == [xlsx.Sheet([["Title"], ["Solaris"], [], [], ["Mirror"]])]


def test_a_distant_cell_is_a_problem_of_its_sheet_alone():
    book = a_book(["Title"])
    book.active["XFD1048576"] = "far"

    book.create_sheet().append(["Title"])

    assert xlsx.read(as_bytes(book)) == [xlsx.Sheet([["Title"]], xlsx.TOO_MANY_ROWS), xlsx.Sheet([["Title"]])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (250.0, "250"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (datetime(2026, 11, 25), "2026-11-25"),  # noqa: DTZ001 (a workbook knows no time zones)
        (datetime(2026, 11, 25, 19, 30), "2026-11-25 19:30"),  # noqa: DTZ001
        (date(2026, 11, 25), "2026-11-25"),
        (time(19, 30), "19:30"),
        (None, ""),
    ],
)
def test_a_value_is_read_as_a_person_would_type_it(value, text):
    assert xlsx.cell_text(value) == text


def test_a_cell_in_percent_is_read_as_it_is_shown():
    book = a_book(["Threshold", "Price"], [0.07, 0.07])
    book.active["A2"].number_format = "0%"

    assert xlsx.read(as_bytes(book)) == [xlsx.Sheet([["Threshold", "Price"], ["7%", "0.07"]])]


def test_a_large_workbook_is_read_row_after_row_from_the_sheet_with_the_headings():
    book = a_book(["How to fill this in"])
    sheet = book.create_sheet()
    for row in [["Title", "Price"], ["Solaris", 0.5], [], ["Mirror", None]]:
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    sheet["A9"].number_format = "0.00"  # an empty cell

    rows = list(xlsx.stream(as_bytes(book), {"title", "price"}))

    assert rows == [["Title", "Price"], ["Solaris", "50%"], [], ["Mirror"]]


def test_a_large_workbook_has_limits_too(monkeypatch, tmp_path):
    package = tmp_path / "backoffice/framework/import_export"
    shutil.copytree(Path(xlsx.__file__).parent, package)
    with (package / "limits.py").open("a") as limits:
        limits.write("LARGE_UNPACKED_BYTES = 100\n")
    monkeypatch.setattr(xlsx, "ROOT", tmp_path)

    with pytest.raises(xlsx.UnusableWorkbook) as refused:
        list(xlsx.stream(as_bytes(a_book(["Title"], ["Solaris"])), {"title"}))

    assert refused.value.reason == xlsx.TOO_LARGE


def test_a_damaged_large_workbook_is_unusable():
    with pytest.raises(xlsx.UnusableWorkbook) as refused:
        list(xlsx.stream(b"PK\x03\x04 and no more", {"title"}))

    assert refused.value.reason == xlsx.DAMAGED
