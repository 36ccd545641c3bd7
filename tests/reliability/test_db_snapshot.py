"""`business_state`, which the reliability tests compare, shows every change that matters, and nothing else; a snapshot
that is restored has its rows whatever was done to them."""

from datetime import timedelta

import pytest

from orders.models import Order, Ticket
from orders.services import CancelReason, cancel
from tests.helpers.factories import (
    NOON,
    a_customer,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
)
from tests.reliability.db_snapshot import database_contents, restore_snapshot

pytestmark = pytest.mark.django_db


def test_the_state_of_unchanged_data_is_equal() -> None:
    session = a_session()
    item = an_item(session.hall.cinema)
    an_order(session, seats=2, snacks=[(item, 3)], customer=a_customer(points=100), promocode=a_promocode(), points=50)
    a_paid_order(session, snacks=[(item, 1)])

    assert business_state() == business_state()


@pytest.mark.parametrize(
    "change",
    [
        lambda order: cancel(order, reason=CancelReason.STAFF, at=NOON),
        lambda order: Order.objects.update(expires_at=NOON + timedelta(days=2)),
        lambda order: order.tickets.update(status="AVAILABLE"),
        lambda order: order.preorders.update(quantity=2),
        lambda order: order.events.update(reason="?"),
    ],
)
def test_the_state_shows_every_change(change) -> None:
    session = a_session()
    order = an_order(session, snacks=[(an_item(session.hall.cinema), 3)], customer=a_customer(points=100), points=50)
    before = business_state()

    change(order)

    assert business_state() != before


def an_order_with_snacks() -> None:
    session = a_session()
    an_order(session, snacks=[(an_item(session.hall.cinema), 3)])


@pytest.mark.parametrize(
    "change",
    [
        lambda: Order.objects.update(expires_at=NOON),
        lambda: Ticket.objects.all().delete(),
        lambda: Ticket.objects.update(order=an_order(a_session())),
        lambda: a_customer(points=100),
        lambda: restore_snapshot(two_customers),
    ],
)
def test_a_restored_snapshot_has_its_rows_whatever_changed(empty_database, change) -> None:
    restore_snapshot(an_order_with_snacks)
    contents = database_contents(exclude=())

    for _twice in range(2):
        change()
        restore_snapshot(an_order_with_snacks)

        assert database_contents(exclude=()) == contents


def two_customers() -> None:
    a_customer()
    a_customer()
