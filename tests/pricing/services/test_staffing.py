"""How many people an evening needs, by hour and post."""

from datetime import UTC, datetime, timedelta

import pytest

from pricing.services.staffing import Coming, joined, suggest, work_per_guest
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item

SEVEN = datetime(2026, 11, 5, 19, tzinfo=UTC)
HALF_BUY_AT_THE_TILL = {"till": 0.5, "door": 1.0, "bar": 0.25}


@pytest.fixture(autouse=True)
def pace(settings):
    settings.STAFF_PACE = {"till": 60, "door": 400, "bar": 40}


def told(hours):
    return [(each.starts.hour, each.guests, *map(str, each.needs.values())) for each in hours]


def test_guests_come_in_the_half_hour_before_the_start():
    two = [Coming(SEVEN, 60.0, 60.0), Coming(SEVEN + timedelta(minutes=15), 60.0, 60.0)]

    # In the busiest quarter 60 guests: 30 at the till at 15 a quarter, 15 at the bar at 10.
    assert told(suggest(two, HALF_BUY_AT_THE_TILL)) == [(18, 90, "2", "1", "2"), (19, 30, "1", "1", "1")]


def test_a_busy_evening_needs_more():
    [hour, _last] = suggest([Coming(SEVEN, 60.0, 100.0)], HALF_BUY_AT_THE_TILL)

    assert told([hour]) == [(18, 60, "1–2", "1", "1–2")]
    assert suggest([], HALF_BUY_AT_THE_TILL) == []


def test_hours_that_need_as_many_people_are_told_together():
    evening = suggest([Coming(SEVEN + timedelta(hours=number), 5.0, 5.0) for number in (0, 3)], HALF_BUY_AT_THE_TILL)

    [together] = joined(evening)

    assert (together.starts.hour, together.ends.hour, together.guests) == (18, 23, 10)
    assert joined(suggest([Coming(SEVEN, 60.0, 100.0)], HALF_BUY_AT_THE_TILL))[0].ends.hour == 19


@pytest.mark.django_db
def test_where_guests_buy_is_known_from_the_last_weeks():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON - timedelta(days=1))
    sold_at = NOON - timedelta(days=1, hours=1)
    a_paid_order(session, seats=3, snacks=[(an_item(cinema), 3)], at=sold_at)
    close_days(cinema, until=NOON)

    found = work_per_guest([cinema, a_cinema()], at=NOON)

    assert found.keys() == {cinema.pk}
    assert found[cinema.pk]["door"] == 1.0
    assert found[cinema.pk]["bar"] == pytest.approx(1 / 3)
    assert work_per_guest([], at=NOON) == {}
