"""Online holds through the service; tests/storefront/views/test_checkout.py tests them through the shop's pages."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from notifications.models import Notification
from orders.availability.seat_map import SeatMap
from orders.errors import ChoiceRefused, HoldEnds, PriceChanged, SeatLeftAlone, TooMuchHeld
from orders.models import OnlineHold, Order
from orders.services import Buyer, cancel_expired, extend_online, hold_online, may_extend
from screenings.models import TicketType
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

BUYER = Buyer(visitor="browser", address="10.0.0.1", email="guest@example.org")


def held(session, seats=1, *, at=NOON, order=None, **given):
    seat_map = SeatMap(session, at=at, order=order)
    places = [(seat, factories.an_adult()) for seat in seat_map.seats if seat.pk not in seat_map.taken][:seats]
    return hold_online(seat_map, places=places, buyer=BUYER, at=at, **given)


def test_the_holder_of_seats_is_stored_as_a_hash():
    order = held(factories.a_session(), 2)

    kept = OnlineHold.objects.get(order=order)
    assert (order.email, order.tickets.count(), kept.since) == (BUYER.email, 2, NOON)
    assert not {kept.visitor, kept.person, kept.address} & {BUYER.visitor, BUYER.email, BUYER.address}


def test_a_choice_refused_by_the_seat_map_is_not_held():
    session = factories.a_session(factories.a_hall(rows=["ssssss"]))
    factories.an_order(session)
    seat_map = SeatMap(session, at=NOON)
    comp = TicketType.objects.create(name="Comp", price_percent=0, sold_to=TicketType.SoldTo.TILL)

    for seat, ticket_type, refusal in [
        (seat_map.seats[2], factories.an_adult(), SeatLeftAlone),
        (seat_map.seats[1], comp, ChoiceRefused),
    ]:
        with raises_unchanged(refusal):
            hold_online(seat_map, places=[(seat, ticket_type)], buyer=BUYER, at=NOON)


def test_a_changed_price_is_refused():
    session = factories.a_session()

    with raises_unchanged(PriceChanged):
        held(session, expected_total=Decimal("340.00"))

    assert held(session, expected_total=Decimal("350.00")).total_amount == Decimal("350.00")


def test_a_visitor_cannot_hold_more_seats_than_the_limit():
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"] * 3))
    for _number in range(settings.HELD_SEATS["visitor"] // 10):
        held(session, 10)

    with raises_unchanged(TooMuchHeld):
        held(session)


def test_a_visitor_cannot_hold_more_snacks_than_the_limit_in_however_many_orders(settings):
    settings.HELD_SNACKS = {**settings.HELD_SNACKS, "visitor": 5}
    session = factories.a_session(factories.a_hall(rows=["ssssss"]))
    item = factories.an_item(session.hall.cinema, stock=50)
    first = held(session, 1, snacks=[(item, 3)])

    with raises_unchanged(TooMuchHeld):
        held(session, 1, snacks=[(item, 3)])

    assert held(session, 1, snacks=[(item, 5)], order=first).preorders.get().quantity == 5


def test_a_replacing_order_keeps_the_start_of_the_first_hold():
    session = factories.a_session()
    first = held(session, 2)
    later = NOON + timedelta(minutes=5)

    second = held(session, 2, at=later, order=first)

    assert OnlineHold.objects.get(order=second).since == NOON
    assert Order.objects.get(pk=first.pk).status == Order.Status.CANCELLED


def test_a_hold_is_extended_up_to_its_ceiling():
    order = held(factories.a_session())
    at = NOON
    while may_extend(order):
        at = order.payment_deadline - timedelta(minutes=1)
        order = extend_online(order, at=at)

    assert order.payment_deadline == NOON + settings.HOLD_CEILING
    with raises_unchanged(HoldEnds):
        extend_online(order, at=at)


def test_changes_of_an_order_hold_its_seats_no_longer_than_that():
    session = factories.a_session()
    order, at, end = held(session), NOON, NOON + settings.HOLD_CEILING
    while at + timedelta(minutes=14) < end:
        at += timedelta(minutes=14)
        order = held(session, at=at, order=order)

    assert order.payment_deadline == order.expires_at == end
    with raises_unchanged(HoldEnds):
        held(session, at=end, order=order)


# --- Who is notified of an expired hold


def expire(*orders: Order) -> list[str]:
    """Cancel these orders as expired; returns who was written to."""
    before = set(Notification.objects.values_list("pk", flat=True))
    cancel_expired([order.pk for order in orders], at=NOON + timedelta(hours=1))
    return sorted(Notification.objects.exclude(pk__in=before).values_list("recipient", flat=True))


def held_by(email: str, *, address: str = "10.0.0.1", user: User | None = None, at: datetime = NOON) -> Order:
    seat_map = SeatMap(factories.a_session(start=at + timedelta(hours=6)), at=at)
    places = [(seat_map.seats[0], factories.an_adult())]
    return hold_online(seat_map, places=places, buyer=Buyer(email, address, email, user=user), at=at)


def test_a_typed_address_is_notified_of_an_expired_hold_once() -> None:
    first, second = (held_by("victim@example.org", address=f"10.0.0.{number}") for number in range(2))

    assert expire(first, second) == ["victim@example.org"]
    later = held_by("victim@example.org", address="10.0.0.9", at=NOON + timedelta(days=2))
    cancel_expired([later.pk], at=NOON + timedelta(days=2, hours=1))
    assert Notification.objects.count() == 1


def test_the_ipv6_networks_of_one_line_hold_together_no_more_than_one_address(settings: Any) -> None:
    settings.HELD_SEATS = {**settings.HELD_SEATS, "address": 2}
    for number in range(2):
        held_by(f"{number}@example.org", address=f"2001:db8:0:{number}::1")

    with pytest.raises(TooMuchHeld):
        held_by("third@example.org", address="2001:db8:0:2::1")

    held_by("neighbour@example.org", address="2001:db8:0:100::1")


def test_few_typed_addresses_are_notified_for_one_ip_address() -> None:
    orders = [held_by(f"victim{number}@example.org") for number in range(15)]

    assert len(expire(*orders)) == settings.ATTEMPTS["hold_expired"][2]


def test_a_customer_with_an_account_is_notified_of_each_expired_hold() -> None:
    customer = factories.a_customer()
    orders = [held_by(customer.email, user=customer) for _number in range(2)]

    assert expire(*orders) == [customer.email] * 2


def test_a_changed_order_is_still_notified_of_its_expiry() -> None:
    session = factories.a_session()
    order = held(session)
    changed = held(session, 2, order=order)

    assert expire(changed) == [BUYER.email]
