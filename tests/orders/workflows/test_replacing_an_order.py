"""A customer changes an unpaid order: a new hold replaces the old one in one transaction."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from bonuses.models import BonusAccount
from concessions.models import ConcessionItem
from consistency import invariants
from notifications.models import Notification
from orders.errors import ForbiddenMove, NotEnoughPoints, OutOfStock
from orders.models import Order, Promocode
from orders.reasons import Reason
from orders.services import hold
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON


@pytest.mark.django_db
def test_the_new_order_can_take_what_the_old_one_held():
    session = factories.a_session()
    item = factories.an_item(session.hall.cinema, stock=3)
    basket = {"promocode": factories.a_promocode(max_uses=1), "points": 100}
    old = factories.an_order(session, seats=2, snacks=[(item, 3)], customer=factories.a_customer(points=100), **basket)

    new = again(old, snacks=[(item, 2)], **basket)

    old.refresh_from_db()
    assert (old.status, new.status) == (Order.Status.CANCELLED, Order.Status.PENDING_PAYMENT)
    assert old.events.last().reason == Reason.CHANGED
    assert seats_of(new) == seats_of(old)
    assert ConcessionItem.objects.get().stock_quantity == 1
    assert Promocode.objects.get().used_count == 1
    assert BonusAccount.objects.get().balance == 0
    assert not Notification.objects.exists()
    assert list(invariants.violations(NOON)) == []


@pytest.mark.django_db
def test_a_refused_change_leaves_the_old_order_as_it_was():
    session = factories.a_session()
    item = factories.an_item(session.hall.cinema, stock=3)
    old = factories.an_order(session, snacks=[(item, 3)], customer=factories.a_customer(points=10), points=10)

    with raises_unchanged(OutOfStock):
        again(old, snacks=[(item, 4)])
    with raises_unchanged(NotEnoughPoints):
        again(old, points=11)


@pytest.mark.django_db
@pytest.mark.parametrize("end", [factories.pay, lambda order: again(order)])
def test_only_an_unpaid_order_is_replaced(end):
    old = factories.an_order()
    end(old)
    others = factories.free_seats(old.tickets.first().session)[:1]

    with raises_unchanged(ForbiddenMove):
        again(old, seats=others)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_concurrent_replacements_do_not_deadlock():
    """All release and take the same promo codes and items; a fixed lock order prevents deadlocks."""
    session = factories.a_session()
    items = [factories.an_item(session.hall.cinema) for _each in range(2)]
    codes = [factories.a_promocode(max_uses=100) for _each in range(2)]
    orders = [
        factories.an_order(session, snacks=[(items[turn % 2], 1)], promocode=codes[turn % 2]) for turn in range(8)
    ]
    start, failed = Barrier(len(orders)), []

    def change(order, turn):
        try:
            start.wait()
            for step in range(1, 4):
                order = again(order, snacks=[(items[(turn + step) % 2], 1)], promocode=codes[(turn + step) % 2])
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=change, args=(order, turn)) for turn, order in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert list(invariants.violations(NOON)) == []


def again(old, *, seats=None, **basket):
    tickets = old.tickets.select_related("session", "seat", "ticket_type").order_by("pk")
    places = [(ticket.session, ticket.seat, ticket.ticket_type) for ticket in tickets]
    if seats:
        places = [(places[0][0], seat, places[0][2]) for seat in seats]
    basket.setdefault("email", old.email)
    return hold(cinema=old.cinema, tickets=places, user=old.user, at=NOON, instead_of=old, **basket)


def seats_of(order):
    return list(order.tickets.order_by("seat").values_list("seat", flat=True))
