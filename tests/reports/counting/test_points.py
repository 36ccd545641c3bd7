from datetime import date, timedelta

import pytest

from orders.services import refund
from reports.counting import points
from reports.days import Days, planned_day
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = date(2026, 11, 5)


def test_points_spent_count_when_they_were_spent_and_when_they_came_back():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + 3 * DAY)
    order = a_paid_order(session, seats=2, customer=a_customer(points=100), points=80)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON + DAY)
    days = Days([planned_day(cinema, TODAY + number * DAY) for number in range(2)], cinemas=[cinema.pk])

    rows = {(row["about"], row["kind"]): row["points"] for row in points.count(days, NOON + 2 * DAY)}

    assert {key: rows[key] for key in rows if key[1] in ("DEDUCTION", "REVERSAL")} == {
        (TODAY, "DEDUCTION"): -80,
        (TODAY + DAY, "REVERSAL"): 40,
    }
