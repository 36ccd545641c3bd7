"""Adaptive prices of sessions: when they are computed, from what, and what keeps them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.errors import AlreadyFrozen, NotFrozen
from pricing.models import PriceFreeze, PricingMode, SessionForecast
from pricing.quotes import replay
from pricing.services.facts import facts_of
from pricing.services.repricing import freeze, reprice, to_reprice, unfreeze
from screenings.models import Film, PriceQuote, Session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session, an_order
from tests.helpers.forecasts import a_forecast
from tests.helpers.screening_rows import a_price_list, a_price_quote

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def adaptive(session, **fields):
    return PricingMode.objects.create(
        cinema=session.hall.cinema, mode=PricingMode.Mode.ADAPTIVE, since=NOON - DAY, **fields
    )


def expect(session, number):
    a_forecast(session)
    SessionForecast.objects.filter(session=session).update(unaided=number, levels=[[1.0, 1.0]])


def run(at=NOON):
    call_command("reprice_sessions", at=at.isoformat())


def price_of(session):
    return Session.objects.get(pk=session.pk).price


def replayed(quote):
    return replay({"inputs": quote.inputs, "inputs_hash": quote.inputs_hash, "policy": quote.policy})


@pytest.fixture
def session():
    """Ten times as many people are expected as the hall has seats."""
    session = a_session(start=NOON + 2 * DAY)
    expect(session, 200.0)
    return session


def test_prices_stay_as_they_are_without_a_mode(session):
    run()

    assert (price_of(session), PriceQuote.objects.count(), to_reprice(NOON).count()) == (350, 0, 0)


def test_a_session_in_demand_gets_dearer_by_what_a_day_allows_and_the_price_is_kept_with_its_reasons(session):
    adaptive(session)

    run()

    quote = PriceQuote.objects.get()
    assert (quote.price, quote.list_price, quote.lowest, quote.highest) == (420, 350, 280, 450)
    assert {"SEATS_SCARCE", "LIMITED"} <= {each["code"] for each in quote.reasons}
    row = Session.objects.get(pk=session.pk)
    assert (row.price_quote, row.price, row.ticket_price) == (quote, 420, 350)
    assert replayed(quote) == "420.00"


def test_no_customer_is_in_what_a_price_is_computed_from(session):
    adaptive(session)
    order = a_paid_order(session, at=NOON - HOUR)

    run()

    text = str(PriceQuote.objects.get().inputs)
    assert order.number not in text
    assert order.email not in text


def test_a_price_is_looked_at_again_after_a_quarter_of_an_hour_and_after_an_hour_far_ahead(session):
    far = a_session(session.hall, start=NOON + 9 * DAY)
    adaptive(session)
    run()

    assert list(to_reprice(NOON + 13 * MINUTE)) == []
    assert list(to_reprice(NOON + 15 * MINUTE)) == [session]
    assert set(to_reprice(NOON + 60 * MINUTE)) == {session, far}


def test_a_price_that_stays_the_same_makes_no_new_quote(session):
    adaptive(session)
    run()

    run(NOON + HOUR)

    assert PriceQuote.objects.count() == 1


def test_the_closest_mode_applies(session):
    other_film = a_session(session.hall, start=NOON + 3 * DAY)
    other_film.film = Film.objects.create(title="Mirror", duration_minutes=107)
    other_film.save()
    alone = a_session(session.hall, start=NOON + 4 * DAY)
    Session.objects.filter(pk=alone.pk).update(film=session.film)
    expect(other_film, 200.0)
    expect(alone, 200.0)
    adaptive(session)
    PricingMode.objects.create(cinema=session.hall.cinema, film=other_film.film, since=NOON - DAY)
    PricingMode.objects.create(cinema=session.hall.cinema, session=alone, since=NOON - DAY)

    run()

    assert [price_of(each) > 350 for each in (session, other_film, alone)] == [True, False, False]


def test_a_session_that_is_not_adaptive_any_more_gets_its_list_price_back(session):
    mode = adaptive(session)
    run()
    mode.mode = PricingMode.Mode.OFF
    mode.save()

    run(NOON + HOUR)

    row = Session.objects.get(pk=session.pk)
    assert (row.price, row.price_quote) == (350, None)
    ended = PriceQuote.objects.get(at=NOON + HOUR)
    assert (ended.price, [each["code"] for each in ended.reasons], replayed(ended)) == (350, ["DISABLED"], "350.00")


def test_the_price_never_falls_below_the_films_minimum_or_a_fixed_concession(session):
    hall = session.hall
    adaptive(session, daily_percent=100, lowest_percent=50)
    minimum, fixed = a_session(hall, start=NOON + 3 * DAY), a_session(hall, start=NOON + 4 * DAY)
    minimum.film.minimum_price = Decimal("330.00")
    minimum.film.save()
    row = a_price_list(hall.cinema, ("All", "350", {})).rows.get()
    child = an_order(fixed).tickets.get().ticket_type
    row.ticket_types.create(ticket_type=child, fixed_price=Decimal("340.00"))
    Session.objects.filter(pk=fixed.pk).update(price_row=row)
    for each in (minimum, fixed):
        expect(each, 1.0)

    run()

    assert PriceQuote.objects.get(session=minimum).lowest == Decimal("330.00")
    assert PriceQuote.objects.get(session=fixed).lowest == Decimal("340.00")
    assert price_of(minimum) >= 330
    assert price_of(fixed) >= 340


def test_without_a_forecast_the_list_price_applies_and_the_quote_says_so(session):
    adaptive(session)
    SessionForecast.objects.all().delete()

    run()

    quote = PriceQuote.objects.get()
    assert (quote.price, quote.reasons[0]["code"]) == (350, "MISSING_DATA")


def test_a_frozen_price_stays_until_it_is_let_move_again(session):
    adaptive(session)
    freeze(session, reason="Announced in the paper", at=NOON - HOUR)
    run()
    assert price_of(session) == 350
    with raises_unchanged(AlreadyFrozen):
        freeze(session, reason="Again", at=NOON)

    unfreeze(session, at=NOON)
    run()

    assert price_of(session) == 420
    assert PriceFreeze.objects.get().ended_at == NOON
    with raises_unchanged(NotFrozen):
        unfreeze(session, at=NOON)


def test_review_periods_are_six_hours_long_and_cut_where_the_price_changed():
    session = a_session(start=NOON + 2 * DAY)
    a_paid_order(session, at=NOON - 13 * HOUR)
    a_paid_order(session, at=NOON - 2 * HOUR)
    a_price_quote(session, "380.00", at=NOON - 3 * HOUR)
    an_order(session, at=NOON - DAY)  # expired unpaid: counts no more, whether or not its seat was released

    [facts] = facts_of([session], at=NOON)

    assert (facts.sold, facts.held) == (2, 0)
    assert facts.history(NOON) == [
        {"days_left": round(2 + 13 / 24, 6), "price": "350.00", "orders": 0},
        {"days_left": 2.5, "price": "350.00", "orders": 0},
        {"days_left": 2.25, "price": "350.00", "orders": 0},
        {"days_left": 2.125, "price": "380.00", "orders": 1},
    ]


@pytest.mark.parametrize("many", [1, 8])
def test_a_batch_takes_a_constant_number_of_queries(many):
    hall = a_hall()
    sessions = [a_session(hall, start=NOON + (number + 1) * HOUR * 5) for number in range(many)]
    for each in sessions:
        expect(each, 200.0)
        a_paid_order(each, at=NOON - DAY)
    adaptive(sessions[0])

    with CaptureQueriesContext(connection) as queries:
        reprice(sessions, at=NOON)

    assert len(queries) == QUERIES


QUERIES = 11
