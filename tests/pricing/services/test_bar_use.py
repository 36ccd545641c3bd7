from datetime import timedelta

import pytest
from django.core.management import call_command

from concessions.models import ConcessionItem, ReorderSuggestion
from screenings.services import cancel_session
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item
from tests.helpers.forecasts import a_forecast

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hall():
    """Of a cinema where yesterday four guests took three popcorn."""
    hall = a_hall(a_cinema())
    popcorn = an_item(hall.cinema, stock=50)
    a_paid_order(a_session(hall, start=NOON - DAY), seats=4, snacks=[(popcorn, 3)], at=NOON - DAY - HOUR)
    close_days(hall.cinema, until=NOON)
    return hall


def run(at=NOON):
    call_command("forecast_sessions", at=at.isoformat())


def expected(hall):
    return list(hall.cinema.concession_items.order_by("pk").values_list("expected_today", "expected_week"))


def test_expected_use_follows_the_forecast_and_what_guests_usually_take(hall):
    an_item(hall.cinema)  # nobody took it
    for days, mean in [(0, 20.0), (3, 30.0), (6, 10.0), (7, 99.0)]:
        a_forecast(a_session(hall, start=NOON + days * DAY + HOUR), mean=mean, made_at=NOON)
    cancelled = a_session(hall, start=NOON + 2 * DAY)
    a_forecast(cancelled, mean=99.0, made_at=NOON)
    cancel_session(cancelled, reason="Power cut", at=NOON)

    run()

    assert expected(hall) == [(15, 45), (0, 0)]


def test_nothing_is_known_without_guests_or_without_a_forecast(hall):
    other = a_hall(a_cinema())
    an_item(other.cinema)
    a_forecast(a_session(other), made_at=NOON)

    run()

    assert (expected(hall), expected(other)) == ([(None, None)], [(None, None)])


def test_it_is_worked_out_once_a_night(hall):
    run()
    a_forecast(a_session(hall, start=NOON + HOUR), made_at=NOON)

    run(NOON + HOUR)
    assert expected(hall) == [(None, None)]
    run(NOON + DAY)
    assert expected(hall) == [(0, 0)]  # that screening is over


def test_reorder_suggestions_cover_it_but_never_go_above_the_maximum(hall):
    item = ConcessionItem.objects.get(cinema=hall.cinema)  # 47 of 100 in stock
    a_forecast(a_session(hall, start=NOON + HOUR), mean=40.0, made_at=NOON)
    ReorderSuggestion.objects.create(concession_item=item, quantity=53, suggested_at=NOON)
    run()

    item.refresh_from_db()

    assert (item.expected_week, item.threshold, item.suggested_order) == (30, 20, 3)
    assert list(item.reorder_suggestions.values_list("quantity", flat=True)) == [3]
    item.expected_week = 500
    assert item.suggested_order == 53
    item.expected_week = None
    assert item.suggested_order == 53


def test_each_item_is_recommended_with_what_most_orders_of_the_last_weeks_have_beside_it(hall):
    popcorn = ConcessionItem.objects.get(cinema=hall.cinema)
    cola, water, gone = (an_item(hall.cinema) for _item in range(3))
    shown = a_session(hall, start=NOON + HOUR)
    for other, orders in [(water, 2), (cola, 3), (gone, 4)]:
        for _order in range(orders):
            a_paid_order(shown, seats=1, snacks=[(popcorn, 1), (other, 2)], at=NOON - HOUR)
    a_paid_order(shown, seats=1, snacks=[(water, 1), (cola, 1)], at=NOON - HOUR)
    ConcessionItem.objects.filter(pk=gone.pk).update(is_active=False)

    run()

    together = dict(hall.cinema.concession_items.values_list("pk", "goes_with"))
    assert together == {popcorn.pk: cola.pk, cola.pk: popcorn.pk, water.pk: None, gone.pk: None}
