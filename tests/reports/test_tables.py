from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from reports import tables
from reports.tables import Column, Kind, Row, Table, cell_text, first_rows

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Definition:
    name: str = "Takings"
    sentence: str = "Received less <refunds>."


DAY = Column("day", "day", Kind.DATE)
SOLD = Column("sold", "tickets", Kind.INTEGER, is_summed=True)
TAKINGS = Column("takings", "takings", Kind.MONEY, Definition(), is_summed=True)


def table(rows: list[Row], **given: object) -> Table:
    return Table("Takings", [DAY, SOLD, TAKINGS], rows, **given)


ROWS: list[Row] = [
    {"day": date(2026, 11, 5), "sold": 1200, "takings": Decimal("1500000.50")},
    (date(2026, 11, 6), None, Decimal("-100.50")),
]


@pytest.mark.parametrize(
    ("value", "kind", "english", "russian"),
    [
        (1234567, Kind.INTEGER, "1,234,567", f"1{NBSP}234{NBSP}567"),
        (Decimal("1350.5"), Kind.MONEY, f"1,350.50{NBSP}₽", f"1{NBSP}350,50{NBSP}₽"),
        (Decimal("-7"), Kind.MONEY, f"-7{NBSP}₽", f"-7{NBSP}₽"),
        (Decimal("12.5"), Kind.PERCENT, "12.5%", f"12,5{NBSP}%"),
        (Decimal("1234.75"), Kind.DECIMAL, "1,234.75", f"1{NBSP}234,75"),
        (date(2026, 11, 5), Kind.DATE, "5 Nov 2026", "05.11.2026"),
        (datetime(2026, 11, 5, 21, 30, tzinfo=UTC), Kind.INSTANT, "6 Nov 2026 00:30", "06.11.2026 00:30"),
        ("Onegin", Kind.TEXT, "Onegin", "Onegin"),
        (0, Kind.INTEGER, "0", "0"),
        (None, Kind.MONEY, "–", "–"),
        ("", Kind.TEXT, "–", "–"),
    ],
)
def test_a_cell_reads_as_people_write_it_in_their_language(
    value: object, kind: Kind, english: str, russian: str
) -> None:
    texts = []
    for language in ("en", "ru"):
        with translation.override(language):
            texts.append(cell_text(value, kind))

    assert texts == [english, russian]


def test_an_instant_is_shown_by_the_clock_of_the_table_or_else_by_its_own() -> None:
    late = datetime(2026, 11, 5, 21, 30, tzinfo=UTC)
    yekaterinburg = ZoneInfo("Asia/Yekaterinburg")

    assert cell_text(late, Kind.INSTANT, zone=yekaterinburg) == "6 Nov 2026 02:30"
    assert cell_text(late.astimezone(yekaterinburg), Kind.INSTANT) == "6 Nov 2026 02:30"


def test_rows_are_dicts_or_sequences_and_are_read_once() -> None:
    reading = table(iter(ROWS)).read()

    assert list(reading) == [
        [date(2026, 11, 5), 1200, Decimal("1500000.50")],
        [date(2026, 11, 6), None, Decimal("-100.50")],
    ]
    assert reading.count == 2


def test_summed_columns_are_added_up_while_the_rows_are_read() -> None:
    reading = table(ROWS).read()

    list(reading)

    assert reading.totals() == {"sold": 1200, "takings": Decimal("1499900.00")}


def test_totals_that_are_given_replace_the_sums() -> None:
    assert table(ROWS, totals={"takings": Decimal(7)}).read().totals() == {"takings": Decimal(7)}


def test_of_a_long_table_a_page_has_the_first_rows_and_the_totals_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SHOWN", 1)

    shown = first_rows(table(ROWS))

    assert list(shown.rows) == ROWS[:1]
    assert shown.totals == {"sold": 1200, "takings": Decimal("1499900.00")}
    [note] = shown.notes
    assert note.startswith("Only the first 1 row is shown here")
    assert first_rows(table(ROWS[:1])).notes == ()


def test_a_table_without_summed_columns_has_no_totals() -> None:
    assert Table("Days", [DAY], [(date(2026, 11, 5),)]).read().totals() is None


def test_the_page_shows_headings_rows_totals_notes_and_what_a_figure_means() -> None:
    html = Template("{{ table }}").render(Context({"table": table(ROWS, notes=["By <day>."])}))

    assert '<abbr title="Received less &lt;refunds&gt;.">Takings</abbr>' in html
    assert f'<td class="number">1,500,000.50{NBSP}₽</td>' in html
    assert f'<th scope="row">Total</th><td class="number">1,200</td><td class="number">1,499,900{NBSP}₽</td>' in html
    assert '<p class="report-note">By &lt;day&gt;.</p>' in html


def test_a_table_without_rows_says_so() -> None:
    assert "No figures for this period." in str(table([]))
