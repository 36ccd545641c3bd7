from datetime import date, timedelta

import pytest

from reports.counting import orders
from reports.days import Days, planned_day
from reports.models import OrderFigures
from reports.reading import grouped
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item, an_order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = date(2026, 11, 5)


def test_paid_orders_count_by_what_they_contain_on_the_day_of_their_payment():
    cinema = a_cinema()
    session, item = a_session(a_hall(cinema), start=NOON + 3 * DAY), an_item(cinema)
    a_paid_order(session)
    a_paid_order(session, seats=2, snacks=[(item, 1)])
    a_paid_order(snacks=[(item, 2)])
    an_order(session)
    a_paid_order(session, at=NOON + DAY, channel="RESERVATION")
    days = Days([planned_day(cinema, TODAY + number * DAY) for number in range(2)], cinemas=[cinema.pk])

    rows = grouped(OrderFigures, orders.count(days, NOON + 2 * DAY), ["about", "channel"])

    found = {(row["about"], row["channel"]): [row[each] for each in OrderFigures.MEASURES] for row in rows}
    assert found == {(TODAY, "ONLINE"): [3, 2, 2, 1], (TODAY + DAY, "RESERVATION"): [1, 1, 0, 0]}
