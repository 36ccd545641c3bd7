from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Value

from orders.services import refund
from reports.counting import advances
from reports.days import planned_day
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = date(2026, 11, 5)


def total(rows):
    """In kopecks."""
    return sum(row["total"] or 0 for each in rows for row in each)


def test_a_day_earns_what_was_paid_before_it_for_its_screenings_and_was_not_refunded():
    cinema = a_cinema()
    hall = a_hall(cinema)
    tonight, tomorrow = a_session(hall, start=NOON + HOUR), a_session(hall, start=NOON + DAY)
    price = tonight.ticket_price
    a_paid_order(tonight, seats=2, snacks=[(an_item(cinema, price=Decimal(120)), 1)], at=NOON - 2 * DAY)
    back = a_paid_order(tonight, at=NOON - DAY)
    a_paid_order(tonight, at=NOON)  # paid on the day itself
    a_paid_order(tomorrow, at=NOON - DAY)
    refund(back, reason="Ill", at=NOON)
    day = planned_day(cinema, TODAY)

    earned = advances.earned_from_advances(day, cinema.pk, as_of=NOON + HOUR)
    before_the_refund = advances.earned_from_advances(day, cinema.pk, as_of=NOON)

    assert total(earned) == int((2 * price + 120) * 100)
    assert total(before_the_refund) == int((3 * price + 120) * 100)


def test_refunds_of_what_was_before_a_day():
    cinema = a_cinema()
    yesterday = a_session(a_hall(cinema), start=NOON - DAY)
    order = a_paid_order(yesterday, at=NOON - 2 * DAY)
    snack = a_paid_order(snacks=[(an_item(cinema, price=Decimal(120)), 1)], at=NOON - DAY)
    day = planned_day(cinema, TODAY)
    for each in (order, snack):
        refund(each, reason="Goodwill", lines=[*each.tickets.all(), *each.preorders.all()], at=NOON)

    def refunded(as_of):
        start, name = day.starts_at, Value("back")
        rows = advances.refunded_of_before(start, [cinema.pk], since=start, as_of=as_of, name=name)
        return total(rows)

    assert refunded(NOON) == 0
    assert refunded(NOON + HOUR) == int((yesterday.ticket_price + 120) * 100)
