from datetime import timedelta

import pytest

from orders.models import Order
from orders.services import check_in, complete, process_refunds, record_refund, refund
from reports.models import SessionFigures
from reports.services import count_locked
from reports.services.session_figures import LOOK_BACK, to_count
from screenings.services import cancel_session, complete_sessions
from tests.helpers.factories import NOON, PRICE, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def order():
    """Two tickets of a screening that is over: one guest came."""
    session = a_session(a_hall(), start=NOON + HOUR)
    order = a_paid_order(session, seats=2)
    check_in(order.tickets.first(), at=session.start_datetime)
    complete_sessions([session], at=session.end_datetime)
    return order


def count(at):
    sessions = list(to_count(at))
    count_locked(sessions, at=at)
    return sessions


def figures():
    return SessionFigures.objects.values_list("capacity", "sold", "refunded", "used", "no_shows", "gross").get()


def test_a_screening_is_counted_once_all_its_orders_are_complete(order):
    assert count(NOON + 6 * HOUR) == []

    complete(Order.objects.over(NOON + 6 * HOUR), at=NOON + 6 * HOUR)

    assert count(NOON + 6 * HOUR) == [order.tickets.first().session]
    assert figures() == (20, 2, 0, 1, 1, 2 * PRICE)
    assert count(NOON + 7 * HOUR) == []


def test_a_refund_counts_the_screening_again(order):
    complete(Order.objects.over(NOON + 6 * HOUR), at=NOON + 6 * HOUR)
    count(NOON + 6 * HOUR)

    refund(order, lines=[order.tickets.last()], reason="Goodwill", at=NOON + 8 * HOUR)
    count(NOON + 9 * HOUR)

    assert figures() == (20, 2, 1, 1, 0, 2 * PRICE)
    assert count(NOON + 10 * HOUR) == []


def test_a_refund_from_before_the_count_that_is_processed_after_it_counts(order):
    complete(Order.objects.over(NOON + 6 * HOUR), at=NOON + 6 * HOUR)
    record_refund(order, amount=order.final_amount, external_id="back", at=NOON + 6 * HOUR)
    count(NOON + 7 * HOUR)
    assert figures()[2] == 0

    process_refunds(Order.objects.refund_to_process(NOON + 8 * HOUR), at=NOON + 8 * HOUR)

    assert len(count(NOON + 8 * HOUR)) == 1
    assert figures()[2] == 2
    assert count(NOON + 9 * HOUR) == []


def test_an_old_refund_is_not_looked_for_at_each_run(order):
    complete(Order.objects.over(NOON + 6 * HOUR), at=NOON + 6 * HOUR)
    count(NOON + 6 * HOUR)
    refund(order, reason="Goodwill", at=NOON + 8 * HOUR)

    assert not to_count(NOON + 8 * HOUR + LOOK_BACK).exists()


def test_a_cancelled_screening_without_orders_counts_nothing():
    session = a_session(start=NOON + DAY)
    cancel_session(session, reason="Power cut", at=NOON)

    assert count(session.end_datetime) == [session]
    assert figures() == (20, 0, 0, 0, 0, 0)


def test_many_screenings_cost_as_many_queries_as_one(django_assert_num_queries):
    hall = a_hall()
    sessions = [a_session(hall, start=NOON + number * DAY) for number in range(4)]

    with django_assert_num_queries(6):
        count_locked(sessions[:1], at=NOON)
    with django_assert_num_queries(6):
        count_locked(sessions, at=NOON)
