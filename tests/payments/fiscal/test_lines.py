"""Lines of receipts: amounts add up exactly, and each line has the tax of its day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from payments.fiscal.lines import SoldItem, receipt_lines
from payments.models import Rates, Subject, VatRate
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def rows(*items, total, at=NOON):
    lines = receipt_lines(items, total=Decimal(total), advance="Advance", vat_of=Rates().at(at))
    return [(line.name, line.quantity, line.price, line.vat) for line in lines]


def popcorn(quantity, amount):
    return SoldItem("Popcorn", Subject.GOODS, quantity, Decimal(amount))


def ticket(amount):
    return SoldItem("Ticket", Subject.TICKETS, 1, Decimal(amount))


def test_an_amount_that_the_quantity_does_not_divide_becomes_two_lines_a_cent_apart():
    assert rows(popcorn(3, "100.00"), total="100.00") == [
        ("Popcorn", 2, Decimal("33.33"), "22"),
        ("Popcorn", 1, Decimal("33.34"), "22"),
    ]


def test_a_total_other_than_the_sum_of_the_items_is_split_in_proportion():
    assert rows(ticket("300.00"), popcorn(1, "100.00"), total="200.00") == [
        ("Ticket", 1, Decimal("150.00"), "none"),
        ("Popcorn", 1, Decimal("50.00"), "22"),
    ]


@pytest.mark.parametrize("items", [[], [ticket("0.00")]])
def test_money_for_nothing_that_can_be_named_is_one_advance_payment(items):
    assert rows(*items, total="80.00") == [("Advance", 1, Decimal("80.00"), "none")]


def test_units_that_cost_nothing_are_left_out():
    assert rows(popcorn(3, "0.02"), total="0.02") == [("Popcorn", 2, Decimal("0.01"), "22")]


def test_a_name_is_cut_to_what_the_column_holds():
    [(name, *_)] = rows(SoldItem("x" * 200, Subject.GOODS, 1, Decimal(1)), total="1.00")

    assert name == "x" * 128


def test_the_rate_is_that_of_the_day_in_the_zone_of_receipts():
    VatRate.objects.create(subject="GOODS", valid_from=(NOON + timedelta(days=1)).date(), vat="5")

    before, after = (rows(popcorn(1, "1.00"), total="1.00", at=at) for at in (NOON, NOON + timedelta(days=1)))

    assert [before[0][3], after[0][3]] == ["22", "5"]


@pytest.mark.parametrize(
    ("subject", "day", "vat"),
    [
        ("TICKETS", date(2025, 12, 31), "none"),
        ("GOODS", date(2025, 12, 31), "20"),
        ("GOODS", date(2026, 1, 1), "22"),
        ("GOODS", date(2026, 6, 30), "22"),
        ("GOODS", date(2026, 7, 1), "5"),
        ("GOODS", date(2010, 1, 1), "none"),
    ],
)
def test_a_rate_holds_from_its_day_on_and_the_cinemas_own_before_the_general(subject, day, vat):
    VatRate.objects.create(subject="GOODS", valid_from=date(2026, 7, 1), vat="5")

    assert Rates().on(subject, day) == vat


@pytest.mark.parametrize(
    ("calculated", "prepaid", "vat"), [(True, True, "22/122"), (True, False, "22"), (False, True, "22")]
)
def test_a_prepayment_has_the_calculated_rate_if_the_setting_says_so(settings, calculated, prepaid, vat):
    settings.CALCULATED_VAT = calculated

    vat_of = Rates().at(NOON, prepaid=prepaid)

    assert (vat_of(Subject.GOODS), vat_of(Subject.TICKETS)) == (vat, "none")


def test_staff_enter_rates_and_no_calculated_ones():
    assert [vat for vat, _label in VatRate._meta.get_field("vat").choices] == ["none", "0", "5", "7", "10", "20", "22"]
