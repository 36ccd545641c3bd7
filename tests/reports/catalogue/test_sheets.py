from datetime import date, timedelta

import pytest

from orders.services import refund
from reports.catalogue.sheets import money
from reports.reading import Period
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)


def test_money_is_shown_by_the_way_it_came():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + timedelta(hours=1))
    order = a_paid_order(session, seats=2)
    a_paid_order(session, customer=a_customer(points=50), points=50)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)

    rows = money(Period([cinema], TODAY, TODAY, NOON + timedelta(hours=4))).rows

    shown = [(str(row["tender"]), row["received"], row["refunds_made"], row["takings"], row["refunds"]) for row in rows]
    assert shown == [("Cash", 1000, 350, 650, 1), ("Points", 50, 0, 50, 0)]
