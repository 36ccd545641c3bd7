from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from backoffice.framework.import_export.files import Unreadable
from backoffice.reports.terminal_files import headings_of, parse
from reports.models import PayoutLayout, PayoutLine

Kind = PayoutLine.Kind
MOSCOW = ZoneInfo("Europe/Moscow")
HEADINGS = "Дата;Сумма;Комиссия;RRN;Карта;Операция"
COLUMNS = {
    "time": "Дата",
    "amount": "Сумма",
    "fee": "Комиссия",
    "reference": "RRN",
    "card": "Карта",
    "kind": "Операция",
}


@pytest.fixture(autouse=True)
def roubles(settings):
    settings.CURRENCY = "RUB"


def read(*lines: str, headings: str = HEADINGS, columns: dict[str, str] = COLUMNS, **words: str):
    layout = PayoutLayout(columns=columns, **{"refund_words": "Возврат, отмена", **words})
    return parse("\n".join([headings, *lines]).encode(), layout, zone=MOSCOW)


def test_columns_are_read_as_they_were_chosen():
    parsed = read(
        "05.11.2026 14:30:00;1 000,50;15,01;631012345678;4276****1234;Оплата",
        "2026-11-06;350;;631012345679;;ВОЗВРАТ",
        ";;;;;",
        "05.11.2026;10;;;;",
    )

    first, second = parsed.operations
    assert (first.kind, first.amount, first.fee) == (Kind.PAYMENT, Decimal("1000.50"), Decimal("15.01"))
    assert (first.reference, first.card) == ("631012345678", "1234")
    assert (first.day, first.at) == (date(2026, 11, 5), datetime(2026, 11, 5, 11, 30, tzinfo=UTC))
    assert (second.kind, second.amount, second.fee, second.card) == (Kind.REFUND, 350, None, "")
    assert (second.day, second.at) == (date(2026, 11, 6), datetime(2026, 11, 5, 21, tzinfo=UTC))
    assert parsed.skipped == 1


def test_without_a_kind_negative_amounts_are_refunds():
    parsed = read(
        "05.11.2026;-350.00", "05.11.2026;350.00", headings="Дата;Сумма", columns={"time": "Дата", "amount": "Сумма"}
    )

    assert [(each.kind, each.amount) for each in parsed.operations] == [(Kind.REFUND, 350), (Kind.PAYMENT, 350)]


@pytest.mark.parametrize(
    ("amount", "fee", "word", "found"),
    [
        ("-350", "", "Возврат", (Kind.REFUND, Decimal(350), None)),
        ("350", "", "Возврат", (Kind.REFUND, Decimal(350), None)),
        ("-350", "", "Отмена по банку", (Kind.REFUND, Decimal(350), None)),  # the sign says what no word does
        ("350", "-5.25", "Оплата", (Kind.PAYMENT, Decimal(350), Decimal("5.25"))),
        ("-350", "-5.25", "Возврат", (Kind.REFUND, Decimal(350), Decimal("-5.25"))),  # given back
    ],
)
def test_a_word_and_a_sign_that_say_the_same_count_once(amount, fee, word, found):
    [operation] = read(f"05.11.2026;{amount};{fee};;;{word}").operations

    assert (operation.kind, operation.amount, operation.fee) == found


def test_a_negative_amount_that_is_called_a_payment_is_refused():
    with pytest.raises(Unreadable, match="2"):
        read("05.11.2026;-350;;;;Оплата", payment_words="Оплата")


def test_only_the_words_for_payments_count_if_there_are_any():
    lines = ["05.11.2026;350;;;;Оплата", "05.11.2026;350;;;;Отказ"]

    assert len(read(*lines).operations) == 2
    assert (len(read(*lines, payment_words="оплата").operations), read(*lines, payment_words="оплата").skipped) == (
        1,
        1,
    )


