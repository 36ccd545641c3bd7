"""The tables of lives, as the design's section 3 draws them: what is drawn is allowed, and nothing else."""

from contextlib import suppress
from itertools import pairwise, product

import pytest
from django.db import transaction

from cinema.status import ConcurrentChange, ForbiddenMove, transition, transition_matching
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderEvent, Ticket
from screenings.models import Session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_session, an_item, an_order, business_state

DRAWN = {
    Order: """
        PENDING_PAYMENT -> PAID -> COMPLETED
        PENDING_PAYMENT -> CANCELLED
        PENDING_PAYMENT -> PAYMENT_OVERDUE -> PAID | CANCELLED | PENDING_PAYMENT
        PAID | COMPLETED -> REFUNDED
        CANCELLED -> PAID
    """,
    Ticket: """
        RESERVED -> PAID -> USED | EXPIRED
        USED -> PAID
        RESERVED | PAID | USED | EXPIRED -> AVAILABLE
        AVAILABLE -> PAID
    """,
    Session: """
        SCHEDULED -> ONGOING -> COMPLETED
        SCHEDULED -> COMPLETED
        SCHEDULED | ONGOING -> CANCELLED
    """,
    # Handed over across the counter without a stop in between, and so PENDING -> COLLECTED as well.
    ConcessionPreorder: """
        PENDING -> READY -> COLLECTED
        PENDING -> COLLECTED
        PENDING | READY -> EXPIRED
        PENDING | READY -> CANCELLED | AVAILABLE
        CANCELLED -> PENDING
    """,
}


def edges(drawing):
    found = set()
    for line in drawing.split("\n"):
        stops = [stop.split(" | ") for stop in line.strip().split(" -> ")]
        for sources, targets in pairwise(stops):
            found |= set(product(sources, targets))
    return found


def pairs(model):
    return list(product(model.Status.values, repeat=2))


def a_row(model):
    session = a_session()
    an_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    return model.objects.get()


def standing_at(row, source):
    type(row).objects.update(status=source)
    row.status = source
    return row


@pytest.mark.parametrize("model", DRAWN)
def test_a_life_has_exactly_the_moves_that_are_drawn(model):
    allowed = {(str(source), str(target)) for source, targets in model.TRANSITIONS.items() for target in targets}

    assert allowed == edges(DRAWN[model])
    assert set(model.TRANSITIONS) == set(model.Status)


@pytest.mark.django_db
@pytest.mark.parametrize("model", DRAWN)
def test_drawn_moves_are_made_and_all_others_refused(model):
    row = a_row(model)

    made = set()
    for source, target in pairs(model):
        standing_at(row, source)
        with suppress(ForbiddenMove):
            transition([row], target)
            made.add((source, target))
        assert row.status == model.objects.get().status == (target if (source, target) in made else source)

    assert made == edges(DRAWN[model])


@pytest.mark.django_db
@pytest.mark.parametrize("model", DRAWN)
def test_moving_every_row_takes_along_those_that_may(model):
    row = a_row(model)

    moved = set()
    for source, target in pairs(model):
        standing_at(row, source)
        if transition_matching(model.objects.all(), target):
            moved.add((source, target))
        assert model.objects.get().status == (target if (source, target) in moved else source)

    assert moved == edges(DRAWN[model])


@pytest.mark.django_db
def test_a_row_that_somebody_else_moved_is_not_moved_again():
    order = an_order()
    Order.objects.update(status=Order.Status.CANCELLED)

    with raises_unchanged(ConcurrentChange):
        transition([order], Order.Status.PAID)

    assert order.status == Order.Status.PENDING_PAYMENT


@pytest.mark.django_db
def test_one_row_that_moved_meanwhile_keeps_all_where_they_are():
    first, second = an_order(), an_order()
    Order.objects.filter(pk=second.pk).update(status=Order.Status.CANCELLED)

    with raises_unchanged(ConcurrentChange), transaction.atomic():
        transition([first, second], Order.Status.PAID)

    assert first.status == Order.Status.PENDING_PAYMENT


@pytest.mark.django_db
def test_one_forbidden_row_keeps_all_where_they_are():
    first, second = an_order(), an_order()
    Order.objects.filter(pk=second.pk).update(status=Order.Status.REFUNDED)
    second.refresh_from_db()

    with raises_unchanged(ForbiddenMove):
        transition([first, second], Order.Status.PAID)


@pytest.mark.django_db
def test_stamps_are_written_with_the_status():
    order = an_order()

    transition([order], Order.Status.PAID, paid_at=NOON)

    assert (order.paid_at, Order.objects.get().paid_at) == (NOON, NOON)


@pytest.mark.django_db
def test_a_batch_costs_a_query_for_each_status_that_it_comes_from(django_assert_num_queries):
    session = a_session()
    orders = [an_order(session) for _order in range(5)]
    Order.objects.filter(pk__in=[order.pk for order in orders[:2]]).update(status=Order.Status.PAYMENT_OVERDUE)
    orders = list(Order.objects.all())

    with django_assert_num_queries(2):
        transition(orders, Order.Status.CANCELLED)

    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.CANCELLED}


@pytest.mark.django_db
def test_moving_nothing_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        transition([], Order.Status.PAID)


@pytest.mark.django_db
def test_the_door_of_an_order_writes_down_who_moved_it_and_why():
    session = a_session()
    orders = [an_order(session), an_order(session)]

    Order.transition(orders, Order.Status.CANCELLED, at=NOON, reason="Fire drill", cancelled_at=NOON)

    events = OrderEvent.objects.filter(to_status=Order.Status.CANCELLED).order_by("order")
    assert list(events.values_list("order", "from_status", "at", "actor", "reason")) == [
        (order.pk, "PENDING_PAYMENT", NOON, None, "Fire drill") for order in orders
    ]


@pytest.mark.django_db
def test_a_refused_move_of_an_order_leaves_no_event():
    order = an_order()
    before = business_state()

    with pytest.raises(ForbiddenMove):
        Order.transition([order], Order.Status.REFUNDED, at=NOON)

    assert business_state() == before
