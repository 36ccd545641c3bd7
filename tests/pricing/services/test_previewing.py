from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.models import PricingMode, SessionForecast
from pricing.services.previewing import MOST, past_sessions, previewed, spread_over
from screenings.models import Session
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session, an_order, business_state
from tests.helpers.forecasts import a_forecast
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def past(hall=None, *, ago=DAY, orders=4, seats=4, forecast=60.0):
    """A screening that nearly filled a hall of 20 seats, and for which many were expected."""
    session = a_session(hall, start=NOON - ago)
    for number in range(orders):
        a_paid_order(session, seats=seats, at=session.start_datetime - (number + 1) * 5 * HOUR)
    if forecast:
        a_forecast(session, horizon=14)
        SessionForecast.objects.filter(session=session).update(
            unaided=forecast, levels=[[0.7, 0.5], [1.3, 0.5]], made_at=session.start_datetime - 10 * DAY
        )
    return session


def mode(**fields):
    return PricingMode(mode=PricingMode.Mode.ADAPTIVE, **fields)


def test_a_past_screening_is_sold_again_at_the_list_price_and_at_adaptive_prices():
    session = past()

    [found] = previewed([session], mode(), at=NOON)

    assert (found.tickets, found.made, found.capacity, found.sold_out) == (16, Decimal("5600.00"), 20, False)
    assert len(found.pairs) == 9
    prices = {step.price for pair in found.pairs for step in pair.adaptive.steps}
    assert min(prices) >= 280
    assert 350 < max(prices) <= 455


def test_nothing_is_written_and_the_same_screening_has_the_same_figures():
    session = past()

    before = business_state()

    first, second = (previewed([session], mode(), at=NOON) for _again in range(2))

    assert first == second
    assert business_state() == before


def test_the_highest_price_is_that_of_the_bounds_asked_for():
    session = past()

    [found] = previewed([session], mode(highest_percent=100), at=NOON)

    assert max(step.price for pair in found.pairs for step in pair.adaptive.steps) == 350.0


def test_tickets_sold_at_an_adaptive_price_count_for_more_who_were_interested():
    session = a_session(start=NOON - DAY)
    a_price_quote(session, "450.00", at=NOON - 10 * DAY)
    a_paid_order(session, seats=2, at=NOON - 2 * DAY)

    [found] = previewed([session], mode(), at=NOON)

    assert (found.tickets, found.made) == (2, Decimal("900.00"))


def test_without_sales_nothing_is_simulated_and_without_a_forecast_nothing_is_gained():
    empty, unforecast = past(orders=0), past(forecast=None)

    nothing, same = previewed([empty, unforecast], mode(), at=NOON)

    assert (nothing.pairs, nothing.made) == ([], 0)
    assert {pair.gained for pair in same.pairs} == {0.0}
    assert not same.is_forecast


def test_unpaid_and_refunded_tickets_are_left_out():
    session = past(orders=1)
    an_order(session, at=NOON - DAY - HOUR)

    [found] = previewed([session], mode(), at=NOON)

    assert found.tickets == 4


def test_the_screenings_are_those_of_four_weeks_that_took_place_had_a_forecast_and_sold_tickets():
    hall = a_hall()
    session = past(hall, orders=1)
    cancelled, _long_ago = past(hall, ago=2 * DAY, orders=1), past(hall, ago=40 * DAY, orders=1)
    Session.objects.filter(pk=cancelled.pk).update(status=Session.Status.CANCELLED)
    past(hall, ago=3 * DAY, orders=0)
    past(hall, ago=4 * DAY, forecast=None)
    a_session(hall, start=NOON + DAY)

    assert list(past_sessions(hall.cinema, None, at=NOON)) == [session]
    assert list(past_sessions(hall.cinema, session.film, at=NOON)) == [session]


def test_many_screenings_are_sampled_from_the_first_to_the_last():
    hall = a_hall()
    sessions = [past(hall, ago=(number + 1) * DAY, orders=1) for number in range(MOST + 5)]

    sample = spread_over(past_sessions(hall.cinema, None, at=NOON))

    assert len(sample) == MOST
    assert (sample[0], sample[-1]) == (sessions[0], sessions[-1])


def test_more_screenings_cost_no_more_queries():
    hall = a_hall()
    counts = []
    for sessions in ([past(hall)], [past(hall, ago=each * DAY) for each in (2, 3, 4)]):
        with CaptureQueriesContext(connection) as queries:
            previewed(sessions, mode(), at=NOON, draws=1)
        counts.append(len(queries))

    assert counts[0] == counts[1]
