"""Files are written without formulas, and read safely whatever they contain."""

import csv
import io
import itertools
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from backoffice.framework.import_export.files import (
    Table,
    Unreadable,
    read,
    stream,
    write,
)
from backoffice.framework.import_export.limits import LARGE_ROWS, MAX_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES


def a_book(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def short_texts() -> list[str]:
    """Every text of up to five of the characters that matter."""
    return ["".join(each) for length in range(6) for each in itertools.product("=',;\"\ta", repeat=length)]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("opened_with", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separator_the_file_is_opened_with(language, opened_with):
    with translation.override(language):
        out = write("csv", ["Number", "Title"], [[1, text] for text in short_texts()]).decode("utf-8-sig")

    rows = csv.reader(io.StringIO(out, newline=""), delimiter=opened_with)
    assert [row for row in rows if any(cell.startswith(("=", "\t")) for cell in row)] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_written_file_can_be_read(kind, language):
    row = ["=HYPERLINK(1)", 'a "quoted"; one, two', "строка\nвторая", Decimal("1234.50"), 7, date(2026, 11, 25), None]

    with translation.override(language):
        table = read(write(kind, ["a", "b", "c", "d", "e", "f", "g"], [row]))

    price = table.rows[0][1].pop(3)
    assert price.replace(",", ".") in ("1234.50", "1234.5")
    assert table.rows == [(2, ["=HYPERLINK(1)", row[1], row[2], "7", "2026-11-25"])]


def test_no_cell_of_a_workbook_is_a_formula():
    book = load_workbook(io.BytesIO(write("xlsx", ["=a"], [["=1+1"], ["\x01odd"]])))

    assert [cell.data_type for row in book.active for cell in row] == ["s", "s", "s"]


def test_cells_of_a_workbook_are_read_as_texts():
    content = a_book(["a", "b", "c", "d", "e"], [250.0, 250.5, datetime(2026, 11, 25), time(19, 30), True])  # noqa: DTZ001

    assert read(content).rows == [(2, ["250", "250.5", "2026-11-25", "19:30", "TRUE"])]


def test_files_saved_by_a_russian_excel_are_read():
    assert read("Название;Цена\r\nПопкорн;1 500,50\r\n".encode("cp1251")).rows == [(2, ["Попкорн", "1 500,50"])]
    assert read("Название\tЦена\nПопкорн\t5\n".encode("utf-16")).headers == ["Название", "Цена"]


def test_rows_keep_their_numbers_and_empty_rows_are_skipped():
    assert read(b"a,b\n\n1,2\n,\n3\n").rows == [(3, ["1", "2"]), (5, ["3"])]


TWO_COLUMNS = {"название", "время (часы, минуты)", "title", "running time (hours; minutes)"}


@pytest.mark.parametrize(
    "text",
    [
        "Название;Время (часы, минуты)\nСолярис;2,47\n",
        "Title,Running time (hours; minutes)\nСолярис,2;47\n",
        "Title\tВремя (часы, минуты)\nСолярис\t2,47\n",
        "Название|Время (часы, минуты)\nСолярис|2,47\n",
    ],
)
def test_the_separator_is_the_one_under_which_the_headings_are_known(text):
    [(number, cells)] = read(text.encode(), TWO_COLUMNS).rows

    assert (number, cells[0], len(cells)) == (2, "Солярис", 2)


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_a_line_that_declares_the_separator_is_read(line):
    assert read(f"{line}Title;Price\nTea, black;5\n".encode()) == Table(["Title", "Price"], [(3, ["Tea, black", "5"])])


def test_a_sheet_of_instructions_may_stand_before_the_table():
    book = Workbook()
    book.active.append(["How to fill in the second sheet"])
    table = book.create_sheet("Films")
    table.append(["Title", "Название"])
    table.append(["Solaris", "Солярис"])
    out = io.BytesIO()
    book.save(out)

    assert read(out.getvalue(), TWO_COLUMNS).rows == [(2, ["Solaris", "Солярис"])]
    assert read(out.getvalue()).headers == ["How to fill in the second sheet"]


@pytest.mark.parametrize("second", [["Title", "Название"], ["Название", "Title", "Notes"]])
def test_a_table_on_two_sheets_is_refused_since_one_of_them_would_be_passed_over(second):
    book = Workbook()
    book.active.title = "Halls 1-3"
    for sheet, headings in ((book.active, ["Title", "Название"]), (book.create_sheet("Hall 4"), second)):
        sheet.append(headings)
        sheet.append(["Solaris", "Солярис"])
    book.create_sheet("Empty").append(["Title", "Название"])
    out = io.BytesIO()
    book.save(out)

    for reading in (read, lambda *given: list(stream(*given))):
        with pytest.raises(Unreadable, match="“Halls 1-3”, “Hall 4”"):
            reading(out.getvalue(), TWO_COLUMNS)


def test_a_table_that_nobody_sees_is_not_read():
    book = Workbook()
    book.active.append(["Title"])
    book.active.sheet_state = "hidden"
    table = book.create_sheet("Films")
    table.append(["Title"])
    table.append(["Solaris"])
    out = io.BytesIO()
    book.save(out)

    assert read(out.getvalue(), TWO_COLUMNS).rows == [(2, ["Solaris"])]
    assert list(stream(out.getvalue(), TWO_COLUMNS))[1:] == [(2, ["Solaris"])]


def test_a_title_above_the_headings_is_taken_for_them_and_refused_by_name():
    """The importer says that the column is unknown, and which there are."""
    assert read(b"Our films\nTitle,Price\nSolaris,5\n", ["title", "price"]).headers == ["Our films"]


def test_rows_without_values_do_not_count():
    assert read(b"a\n" + b",\n" * MAX_ROWS + b"1\n").rows == [(MAX_ROWS + 2, ["1"])]


def bad_files() -> dict[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (MAX_UNPACKED_BYTES + 1))
    whole = a_book(["a"], ["b"])
    return {
        "empty": b"",
        "blank": b"\n\n\n",
        "too large": b"a\n" + b"x" * MAX_BYTES,
        "NUL": b"a,b\n\0,1\n",
        "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        "a bomb": packed.getvalue(),
        "cut off": whole[: len(whole) // 2],
        "a zip of nothing": b"PK\x05\x06" + b"\0" * 18,
        "many rows": b"a\n" + b"1\n" * (MAX_ROWS + 1),
        "many columns": b"a\n" + b"1," * 60,
        "a long cell": b"a\n" + b"x" * 5000,
        "an open quote": b'a\n"' + b"x\n" * 5,
        "broken UTF-16": b"\xff\xfe\x00",
        "many rows in a workbook": a_book(["a"], *[["1"]] * (MAX_ROWS + 1)),
        "no headers": b"\n1,2\n",
        "a cell under no header": b"a\n1,2\n",
    }


@pytest.mark.parametrize("name", sorted(bad_files().keys() - {"an open quote"}))
def test_a_file_that_is_not_a_table_is_refused_in_one_line(name):
    with pytest.raises(Unreadable) as caught:
        read(bad_files()[name])

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("language", "text"), [("en", "more than 100,000 rows"), ("ru", "больше 100\u00a0000 строк")])
def test_a_large_limit_is_written_in_groups_of_digits(language, text):
    with translation.override(language), pytest.raises(Unreadable, match=text):
        list(stream(b"a\n" + b"1\n" * (LARGE_ROWS + 1), ["a"]))


def test_a_workbook_with_a_distant_cell_is_refused():
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", "far"
    out = io.BytesIO()
    book.save(out)

    with pytest.raises(Unreadable):
        read(out.getvalue())
