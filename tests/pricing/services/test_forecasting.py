from datetime import timedelta

import pytest
from django.core.management import call_command

from pricing.models import ForecastBasis, SessionForecast
from pricing.services.forecasting import forecast, learn, to_forecast
from screenings.models import Holiday
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_order
from tests.helpers.forecasts import counted

pytestmark = pytest.mark.django_db

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@pytest.fixture
def hall():
    return a_hall(a_cinema(), rows=["ssssssssss"] * 6)


def shown(hall, *, days_ago, admissions):
    """A past screening, with so many admissions."""
    counted(a_session(hall, start=NOON - days_ago * DAY), admissions=admissions)


def run(at=NOON):
    call_command("forecast_sessions", at=at.isoformat())


def kept():
    return list(SessionForecast.objects.order_by("-horizon").values_list("horizon", "made_at"))


def test_a_screening_is_forecast_from_past_ones_and_from_what_is_sold(hall):
    for weeks in range(1, 21):
        shown(hall, days_ago=7 * weeks, admissions=18 + weeks % 5)
    session = a_session(hall, start=NOON + DAY * 7)
    a_paid_order(session, seats=3, at=NOON - HOUR)
    an_order(session, seats=2, at=NOON - HOUR)  # not paid

    run()

    row = SessionForecast.objects.get()
    assert (row.session, row.horizon, row.sold, row.naive, row.made_at) == (session, 7, 3, 19, NOON)
    assert 10 < row.p10 < row.p50 < row.p90 < 60
    assert 15 < row.unaided < 25
    assert {reason["code"] for reason in row.reasons} >= {"SHORT_HISTORY", "ADVANCE_SALES"}
    assert (row.basis.sessions, row.basis.party_mean) == (20, 1.0)
    hints = SessionForecast.objects.seat_hints(session, seats=60)
    assert hints == {"occupancy": row.mean / 60, "party_mix": {}}


def test_only_screenings_on_sale_of_the_next_four_weeks_are_forecast(hall):
    a_session(hall, start=NOON + 29 * DAY)
    a_session(hall, start=NOON - HOUR)
    cancelled = a_session(hall, start=NOON + 2 * DAY)
    cancel_session(cancelled, reason="Power cut", at=NOON)
    tomorrow = a_session(hall, start=NOON + DAY)

    assert list(to_forecast(NOON)) == [tomorrow]


def test_cancelled_screenings_are_no_history(hall):
    shown(hall, days_ago=7, admissions=20)
    cancel_session(a_session(hall, start=NOON + DAY), reason="Power cut", at=NOON)

    assert learn(NOON).past.model.sessions == 1


def test_the_same_night_forecasts_nothing_twice(hall):
    a_session(hall, start=NOON + DAY)
    run()

    run(NOON + HOUR)

    assert kept() == [(1, NOON)]


def test_one_forecast_is_kept_for_each_horizon(hall):
    session = a_session(hall, start=NOON + 15 * DAY)

    for day in range(16):
        run(NOON + day * DAY - HOUR)

    made = {horizon: NOON + (15 - horizon) * DAY - HOUR for horizon in (14, 7, 3, 1, 0)}
    assert kept() == list(made.items())
    assert ForecastBasis.objects.count() == 1
    assert SessionForecast.objects.latest_of([session])[session.pk].horizon == 0


def test_without_any_history_the_band_is_wide(hall):
    a_session(hall, start=NOON + DAY)

    run()

    row = SessionForecast.objects.get()
    assert row.naive is None
    assert (row.p10, row.p90) < (4, 25)
    assert row.reasons[0]["code"] == "NO_HISTORY"


def test_a_holiday_of_the_calendar_is_a_reason(hall):
    Holiday.objects.create(day=(NOON + DAY).date(), name="Unity Day")
    shown(hall, days_ago=7, admissions=20)
    a_session(hall, start=NOON + DAY)

    run()

    assert "HOLIDAY" in {reason["code"] for reason in SessionForecast.objects.get().reasons}


def test_many_screenings_take_as_many_queries_as_one(hall, django_assert_num_queries):
    for days in range(1, 6):
        shown(hall, days_ago=days, admissions=20)
    sessions = [a_session(hall, start=NOON + days * DAY) for days in range(1, 9)]
    known = learn(NOON)
    forecast(sessions[:1], known, at=NOON)

    with django_assert_num_queries(11):  # with a savepoint
        forecast(sessions, known, at=NOON)

    assert SessionForecast.objects.count() == 8
