"""The allowed transitions are those that section 3 of the design lists, and no others."""

from contextlib import suppress
from itertools import pairwise, product

import pytest
from django.db import transaction

from cinema.status import ConcurrentChange, ForbiddenMove, start_as, transition, transition_matching
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderEvent, Ticket
from screenings.models import Session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_session, an_item, an_order, business_state

ALLOWED = {
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
        EXPIRED -> USED
        RESERVED | PAID | USED | EXPIRED -> AVAILABLE
        AVAILABLE -> PAID
    """,
    Session: """
        SCHEDULED -> ONGOING -> COMPLETED
        SCHEDULED -> COMPLETED
        SCHEDULED | ONGOING -> CANCELLED
    """,
    # A pre-order can be handed over without being marked as ready first, hence PENDING -> COLLECTED.
    ConcessionPreorder: """
        PENDING -> READY -> COLLECTED
        PENDING -> COLLECTED
        PENDING | READY -> EXPIRED
        PENDING | READY -> CANCELLED | AVAILABLE
        CANCELLED -> PENDING
    """,
}


def parsed(text):
    found = set()
    for line in text.split("\n"):
        steps = [step.split(" | ") for step in line.strip().split(" -> ")]
        for sources, targets in pairwise(steps):
            found |= set(product(sources, targets))
    return found


def status_pairs(model):
    return list(product(model.Status.values, repeat=2))


def a_row(model):
    session = a_session()
    an_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    return model.objects.get()


def set_status(row, source):
    type(row).objects.update(status=source)
    row.status = source
    return row


@pytest.mark.parametrize("model", ALLOWED)
def test_a_model_has_exactly_the_transitions_of_the_design(model):
    allowed = {(str(source), str(target)) for source, targets in model.TRANSITIONS.items() for target in targets}

    assert allowed == parsed(ALLOWED[model])
    assert set(model.TRANSITIONS) == set(model.Status)


@pytest.mark.django_db
@pytest.mark.parametrize("model", ALLOWED)
def test_allowed_transitions_are_made_and_all_others_refused(model):
    row = a_row(model)

    made = set()
    for source, target in status_pairs(model):
        set_status(row, source)
        with suppress(ForbiddenMove):
            transition([row], target)
            made.add((source, target))
        assert row.status == model.objects.get().status == (target if (source, target) in made else source)

    assert made == parsed(ALLOWED[model])


@pytest.mark.django_db
@pytest.mark.parametrize("model", ALLOWED)
def test_transition_matching_changes_the_rows_that_may_change(model):
    row = a_row(model)

    changed = set()
    for source, target in status_pairs(model):
        set_status(row, source)
        if transition_matching(model.objects.all(), target):
            changed.add((source, target))
        assert model.objects.get().status == (target if (source, target) in changed else source)

    assert changed == parsed(ALLOWED[model])


@pytest.mark.django_db
def test_a_row_that_someone_else_has_changed_is_refused():
    order = an_order()
    Order.objects.update(status=Order.Status.CANCELLED)

    with raises_unchanged(ConcurrentChange):
        transition([order], Order.Status.PAID)

    assert order.status == Order.Status.PENDING_PAYMENT


@pytest.mark.django_db
def test_one_row_that_someone_else_has_changed_refuses_the_batch():
    first, second = an_order(), an_order()
    Order.objects.filter(pk=second.pk).update(status=Order.Status.CANCELLED)

    with raises_unchanged(ConcurrentChange), transaction.atomic():
        transition([first, second], Order.Status.PAID)

    assert first.status == Order.Status.PENDING_PAYMENT


@pytest.mark.django_db
def test_a_row_starts_only_in_a_status_that_follows_the_first_one_and_before_it_is_saved():
    new, saved = Order(), an_order(a_session())

    start_as([new], "PAID", paid_at=NOON)

    assert (new.status, new.paid_at) == ("PAID", NOON)
    for row, status in ((Order(), "REFUNDED"), (saved, "PAID")):
        with raises_unchanged(ForbiddenMove):
            start_as([row], status)


@pytest.mark.django_db
def test_one_forbidden_transition_refuses_the_batch():
    first, second = an_order(), an_order()
    Order.objects.filter(pk=second.pk).update(status=Order.Status.REFUNDED)
    second.refresh_from_db()

    with raises_unchanged(ForbiddenMove):
        transition([first, second], Order.Status.PAID)


@pytest.mark.django_db
def test_fields_are_written_with_the_status():
    order = an_order()

    transition([order], Order.Status.PAID, paid_at=NOON)

    assert (order.paid_at, Order.objects.get().paid_at) == (NOON, NOON)


@pytest.mark.django_db
def test_a_batch_costs_one_query_per_previous_status(django_assert_num_queries):
    session = a_session()
    orders = [an_order(session) for _order in range(5)]
    Order.objects.filter(pk__in=[order.pk for order in orders[:2]]).update(status=Order.Status.PAYMENT_OVERDUE)
    orders = list(Order.objects.all())

    with django_assert_num_queries(2):
        transition(orders, Order.Status.CANCELLED)

    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.CANCELLED}


@pytest.mark.django_db
def test_an_empty_batch_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        transition([], Order.Status.PAID)


@pytest.mark.django_db
def test_a_transition_of_an_order_is_recorded_as_an_event():
    session = a_session()
    orders = [an_order(session), an_order(session)]

    Order.transition(orders, Order.Status.CANCELLED, at=NOON, reason="Fire drill", cancelled_at=NOON)

    events = OrderEvent.objects.filter(to_status=Order.Status.CANCELLED).order_by("order")
    assert list(events.values_list("order", "from_status", "at", "actor", "reason")) == [
        (order.pk, "PENDING_PAYMENT", NOON, None, "Fire drill") for order in orders
    ]


@pytest.mark.django_db
def test_a_refused_transition_of_an_order_is_not_recorded():
    order = an_order()
    before = business_state()

    with pytest.raises(ForbiddenMove):
        Order.transition([order], Order.Status.REFUNDED, at=NOON)

    assert business_state() == before
