"""Who is offered freed seats, and when."""

from datetime import timedelta

import pytest

from accounts.models import User
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.services import cancel_expired, refund
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_order
from tests.reliability.run_job import run
from waiting.errors import HeldBefore
from waiting.models import WaitingEntry
from waiting.services import join

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def session():
    """Four seats in two rows, all sold; by the clock of the cinema it is three hours later than NOON."""
    return a_session(a_hall(a_cinema(), rows=["ss", "ss"]), start=TOMORROW)


@pytest.fixture
def sold(session):
    return [a_paid_order(session, seats=2) for _row in range(2)]


def waiting(session, *quantities, address=None):
    people = [a_customer() for _each in quantities]
    for person, quantity in zip(people, quantities, strict=True):
        join(session, user=person, quantity=quantity, address=address, at=NOON)
    return people


def offered():
    """The customers for whom seats are held, with how many."""
    entries = WaitingEntry.objects.exclude(order=None).select_related("user", "order").order_by("order_id")
    return [(each.user, each.order.tickets.live().count()) for each in entries]


def test_the_next_in_the_queue_is_held_the_freed_seats_and_told(session, sold):
    first, _second = waiting(session, 2, 2)
    refund(sold[0], reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)
    run("offer_freed_seats", at=NOON)

    assert offered() == [(first, 2)]
    order = WaitingEntry.objects.get(user=first).order
    assert (order.status, order.expires_at) == (Order.Status.PENDING_PAYMENT, NOON + 15 * MINUTE)
    [message] = Notification.objects.filter(kind=MessageKind.SEATS_HELD)
    assert (message.recipient, message.not_after) == (first.email, order.expires_at)
    assert (message.context["link"], len(message.context["seats"])) == (order.link, 2)


def test_a_pair_is_offered_a_love_seat_where_nothing_else_is_free():
    session = a_session(a_hall(a_cinema(), rows=["ssll"]), start=TOMORROW)
    a_paid_order(session, seats=2)
    sofa = a_paid_order(session, seats=2)
    _three, two = waiting(session, 3, 2)
    refund(sofa, reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)

    assert offered() == [(two, 2)]
    order = WaitingEntry.objects.get(user=two).order
    assert {ticket.seat.kind for ticket in order.tickets.live()} == {"LOVE_SEAT"}


def test_whoever_lets_the_offer_lapse_is_out_and_the_next_one_has_a_turn(session, sold):
    first, second = waiting(session, 2, 2)
    refund(sold[0], reason="Ill", at=NOON)
    run("offer_freed_seats", at=NOON)

    later = NOON + 16 * MINUTE
    cancel_expired(list(Order.objects.expired(later).values_list("pk", flat=True)), at=later)
    run("offer_freed_seats", at=later)

    assert offered() == [(first, 0), (second, 2)]
    with raises_unchanged(HeldBefore):
        join(session, user=first, quantity=3, address=None, at=NOON + 2 * HOUR - MINUTE)
    join(session, user=first, quantity=3, address=None, at=NOON + 2 * HOUR)
    assert WaitingEntry.objects.filter(user=first).count() == 2


def test_an_account_that_is_closed_is_offered_nothing(session, sold):
    first, second = waiting(session, 2, 2)
    User.objects.filter(pk=first.pk).update(is_active=False)
    refund(sold[0], reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)

    assert offered() == [(second, 2)]


def test_what_one_address_may_hold_is_not_passed_by_many_accounts(session, sold, settings):
    settings.HELD_SEATS = {"visitor": 10, "address": 2}
    first, _same_place = waiting(session, 2, 1, address="198.51.100.9")
    [elsewhere] = waiting(session, 2, address="203.0.113.77")
    for order in sold:
        refund(order, reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)

    assert offered() == [(first, 2), (elsewhere, 2)]
    assert "198.51.100.9" not in str(list(WaitingEntry.objects.values_list()))


def test_whoever_waits_for_more_than_is_free_keeps_the_place(session, sold):
    large, small = waiting(session, 4, 1)
    refund(sold[0], reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)
    assert offered() == [(small, 1)]
    refund(sold[1], reason="Ill", at=NOON)
    Order.objects.filter(waiting_entry__user=small).update(expires_at=NOON)
    run("offer_freed_seats", at=NOON + MINUTE)

    assert offered()[1:] == [(large, 4)]


def test_nobody_is_offered_seats_at_night_or_shortly_before_the_start_or_after_the_sale(session, sold):
    waiting(session, 2)
    refund(sold[0], reason="Ill", at=NOON)
    night = [NOON + 10 * HOUR, NOON + 17 * HOUR + 59 * MINUTE]  # 22:00, and 8:59 on the next day

    for at in (*night, TOMORROW - 2 * HOUR, TOMORROW + MINUTE):
        run("offer_freed_seats", at=at)
    assert offered() == []

    run("offer_freed_seats", at=NOON + 18 * HOUR)
    assert len(offered()) == 1


def test_a_buyer_who_is_faster_gets_the_seats(session, sold):
    waiting(session, 2)
    refund(sold[0], reason="Ill", at=NOON)

    an_order(session, seats=2, at=NOON)
    run("offer_freed_seats", at=NOON)

    assert offered() == []
    assert WaitingEntry.objects.open(NOON).count() == 1


def test_seats_apart_are_offered_where_none_are_side_by_side(session):
    orders = [a_paid_order(session) for _seat in range(4)]
    [person] = waiting(session, 2)
    for order in (orders[0], orders[2]):
        refund(order, reason="Ill", at=NOON)

    run("offer_freed_seats", at=NOON)

    assert offered() == [(person, 2)]
