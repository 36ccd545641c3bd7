from datetime import timedelta
from decimal import Decimal

import pytest

from pricing.accuracy import accuracy, by_day
from reports.reading import Period
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_session
from tests.helpers.forecasts import a_forecast, counted

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def hall():
    return a_hall(a_cinema())


def period(hall):
    return Period([hall.cinema], (NOON - 6 * DAY).date(), NOON.date(), NOON)


def past(hall, *, days_ago, came, **forecast):
    session = a_session(hall, start=NOON - days_ago * DAY)
    counted(session, admissions=came)
    a_forecast(session, **forecast)
    return session


def test_each_horizon_tells_what_was_forecast_and_what_came(hall, django_assert_num_queries):
    past(hall, days_ago=1, came=10, horizon=7, mean=14.0, naive=20)
    past(hall, days_ago=2, came=30, horizon=7, mean=24.0)
    past(hall, days_ago=3, came=20, horizon=1, mean=20.0)
    past(hall, days_ago=9, came=20, horizon=1, mean=90.0)  # before the period
    past(a_hall(), days_ago=1, came=20, horizon=1, mean=90.0)  # of another cinema
    a_forecast(a_session(hall, start=NOON + DAY), horizon=7, mean=90.0)  # to come

    with django_assert_num_queries(1):
        rows = accuracy(period(hall)).rows

    names = ("horizon", "screenings", "forecast", "admissions", "error", "naive_error", "within")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (1, 1, 20, 20, Decimal("0.0"), None, Decimal("100.0")),
        (7, 2, 38, 40, Decimal("25.0"), Decimal("100.0"), Decimal("100.0")),
    ]


def test_a_screening_outside_its_range_and_a_cancelled_one(hall):
    past(hall, days_ago=1, came=30, horizon=1, mean=14.0)
    session = a_session(hall, start=NOON + DAY)
    a_forecast(session, horizon=1)
    cancel_session(session, reason="Power cut", at=NOON)
    counted(session, admissions=0)

    [row] = accuracy(Period([hall.cinema], NOON.date() - DAY, NOON.date() + DAY, NOON)).rows

    assert (row["screenings"], row["within"]) == (1, Decimal("0.0"))


def test_the_chart_has_the_days_of_one_horizon(hall):
    past(hall, days_ago=1, came=10, horizon=7, mean=14.2)
    past(hall, days_ago=2, came=30, horizon=7, mean=24.0)
    past(hall, days_ago=3, came=30, horizon=1, mean=29.0)

    chart = by_day(period(hall), 7)

    assert [list(row) for row in chart.table.rows] == [
        [(NOON - 2 * DAY).date(), 24, 30],
        [(NOON - DAY).date(), 14, 10],
    ]
