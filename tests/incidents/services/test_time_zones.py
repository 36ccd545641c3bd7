"""Orders when the time zone of their cinema is corrected."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.services import follow_time_zone
from notifications.models import Notification
from orders.models import Order
from orders.services import hold
from screenings.errors import MovedTooEarly
from screenings.models import Cinema
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
EAST, WEST = ZoneInfo("Asia/Yekaterinburg"), ZoneInfo("Europe/Kaliningrad")


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema(time_zone="Europe/Moscow")


@pytest.mark.parametrize(("zone", "shift"), [(EAST, -2 * HOUR), (WEST, HOUR)], ids=["east", "west"])
def test_snacks_are_kept_as_long_as_their_session(cinema, zone, shift):
    session = a_session(a_hall(cinema))
    snack = a_paid_order(session, snacks=[(an_item(cinema), 1)]).preorders.get()
    deadline = snack.collection_deadline

    assert follow_time_zone(cinema, zone, keep_clock=True, at=NOON) == 1

    session.refresh_from_db()
    snack.refresh_from_db()
    assert snack.collection_deadline == deadline + shift == session.end_datetime


def test_an_unpaid_order_is_not_held_beyond_its_session(cinema):
    session = a_session(a_hall(cinema), start=NOON + 3 * HOUR)
    order = hold(
        cinema=cinema,
        tickets=[(session, free_seats(session)[0], an_adult())],
        channel=Order.Channel.RESERVATION,
        at=NOON,
    )

    follow_time_zone(cinema, EAST, keep_clock=True, at=NOON)

    order.refresh_from_db()
    session.refresh_from_db()
    assert session.start_datetime == NOON + HOUR
    assert (order.payment_deadline, order.expires_at) == (session.start_datetime, session.start_datetime)


def test_an_unpaid_order_is_not_held_longer_than_it_was(cinema):
    session = a_session(a_hall(cinema), start=NOON + 3 * HOUR)
    order = hold(cinema=cinema, tickets=[(session, free_seats(session)[0], an_adult())], at=NOON)
    before = order.expires_at

    follow_time_zone(cinema, WEST, keep_clock=True, at=NOON)

    order.refresh_from_db()
    assert order.expires_at == before


def test_the_number_of_queries_does_not_depend_on_how_much_was_sold(cinema, django_assert_num_queries):
    hall = a_hall(cinema)
    for number in range(3):
        a_paid_order(a_session(hall, start=NOON + (24 + 4 * number) * HOUR), snacks=[(an_item(cinema), 1)])

    with django_assert_num_queries(22):
        follow_time_zone(cinema, EAST, keep_clock=True, at=NOON)


def test_paid_and_reserved_orders_are_told_and_a_basket_in_the_shop_is_not(cinema):
    session = a_session(a_hall(cinema))
    a_paid_order(session, email="paid@example.org")
    an_order(session, email="basket@example.org")
    an_order(session, email="reserved@example.org", channel=Order.Channel.RESERVATION)

    assert follow_time_zone(cinema, EAST, keep_clock=True, at=NOON) == 1

    told = Notification.objects.filter(kind="SESSION_TIME_CHANGED").order_by("pk")
    assert [each.recipient for each in told] == ["paid@example.org", "reserved@example.org"]


def test_telling_takes_as_many_queries_for_many_orders_as_for_one(cinema, django_assert_num_queries):
    session = a_session(a_hall(cinema))
    for number in range(3):
        a_paid_order(session, email=f"guest{number}@example.org")

    with django_assert_num_queries(7):
        follow_time_zone(cinema, EAST, keep_clock=False, at=NOON)


@pytest.mark.parametrize(
    ("promised", "start"),
    [(60, 3), (300, 7), (None, 3)],
    ids=["as usual", "more than usual", "before the limit was stored"],
)
def test_a_move_after_which_a_customer_could_no_longer_refund_is_refused(cinema, promised, start):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + start * HOUR))
    Order.objects.filter(pk=order.pk).update(refund_notice_minutes=promised)

    with pytest.raises(MovedTooEarly, match=r"too late for customers to refund .*Solaris") as refused:
        follow_time_zone(cinema, EAST, keep_clock=True, at=NOON)

    session = order.tickets.get().session
    assert (refused.value.sessions, session.start_datetime) == ([session], NOON + start * HOUR)


@pytest.mark.parametrize(("promised", "start"), [(60, 3.1), (300, 5), (300, 7.1)])
def test_a_move_that_closes_no_refund_is_made(cinema, promised, start):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + start * HOUR))
    Order.objects.filter(pk=order.pk).update(refund_notice_minutes=promised)

    assert follow_time_zone(cinema, EAST, keep_clock=True, at=NOON) == 1
