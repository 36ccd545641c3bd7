"""Refunds that customers make themselves: what they may return, and what only as a whole."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.errors import BelowCodeSum
from orders.models import Order
from orders.services import preview_refund, refund, refund_by_customer, refundable_by_customer
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_promocode, a_session, an_item, an_order, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Three tickets and a snack, half price from the sum of two tickets."""
    session = a_session()
    popcorn = an_item(session.hall.cinema, price=PRICE)
    code = a_promocode(discount_percent=50, least_total=2 * PRICE)
    order = an_order(session, seats=3, snacks=[(popcorn, 1)], promocode=code)
    pay(order)
    order.refresh_from_db()
    return order


@pytest.mark.parametrize("seats", [1, 0])
def test_snacks_are_returned_as_long_as_the_tickets_they_came_with_or_before_the_end_of_their_day(seats: int) -> None:
    session = a_session()
    order = an_order(session if seats else None, seats=seats, snacks=[(an_item(session.hall.cinema), 1)])
    pay(order)
    order.refresh_from_db()
    snack = order.preorders.get()
    last = (session.start_datetime if seats else snack.collection_deadline) - order.refund_notice

    assert snack in refundable_by_customer(order, at=last - timedelta(microseconds=1))
    assert refundable_by_customer(order, at=last) == []


def test_customers_keep_no_discount_for_less_than_its_sum(order: Order) -> None:
    first, second, third = order.tickets.order_by("pk")

    refund_by_customer(order, lines=[first], at=NOON)
    assert preview_refund(order, lines=[second], at=NOON).missed is None  # the snack counts too
    refund_by_customer(order, lines=[second], at=NOON)
    with raises_unchanged(BelowCodeSum):
        refund_by_customer(order, lines=[third], at=NOON)
    refund_by_customer(order, lines=[third, order.preorders.get()], at=NOON)

    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED


def test_staff_are_told_that_less_than_the_sum_is_left_and_decide(order: Order) -> None:
    tickets = list(order.tickets.all())

    assert preview_refund(order, lines=tickets, at=NOON).missed == 2 * PRICE
    assert refund(order, lines=tickets, reason="Ill", at=NOON).amount == Decimal("1.5") * PRICE


def test_a_code_without_a_sum_stops_nothing() -> None:
    order = an_order(seats=2, promocode=a_promocode())
    pay(order)

    assert refund_by_customer(order, lines=order.tickets.all()[:1], at=NOON).amount
