from datetime import timedelta
from decimal import Decimal

import pytest

from concessions.models import ConcessionPreorder, StockMovement
from orders.errors import OrderNotPaid, SnacksNotOpen
from orders.models import Order
from orders.services import (
    CancelReason,
    cancel,
    collect,
    complete,
    expire_uncollected,
    make_ready,
    record_refund,
    refund,
)
from payments.models import Refund
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_item,
    an_order,
    business_state,
    pay,
)

Status = ConcessionPreorder.Status
TICK = timedelta(microseconds=1)
SOON = NOON + timedelta(hours=1)
DAY = timedelta(days=1)


def snacks(made_to_order=False, **order):
    """One line of paid snacks."""
    session = a_session()
    item = an_item(session.hall.cinema, stock=10, made_to_order=made_to_order)
    return a_paid_order(session, snacks=[(item, 2)], **order).preorders.get()


def stock(line):
    line.concession_item.refresh_from_db()
    return line.concession_item.stock_quantity


# --- Preparing and collecting


def test_snacks_are_made_ready_and_handed_over():
    line, barista, waiter = snacks(), a_customer(), a_customer()

    ready = make_ready(line, at=NOON, actor=barista)
    handed = collect(line, at=SOON, actor=waiter)

    line.refresh_from_db()
    assert (ready, handed) == (line, line)
    assert (ready.status, ready.handled_by) == (Status.READY, barista)
    assert (line.status, line.ready_at, line.collected_at, line.handled_by) == (Status.COLLECTED, NOON, SOON, waiter)


def test_preparing_and_collecting_leave_the_stock_unchanged():
    line = snacks()

    make_ready(line, at=NOON)
    collect(line, at=NOON)

    assert stock(line) == 8
    assert list(StockMovement.objects.filter(preorder=line).values_list("kind", flat=True)) == ["HOLD"]


def test_snacks_are_collected_without_being_marked_ready():
    line = snacks()

    assert collect(line, at=NOON).status == Status.COLLECTED


def test_snacks_are_collected_after_the_film_too():
    line = snacks()
    complete([line.order], at=line.collection_deadline)

    assert collect(line, at=line.collection_deadline).status == Status.COLLECTED


@pytest.mark.parametrize("act", [make_ready, collect])
@pytest.mark.parametrize("status", ["COLLECTED", "EXPIRED", "CANCELLED", "AVAILABLE"])
def test_snacks_that_are_not_open_are_refused(act, status):
    line = snacks()
    ConcessionPreorder.objects.update(status=status)

    with raises_unchanged(SnacksNotOpen):
        act(line, at=SOON)


def test_ready_snacks_are_not_made_again():
    line = snacks()
    make_ready(line, at=NOON)

    with raises_unchanged(SnacksNotOpen):
        make_ready(line, at=SOON)


@pytest.mark.parametrize("act", [make_ready, collect])
def test_snacks_of_an_unpaid_order_are_refused(act):
    line = an_order(snacks=[(an_item(), 1)]).preorders.get()

    with raises_unchanged(OrderNotPaid):
        act(line, at=SOON)


@pytest.mark.parametrize("act", [make_ready, collect])
def test_snacks_of_a_cancelled_order_are_refused(act):
    order = an_order(snacks=[(an_item(), 1)])
    cancel(order, reason=CancelReason.CUSTOMER, at=NOON)

    with raises_unchanged(OrderNotPaid):
        act(order.preorders.get(), at=SOON)


@pytest.mark.parametrize("act", [make_ready, collect])
def test_an_order_charged_back_is_refused_before_it_is_processed(act):
    line = snacks()
    record_refund(line.order, amount=line.order.final_amount, external_id="re_1", at=NOON)

    with raises_unchanged(OrderNotPaid):
        act(line, at=SOON)


@pytest.mark.parametrize("act", [make_ready, collect])
def test_a_line_refunded_among_others_is_refused(act):
    line = snacks()
    refund(line.order, lines=[line], reason="Fell ill", at=NOON)

    with raises_unchanged(SnacksNotOpen):
        act(line, at=SOON)


# --- Not collected


def due(at):
    return list(Order.objects.with_uncollected_snacks(at).order_by("pk"))


