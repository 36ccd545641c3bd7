from datetime import date, timedelta
from decimal import Decimal

import pytest

from concessions.services import count as count_shelf
from concessions.services import receive, write_off
from orders.services import refund
from reports.counting import stock
from reports.days import Days, planned_day
from tests.helpers.factories import NOON, a_cinema, a_paid_order, an_item

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TODAY = date(2026, 11, 5)


def test_every_kind_of_movement_in_units_and_at_cost():
    """100 units at 40.00; 50 more at 46.00 make the average 42.00."""
    cinema = a_cinema()
    item = an_item(cinema, stock=100, cost=Decimal(40), max_stock_quantity=1000)
    receive(item, quantity=50, unit_cost=Decimal(46), at=NOON)
    order = a_paid_order(snacks=[(item, 3)], at=NOON + MINUTE)
    refund(order, reason="Ill", at=NOON + 2 * MINUTE)
    write_off(item, quantity=2, reason="Spilt", at=NOON + 3 * MINUTE)
    item.refresh_from_db()
    count_shelf(item, on_shelf=item.stock_quantity - 1, reason="Lost", at=NOON + 4 * MINUTE)
    days = Days([planned_day(cinema, TODAY)], cinemas=[cinema.pk])

    def figures(as_of):
        return {row["kind"]: (row["units"], row["value"]) for row in stock.count(days, as_of)}

    assert figures(NOON + DAY) == {
        "RECEIPT": (50, Decimal(2300)),
        "HOLD": (-3, Decimal(-126)),
        "RETURN": (3, Decimal(126)),
        "WRITE_OFF": (-2, Decimal(-84)),
        "COUNT": (-1, Decimal(-42)),
    }
    assert figures(NOON + MINUTE).keys() == {"RECEIPT"}
