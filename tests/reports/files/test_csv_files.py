import csv
import io

from django.utils import translation

from reports.files.csv_files import write
from tests.helpers.report_tables import AT, HOSTILE, sample_row, sample_table


def written(rows: list[dict[str, object]], *, delimiter: str = ",", **given: object) -> list[list[str]]:
    file = io.BytesIO()
    write(sample_table(rows, **given), file, AT)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_other_programs_can_read_the_figures() -> None:
    headings, row, totals, *explanations = written([sample_row(1200)])

    assert headings == ["Name", "Day", "Time", "Tickets", "Amount", "Share", "Ratio"]
    assert row == ["Онегин", "2026-11-05", "2026-11-06 02:30:00", "1200", "-1234.50", "12.5", "0.75"]
    assert totals == ["Total", "", "", "1200", "-1234.50", "", ""]
    assert explanations == [[], ["'=By the day."], ["Received", "'=Payments that arrived on the day."]]


def test_in_russian_excel_gets_semicolons_and_decimal_commas() -> None:
    with translation.override("ru"):
        _headings, row, *_rest = written([sample_row(1200)], delimiter=";")

    assert row[3:] == ["1200", "-1234,50", "12,5", "0,75"]


def test_no_text_runs_as_a_formula() -> None:
    rows = written([sample_row(1, text) for text in HOSTILE])

    assert [row[0] for row in rows[1:4]] == ["'=1+1", "'+1", "'@SUM(A1)"]
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))] == []


def test_what_is_not_known_stays_empty() -> None:
    assert written([{"name": "x"}])[1] == ["x", "", "", "", "", "", ""]


def test_the_file_stays_open_and_progress_is_told() -> None:
    file, told = io.BytesIO(), []

    write(sample_table(sample_row(number) for number in range(2500)), file, AT, told.append)

    assert (file.closed, told) == (False, [1000, 2000, 2500])
