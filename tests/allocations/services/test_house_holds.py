from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from allocations.errors import HoldTimeOver, NoFullTicket
from allocations.models import HouseHold
from allocations.services import keep, kept_seats, release
from cinema.validators import ReasonNeeded
from notifications.models import Notification
from orders.availability.seat_counts import seat_counts
from orders.availability.seat_map import SeatMap
from orders.errors import ForbiddenMove, NotOnSale, SeatTaken
from orders.models import Order
from orders.services import CancelReason
from screenings.models import TicketType
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, an_order, free_seats, pay
from tests.helpers.users import someone

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def manager(db):
    return someone()


def by_manager():
    return User.objects.get(is_staff=True)


def kept_by_house(session, number=2, **about):
    about = {"reason": "The distributor", "at": NOON, "actor": by_manager(), **about}
    return keep(session, seats=free_seats(session)[:number], **about)


def status(house_hold):
    return Order.objects.get(pk=house_hold.order_id).status


def test_kept_seats_are_taken_for_everybody_and_shown_with_their_reason():
    session = a_session()
    seats = free_seats(session)[:2]

    kept_by_house(session)

    assert SeatMap(session, at=NOON).taken == {seat.pk for seat in seats}
    assert seat_counts([session], at=NOON)[session.pk].free == 18
    assert [(each.seat, each.order.house_hold.reason) for each in kept_seats(session, at=NOON)] == [
        (seat, "The distributor") for seat in seats
    ]
    with raises_unchanged(SeatTaken):
        keep(session, seats=seats, reason="Twice", at=NOON, actor=by_manager())


def test_a_sold_seat_is_not_kept():
    session = a_session()
    seats = free_seats(session)[:1]
    a_paid_order(session)

    with raises_unchanged(SeatTaken):
        keep(session, seats=seats, reason="The mayor", at=NOON, actor=by_manager())


def test_seats_are_kept_until_shortly_before_the_start_unless_a_time_is_given():
    session = a_session()
    start = session.start_datetime

    by_default = kept_by_house(session)
    until_given = kept_by_house(session, until=NOON + HOUR)
    beyond_the_start = kept_by_house(session, until=start + HOUR)
    late = kept_by_house(session, at=start - 10 * MINUTE)

    ends = [each.order.expires_at for each in (by_default, until_given, beyond_the_start, late)]
    assert ends == [start - 30 * MINUTE, NOON + HOUR, start, start]


def test_seats_go_back_on_sale_by_themselves_and_nobody_is_told():
    session = a_session()
    house_hold = kept_by_house(session, until=NOON + HOUR)
    at = NOON + HOUR

    assert SeatMap(session, at=at).taken == set()
    call_command("cancel_expired_orders", at=at.isoformat())

    assert status(house_hold) == Order.Status.CANCELLED
    assert not Notification.objects.exists()


def test_a_hold_is_released_by_a_press_all_of_it_or_some_seats():
    session = a_session()
    first, second, third = free_seats(session)[:3]
    house_hold = kept_by_house(session, 3, until=NOON + HOUR)
    actor = by_manager()

    release(house_hold, seats=[second], at=NOON, actor=actor)

    rest = HouseHold.objects.latest("pk")
    assert SeatMap(session, at=NOON).taken == {first.pk, third.pk}
    assert (rest.reason, rest.order.expires_at) == ("The distributor", NOON + HOUR)

    release(rest, at=NOON, actor=actor)

    assert SeatMap(session, at=NOON).taken == set()
    assert rest.order.events.latest("pk").reason == CancelReason.STAFF
    with raises_unchanged(ForbiddenMove):
        release(rest, at=NOON, actor=actor)


def test_a_kept_seat_can_be_sold_as_it_is_for_the_full_price():
    session = a_session()
    house_hold = kept_by_house(session)

    paid = pay(house_hold.order)

    assert (paid.status, paid.final_amount) == (Order.Status.PAID, 2 * PRICE)
    assert kept_seats(session, at=NOON) == []
    with raises_unchanged(ForbiddenMove):
        release(house_hold, at=NOON, actor=by_manager())


def test_the_seat_of_an_expired_order_is_kept_at_once():
    session = a_session()
    expired = an_order(session)

    kept = keep(session, seats=[expired.tickets.get().seat], reason="Guests", at=NOON + HOUR, actor=by_manager())

    assert status(kept) == Order.Status.PENDING_PAYMENT


def test_seats_are_kept_for_a_reason_and_for_a_time_to_come():
    session = a_session()

    with raises_unchanged(ReasonNeeded):
        kept_by_house(session, reason=" ")
    with raises_unchanged(HoldTimeOver):
        kept_by_house(session, until=NOON)


def test_without_a_ticket_type_for_everybody_no_seat_is_kept():
    session = a_session()
    TicketType.objects.update(sold_to=TicketType.SoldTo.TILL)

    with raises_unchanged(NoFullTicket):
        kept_by_house(session)


def test_nothing_is_kept_once_the_session_runs():
    session = a_session(start=NOON)

    with raises_unchanged(NotOnSale):
        kept_by_house(session)
