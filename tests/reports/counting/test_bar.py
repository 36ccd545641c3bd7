from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.models import Order
from orders.services import expire_uncollected, refund
from payments.models import Subject, Vat, VatRate
from reports.catalogue.takings import added
from reports.counting import bar
from reports.days import Days, planned_day
from reports.models import BarFigures
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_promocode, a_session, an_item, an_order

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 11, 5)


def count(cinema, *dates, as_of=NOON + 10 * DAY):
    return list(bar.count(Days([planned_day(cinema, each) for each in dates], cinemas=[cinema.pk]), as_of))


def test_an_order_of_snacks_in_every_measure():
    """Three for 120.00 that cost 40.00 each, 10 % off: 324.00 with 20 % VAT."""
    VatRate.objects.create(subject=Subject.GOODS, valid_from=date(2026, 1, 1), vat=Vat.TWENTY)
    cinema = a_cinema()
    a_paid_order(snacks=[(an_item(cinema, cost=Decimal(40)), 3)], promocode=a_promocode())

    [row] = count(cinema, TODAY)

    assert (row["sold"], row["refunded"], row["uncollected"]) == (3, 0, 0)
    assert (row["gross"], row["discount"], row["points"]) == (Decimal(360), Decimal(36), Decimal(0))
    assert (row["vat"], row["cost"], row["uncosted"]) == (Decimal(54), Decimal(120), 0)


def test_by_item_there_is_one_row_with_the_sums_of_the_others():
    cinema = a_cinema()
    popcorn = an_item(cinema, cost=Decimal(40))
    a_paid_order(snacks=[(popcorn, 3)], promocode=a_promocode())
    a_paid_order(snacks=[(popcorn, 1)])
    days = Days([planned_day(cinema, TODAY)], cinemas=[cinema.pk])

    lines, [row] = list(bar.count(days, NOON + DAY)), bar.count_by_item(days, NOON + DAY)

    assert len(lines) == 2
    assert {measure: row[measure] for measure in BarFigures.MEASURES} == added(BarFigures.MEASURES, lines)


def test_snacks_with_tickets_count_on_the_day_of_the_first_screening():
    cinema = a_cinema()
    tomorrow = a_session(a_hall(cinema), start=NOON + DAY)
    a_paid_order(tomorrow, snacks=[(an_item(cinema), 2)])
    a_paid_order(snacks=[(an_item(cinema), 5)])

    rows = count(cinema, TODAY, TODAY + DAY)

    assert {row["about"]: row["sold"] for row in rows} == {TODAY: 5, TODAY + DAY: 2}


def test_snacks_of_several_screenings_count_once_with_the_first_of_them():
    cinema = a_cinema()
    hall = a_hall(cinema)
    tomorrow, today = a_session(hall, start=NOON + DAY), a_session(hall, start=NOON + HOUR)
    order = a_paid_order(tomorrow, seats=3, snacks=[(an_item(cinema), 2)])
    order.tickets.filter(pk=order.tickets.latest("pk").pk).update(session=today)

    rows = count(cinema, TODAY, TODAY + DAY)

    assert {row["about"]: row["sold"] for row in rows} == {TODAY: 2}


def test_refunded_snacks_cost_nothing_any_more_and_uncollected_ones_stay_sold():
    cinema = a_cinema()
    refunded, left = (an_item(cinema, cost=Decimal(40)) for _ in range(2))
    back = a_paid_order(snacks=[(refunded, 1)])
    refund(back, reason="Ill", at=NOON + HOUR)
    a_paid_order(snacks=[(left, 2)])
    expire_uncollected(Order.objects.with_uncollected_snacks(NOON + DAY), at=NOON + DAY)

    rows = {row["item_id"]: row for row in count(cinema, TODAY)}

    found = {
        item: (row["sold"], row["refunded"], row["uncollected"], row["refunded_money"], row["cost"], row["vat"] > 0)
        for item, row in rows.items()
    }
    assert found == {
        refunded.pk: (1, 1, 0, Decimal(120), Decimal(0), False),
        left.pk: (2, 0, 2, Decimal(0), Decimal(0), True),
    }


def test_units_of_an_unknown_cost_are_said_to_be_so():
    cinema = a_cinema()
    a_paid_order(snacks=[(an_item(cinema, cost=None), 4)])

    [row] = count(cinema, TODAY)

    assert (row["cost"], row["uncosted"]) == (Decimal(0), 4)


def test_an_unpaid_order_and_what_is_paid_later_are_not_counted():
    cinema = a_cinema()
    an_order(snacks=[(an_item(cinema), 1)])
    a_paid_order(snacks=[(an_item(cinema), 1)], at=NOON + HOUR)

    assert count(cinema, TODAY, as_of=NOON + HOUR) == []