def test_uncollected_snacks_return_to_stock():
    line = snacks()

    expire_uncollected([line.order], at=line.collection_deadline)

    line.refresh_from_db()
    assert (line.status, stock(line)) == (Status.EXPIRED, 10)
    assert Refund.objects.count() == 0
    line.order.refresh_from_db()
    assert line.order.status == Order.Status.PAID


def test_ready_snacks_that_keep_return_to_stock():
    line = snacks()
    make_ready(line, at=NOON)

    expire_uncollected([line.order], at=line.collection_deadline)

    assert stock(line) == 10


def test_snacks_made_to_order_are_written_off():
    line = snacks(made_to_order=True)
    make_ready(line, at=NOON)

    expire_uncollected([line.order], at=line.collection_deadline)

    moved = StockMovement.objects.filter(preorder=line).order_by("pk")
    assert list(moved.values_list("kind", "quantity")) == [("HOLD", -2), ("RETURN", 2), ("WRITE_OFF", -2)]
    assert stock(line) == 8


def test_snacks_made_to_order_return_to_stock_if_not_made_yet():
    line = snacks(made_to_order=True)

    expire_uncollected([line.order], at=line.collection_deadline)

    assert stock(line) == 10


def test_twice_is_once():
    line = snacks(made_to_order=True)
    make_ready(line, at=NOON)
    expire_uncollected([line.order], at=line.collection_deadline)
    before = business_state()

    expire_uncollected([line.order], at=line.collection_deadline)

    assert business_state() == before


def test_collected_snacks_are_left_alone():
    session = a_session()
    items = [an_item(session.hall.cinema, stock=10) for _item in range(2)]
    order = a_paid_order(session, snacks=[(item, 2) for item in items])
    first, second = order.preorders.order_by("pk")
    collect(first, at=NOON)

    expire_uncollected([order], at=session.end_datetime)

    assert [line.status for line in order.preorders.order_by("pk")] == [Status.COLLECTED, Status.EXPIRED]
    assert (stock(first), stock(second)) == (8, 10)


def test_uncollected_snacks_are_refunded_with_the_setting(settings):
    settings.REFUND_UNCOLLECTED_SNACKS = True
    line = snacks(customer=a_customer(points=100), points=100)

    expire_uncollected([line.order], at=line.collection_deadline)

    line.refresh_from_db()
    back = line.order.refunds.get()
    assert (line.status, stock(line), back.amount, back.reason) == (Status.EXPIRED, 10, line.paid, "NOT_COLLECTED")
    assert line.paid == Decimal("240.00") - line.bonus_share


@pytest.mark.parametrize(("before", "is_due"), [(TICK, False), (timedelta(0), True)])
def test_snacks_expire_when_their_deadline_is_reached(before, is_due):
    line = snacks()

    assert due(line.collection_deadline - before) == ([line.order] if is_due else [])


def test_snacks_of_a_completed_order_expire_too():
    line = snacks()
    complete([line.order], at=line.collection_deadline)

    assert due(line.collection_deadline) == [line.order]


@pytest.mark.parametrize("status", ["PENDING_PAYMENT", "PAYMENT_OVERDUE", "CANCELLED", "REFUNDED"])
def test_snacks_of_an_order_that_is_not_sold_do_not_expire(status):
    line = snacks()
    Order.objects.update(status=status)

    assert due(line.collection_deadline + DAY) == []


@pytest.mark.parametrize("status", ["COLLECTED", "EXPIRED", "CANCELLED", "AVAILABLE"])
def test_settled_snacks_do_not_expire(status):
    line = snacks()
    ConcessionPreorder.objects.update(status=status)

    assert due(line.collection_deadline + DAY) == []


def test_snacks_do_not_expire_before_they_are_paid():
    session = a_session()
    order = an_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    late = session.end_datetime + DAY
    pay(order, at=late)

    assert (due(late - TICK), due(late)) == ([], [order])


def test_an_order_of_a_cancelled_session_waits_for_its_refund():
    hall = a_hall()
    first, second = a_session(hall), a_session(hall, start=NOON + 2 * DAY)
    order = a_paid_order(first, snacks=[(an_item(hall.cinema), 1)])
    other = a_paid_order(second, snacks=[(an_item(hall.cinema), 1)])
    cancel_session(first, reason="Projector", at=NOON)

    assert due(NOON + 3 * DAY) == [other]

    refund(order, lines=list(order.tickets.all()), reason="Projector", at=SOON)
    assert due(NOON + 3 * DAY) == [order, other]
