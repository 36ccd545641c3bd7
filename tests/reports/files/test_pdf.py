import io
import re
from typing import Any

import pytest
from django.utils import translation

from reports.errors import TooLongForPdf
from reports.files import pdf
from reports.files.pdf import MAX_PDF_ROWS, compile_document, content, write
from reports.tables import Column, Kind, Table
from tests.helpers.report_tables import AT, HOSTILE, sample_row, sample_rows, sample_table, with_chart


def document(table: Table) -> bytes:
    file = io.BytesIO()
    write(table, file, AT)
    return file.getvalue()


def pages(table: Table) -> str:
    """The document's pages as SVG, one after the other."""
    found: Any = compile_document(content(table, AT), at=AT, format="svg", pdf_standards=[])
    return "".join(each.decode() for each in found) if isinstance(found, list) else found.decode()


def test_the_document_is_tagged_for_screen_readers() -> None:
    with translation.override("ru"):
        made = document(with_chart([sample_row(1, text) for text in HOSTILE]))

    assert made.startswith(b"%PDF-1.7")
    assert re.search(rb"pdfuaid:part>1<", made)
    assert re.search(rb"dc:language>.*?>ru<", made)


def test_texts_are_those_of_the_language_and_of_the_table() -> None:
    with translation.override("ru"):
        data = content(sample_table([sample_row(1200)]), AT)

    assert data["rows"] == [
        ["Онегин", "05.11.2026", "06.11.2026 02:30", "1\xa0200", "-1\xa0234,50\xa0₽", "12,5\xa0%", "0,75"]
    ]
    assert data["totals"] == ["Итого", "", "", "1\xa0200", "-1\xa0234,50\xa0₽", "", ""]
    assert data["page"] == "Стр. {page} из {pages}"
    assert data["definitions"] == [["Received", "=Payments that arrived on the day."]]
    assert "28.11.2026 14:30" in data["footer"]


def test_texts_are_never_markup() -> None:
    data = content(sample_table([sample_row(1, text) for text in HOSTILE], notes=['#read("/etc/passwd")']), AT)

    assert [row[0] for row in data["rows"]] == [text.replace("\x00", "\ufffd") for text in HOSTILE]
    compile_document(data, at=AT)  # an expression in a text would be an error


def test_a_long_table_has_several_pages_and_the_headings_on_each() -> None:
    assert pages(sample_table(sample_rows(120))).count("<svg viewBox") == 3


@pytest.mark.parametrize(("count", "is_wide"), [(3, False), (12, True)])
def test_a_wide_table_turns_the_page(count: int, is_wide: bool) -> None:
    columns = [Column(f"c{number}", "heading") for number in range(count)]
    data = content(Table("Wide", columns, [["fifteen letters"] * count]), AT)

    assert data["landscape"] == is_wide


def test_the_same_table_gives_the_same_bytes() -> None:
    assert document(with_chart([sample_row(1)])) == document(with_chart([sample_row(1)]))


def test_an_empty_table_says_so() -> None:
    assert document(sample_table([]))


@pytest.mark.parametrize("expected", [None, MAX_PDF_ROWS + 1])
def test_what_is_too_long_is_refused_before_it_is_laid_out(
    expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "compile_document", None)

    with pytest.raises(TooLongForPdf, match="2,000"):
        document(sample_table(sample_rows(MAX_PDF_ROWS + 1), expected=expected))


def test_charts_are_drawn_in_plain_colours_with_their_description() -> None:
    [chart] = content(with_chart([sample_row(1)]), AT)["charts"]

    assert "var(" not in chart["svg"]
    assert "#4338ca" in chart["svg"]
    assert chart["description"].startswith("By day: lowest 5")


def test_headings_do_not_lie_on_each_other_where_they_are_too_long_for_a_line() -> None:
    names = ["Should be counted in cash", "Found by counting the cash", "Over or short at the end of the shift"]
    columns = [Column("who", "Responsible"), *(Column(name, name, Kind.MONEY) for name in names)]

    data = content(Table("Drawers", columns, [["Somebody", 1, 2, 3]]), AT)
    short = content(Table("Drawers", columns[:2], [["Somebody", 1]]), AT)

    assert all(data["widths"])  # shares of the line
    assert short["widths"][1] == 0  # as wide as its heading
