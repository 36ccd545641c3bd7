"""What a cell means: read as any spreadsheet writes it, and refused where it can be read in two ways."""

import re
from datetime import date
from decimal import Decimal

import pytest

from backoffice.framework.import_export.widgets import DateWidget, LinesWidget, NumberWidget, TextWidget
from concessions.models import ConcessionItem

PRICE = NumberWidget(ConcessionItem._meta.get_field("price"))
THRESHOLD = NumberWidget(ConcessionItem._meta.get_field("low_stock_percent"))
STOCK = NumberWidget(ConcessionItem._meta.get_field("max_stock_quantity"))


@pytest.mark.parametrize("text", ["1,500", "1.500", "2,000", "999,999", "-1,500"])
@pytest.mark.parametrize("widget", [PRICE, STOCK])
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(widget, text):
    with pytest.raises(
        ValueError, match=f"“{text}” can be read in two ways. Write {text.replace(text[-4], '', 1)} or "
    ):
        widget.clean(text)


@pytest.mark.parametrize(
    "text",
    [
        *["1450.5", "1450,50", "1,450.50", "1.450,50", "1 450,50", "1\u00a0450,50", "1\u202f450.50", "1'450.50"],
        *["1 450,50 ₽", "1450,50₽", "1 450,50 руб.", "₽ 1450.50", "1450.50 RUB", "1450,50 р."],
    ],
)
def test_a_price_is_read_as_spreadsheets_write_it(text):
    assert PRICE.clean(text) == Decimal("1450.50")


@pytest.mark.parametrize(("text", "number"), [("1,234,567", 1234567), ("1 000", 1000), ("250.0", 250), ("0", 0)])
def test_a_count_is_read_as_spreadsheets_write_it(text, number):
    assert STOCK.clean(text) == number


@pytest.mark.parametrize(
    "text", ["15 00", "1 450,50 $", "1,45,000", "1.450.50", "1,450,50", "dear", "1e5", "١٢٣", "--1"]
)
def test_what_is_not_a_price_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is not a number. Write it like 1450\.50\."):
        PRICE.clean(text)


def test_a_count_has_no_currency():
    with pytest.raises(ValueError, match="is not a number"):
        STOCK.clean("10 ₽")


@pytest.mark.parametrize("text", ["1/3/2027", "01/03/2027", "1-3-2027"])
def test_a_date_that_can_be_read_in_two_ways_is_refused_with_both(text):
    with pytest.raises(ValueError, match=f"“{text}” can be read in two ways. Write 2027-01-03 or 2027-03-01."):
        DateWidget().clean(text)


@pytest.mark.parametrize("text", ["2026-11-25", "2026/11/25", "25.11.2026", "25/11/2026", "11/25/2026", "25-11-2026"])
def test_a_date_that_has_one_meaning_is_read(text):
    assert DateWidget().clean(text) == date(2026, 11, 25)


def test_the_same_day_and_month_have_one_meaning():
    assert DateWidget().clean("3/3/2027") == date(2027, 3, 3)


@pytest.mark.parametrize("text", ["13/13/2027", "31/2/2027", "1/3-2027", "25.11.26", ""])
def test_what_is_not_a_date_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"Write it as 2026-11-25 or 25\.11\.2026"):
        DateWidget().clean(text)


@pytest.mark.parametrize("text", ["20", "20%", "20 %", "20,0 %", "20\u00a0%"])
def test_a_percentage_is_read_with_and_without_its_sign(text):
    assert THRESHOLD.clean(text) == 20


@pytest.mark.parametrize(
    ("widget", "text", "refusal"),
    [
        (THRESHOLD, "20.5%", "“20.5%” is not a whole number. Write it like 20."),
        (STOCK, "10.5", "“10.5” is not a whole number. Write it like 150."),
        (STOCK, "20%", "“20%” is not a number. Write it like 150."),
        (PRICE, "20%", "“20%” is not a number. Write it like 1450.50."),
    ],
)
def test_a_number_of_another_kind_is_refused_with_an_example(widget, text, refusal):
    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        widget.clean(text)


@pytest.mark.parametrize("text", ["#N/A", "#ССЫЛКА!", "#WERT!"])
def test_the_error_of_a_formula_is_no_text(text):
    with pytest.raises(ValueError, match=f"“{text}” is the error of a formula"):
        TextWidget().clean(text)


def test_a_text_of_invisible_characters_is_an_empty_cell():
    assert TextWidget().clean("\u3164\u200b\u00a0") == ""
    assert TextWidget().clean("Solaris") == "Solaris"
    assert TextWidget().clean("Solaris\n\n2002") == "Solaris 2002"
    assert LinesWidget().clean("Solaris\n2002") == "Solaris\r\n2002"
