from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.services import mark_paid, record_refund, refund
from reports.counting import money
from reports.days import Days, planned_day
from tests.helpers.factories import NOON, PRICE, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_order

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 11, 5)


@pytest.fixture
def session():
    return a_session(a_hall(a_cinema()), start=NOON + 3 * DAY, price=PRICE)


def count(session, *dates, as_of=NOON + 10 * DAY):
    """By date and tender: received, refunded and paid back, with their numbers."""
    cinema = session.hall.cinema
    found = {}
    for row in money.count(Days([planned_day(cinema, each) for each in dates], cinemas=[cinema.pk]), as_of):
        measures = found.setdefault((row["about"], row["tender"]), {})
        measures |= {
            key: value for key, value in row.items() if key in ("received", "refunded", "paid_back", "payments")
        }
    return found


def test_each_payment_counts_by_its_tender_on_the_day_that_it_came(session):
    a_paid_order(session, gateway="cash")
    a_paid_order(session, gateway="card_terminal", seats=2)
    online = an_order(session, at=NOON)
    mark_paid(online, gateway="demo", amount=PRICE, external_id="1", at=NOON + DAY)

    assert count(session, TODAY, TODAY + DAY) == {
        (TODAY, "cash"): {"received": PRICE, "payments": 1},
        (TODAY, "card_terminal"): {"received": 2 * PRICE, "payments": 1},
        (TODAY + DAY, "demo"): {"received": PRICE, "payments": 1},
    }


def test_a_refund_counts_on_the_day_it_was_made_and_again_when_it_was_paid_back(session):
    order = a_paid_order(session, gateway="cash")
    refund(order, reason="Ill", at=NOON + DAY)
    order.refunds.update(status="SUCCEEDED", succeeded_at=NOON + 2 * DAY, handed_out=True)

    assert count(session, *(TODAY + number * DAY for number in range(3))) == {
        (TODAY, "cash"): {"received": PRICE, "payments": 1},
        (TODAY + DAY, "cash"): {"refunded": PRICE},
        (TODAY + 2 * DAY, "cash"): {"paid_back": PRICE},
    }


def test_what_staff_pay_out_for_a_gateway_is_paid_back_by_hand(session):
    order = an_order(session)
    mark_paid(order, gateway="demo", amount=PRICE, external_id="1", at=NOON)
    refund(order, reason="Ill", at=NOON + HOUR)
    order.refunds.update(status="SUCCEEDED", succeeded_at=NOON + 2 * HOUR, handed_out=True)

    found = count(session, TODAY)

    assert found[TODAY, "demo"] == {"received": PRICE, "payments": 1, "refunded": PRICE}
    assert found[TODAY, "by_hand"] == {"paid_back": PRICE}


def test_points_are_a_tender_that_comes_back_with_the_lines_it_paid_for(session):
    order = a_paid_order(session, seats=2, customer=a_customer(points=100), points=100)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON + DAY)

    found = count(session, TODAY, TODAY + DAY)

    assert found[TODAY, "points"]["received"] == Decimal(100)
    assert found[TODAY + DAY, "points"]["refunded"] == Decimal(50)
    assert found[TODAY + DAY, "cash"]["refunded"] == PRICE - 50


def test_a_chargeback_counts_without_lines(session):
    order = an_order(session)
    mark_paid(order, gateway="demo", amount=PRICE, external_id="1", at=NOON)
    record_refund(order, amount=PRICE, external_id="back", at=NOON + HOUR)

    assert count(session, TODAY)[TODAY, "demo"]["refunded"] == PRICE
    assert "refunded" not in count(session, TODAY, as_of=NOON + HOUR)[TODAY, "demo"]