@pytest.mark.parametrize(
    ("time", "amount"),
    [
        ("05/11/2026", "350"),  # May or November
        ("05.11.2026", "1,500"),  # one and a half, or a thousand and a half
        ("05.11.2026", "1.500"),
        ("05.11.2026", "many"),
        ("yesterday", "350"),
        ("05.11.2026 25:00", "350"),
        ("05.11.2026 noon", "350"),
        ("05.11.1026", "350"),
        ("05.11.2026", "1e9"),
        ("05.11.2026", "99999999999"),
    ],
)
def test_what_can_be_read_in_two_ways_or_not_at_all_is_refused_with_its_row(time, amount):
    with pytest.raises(Unreadable, match="2"):
        read(f"{time};{amount};;;;Оплата")


def test_a_date_with_slashes_that_has_one_reading_is_read():
    assert read("25/11/2026;350;;;;Оплата").operations[0].day == date(2026, 11, 25)


@pytest.mark.parametrize(
    "line",
    [
        "05.11.2026;350;;631012345678;;Оплата",
        "05.11.2026 14:30:05;350;;;;Оплата",
        "05.11.2026 14:30;350;;;4276;Оплата",
    ],
)
def test_the_same_operation_has_the_same_identity_in_another_file_and_likes_are_told_apart(line):
    first = [each.identity for each in read(line, line).operations]
    second = [each.identity for each in read("04.11.2026;350;;;;Оплата", line).operations]

    assert len({*first}) == 2
    assert second[1] == first[0]


@pytest.mark.parametrize("when", ["05.11.2026", "05.11.2026 00:00:00", "05.11.2026 14:30", "05.11.2026 14:30:00"])
def test_without_a_reference_and_an_exact_time_the_lines_of_each_file_are_its_own(when):
    line = f"{when};350;;;;Оплата"

    one, again, other = (read(*lines).operations for lines in [(line, line), (line, line), (line,)])

    assert [each.identity for each in one] == [each.identity for each in again]
    assert len({each.identity for each in (*one, *other)}) == 3
    assert len({each.identity.split(":")[1] for each in (*one, *other)}) == 1


def test_operations_of_two_places_are_never_the_same():
    content, layout = f"{HEADINGS}\n05.11.2026;350;;;;Оплата".encode(), PayoutLayout(columns=COLUMNS)

    one, other = (parse(content, layout, zone=MOSCOW, place=place) for place in ("cinema:1", "cinema:2"))

    assert one.operations[0].identity != other.operations[0].identity
    assert one.digest != other.digest


def test_what_is_no_reference_is_refused():
    with pytest.raises(Unreadable):
        read("05.11.2026;350;;Anna Petrova;;Оплата")


def test_headings_are_found_below_a_title_and_in_a_workbook():
    book, file = Workbook(), BytesIO()
    book.active.append(["Date", "Sum"])
    book.save(file)

    assert headings_of(f"Реестр операций;;;;;\n\n{HEADINGS}\n05.11.2026;1;2;3;4;5\n".encode()) == HEADINGS.split(";")
    assert headings_of(file.getvalue()) == ["Date", "Sum"]


@pytest.mark.parametrize("content", [b"", b"nothing", "Дата;дата\n1;2\n".encode(), b"\x00;\xff"])
def test_other_files_have_no_headings(content):
    with pytest.raises(Unreadable):
        headings_of(content)


def test_a_file_without_a_chosen_column_is_refused():
    with pytest.raises(Unreadable, match="RRN"):
        read("05.11.2026;350", headings="Дата;Сумма;Комиссия;Карта;Операция")


def test_a_date_of_a_workbook_is_read():
    book, file = Workbook(), BytesIO()
    book.active.append(["Date", "Sum"])
    book.active.append([datetime(2026, 11, 5, 14, 30), 350.5])  # noqa: DTZ001 - workbooks have no time zones
    book.active.append([date(2026, 11, 6), 1])
    book.save(file)

    layout = PayoutLayout(columns={"time": "Date", "amount": "Sum"})
    operations = parse(file.getvalue(), layout, zone=MOSCOW).operations

    assert [(each.day, each.amount) for each in operations] == [
        (date(2026, 11, 5), Decimal("350.50")),
        (date(2026, 11, 6), 1),
    ]
    assert operations[0].at == datetime(2026, 11, 5, 11, 30, tzinfo=UTC)
