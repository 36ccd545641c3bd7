from datetime import timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusTransaction
from concessions.models import ConcessionPreorder, StockMovement
from notifications.models import MessageKind, Notification
from notifications.rendering import render_email
from orders.errors import ForbiddenMove
from orders.models import Order, Promocode, Ticket
from orders.services import CancelReason, cancel, cancel_expired, extend, mark_overdue, mark_paid, refund
from payments.models import Gateway, Payment
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    a_customer,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
    pay,
)

TICK = timedelta(microseconds=1)
SOON = NOON + timedelta(hours=1)


def a_reservation(**basket):
    return an_order(a_session(start=NOON + timedelta(days=9)), channel="RESERVATION", **basket)


def test_cancelling_releases_everything():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer = a_customer(points=100)
    order = an_order(
        session, seats=2, snacks=[(item, 3)], customer=customer, promocode=a_promocode(max_uses=1), points=60
    )

    cancel(order, reason=CancelReason.EXPIRED, at=SOON)

    order.refresh_from_db()
    assert (order.status, order.cancelled_at) == (Order.Status.CANCELLED, SOON)
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.AVAILABLE}
    assert {line.status for line in order.preorders.all()} == {ConcessionPreorder.Status.CANCELLED}
    item.refresh_from_db()
    customer.bonus_account.refresh_from_db()
    assert (item.stock_quantity, customer.bonus_account.balance, Promocode.objects.get().used_count) == (10, 100, 0)


def test_each_return_refers_to_the_record_it_reverses():
    order = an_order(snacks=[(an_item(), 3)], customer=a_customer(points=100), points=60)

    cancel(order, reason=CancelReason.EXPIRED, at=SOON)

    held = StockMovement.objects.get(kind="HOLD")
    returned = StockMovement.objects.get(kind="RETURN")
    assert (returned.quantity, returned.reverses, returned.at) == (3, held, SOON)
    spent = BonusTransaction.objects.get(transaction_type="DEDUCTION")
    reversal = BonusTransaction.objects.get(transaction_type="REVERSAL")
    assert (reversal.amount, reversal.reverses, reversal.refund, reversal.order) == (60, spent, None, order)


@pytest.mark.parametrize("age", [1, 340, 365])
def test_a_hold_that_ends_unpaid_keeps_the_dates_of_the_points(age):
    granted = NOON - timedelta(days=age)
    order = an_order(customer=a_customer(points=100, at=granted), points=1)
    account = order.user.bonus_account
    type(account).objects.update(expiry_warned_at=NOON)

    cancel(order, reason=CancelReason.EXPIRED, at=SOON)

    account.refresh_from_db()
    assert (account.balance, account.last_accrual_date, account.expiry_warned_at) == (100, granted, NOON)


def test_reason_and_actor_are_recorded():
    order, manager = an_order(), a_customer()

    cancel(order, reason=CancelReason.STAFF, at=SOON, actor=manager)

    event = order.events.latest("pk")
    assert (event.from_status, event.to_status, event.at, event.actor, event.reason) == (
        "PENDING_PAYMENT",
        "CANCELLED",
        SOON,
        manager,
        "STAFF",
    )


def test_customers_with_an_address_are_notified():
    session = a_session()
    orders = [an_order(session), an_order(session, email="")]

    cancel(orders, reason=CancelReason.EXPIRED, at=SOON)

    messages = Notification.objects.filter(kind=MessageKind.ORDER_CANCELLED)
    assert list(messages.values_list("recipient", "occasion")) == [(orders[0].email, orders[0].number)]


@pytest.mark.parametrize("points", [0, 60])
def test_only_who_used_points_is_told_of_points(points):
    order = an_order(customer=a_customer(points=100), points=points)

    cancel([order], reason=CancelReason.EXPIRED, at=SOON)

    told = render_email(Notification.objects.get(kind=MessageKind.ORDER_CANCELLED)).body
    assert ("points you used are back" in told) == bool(points)


def test_an_overdue_order_is_cancelled():
    order = a_reservation()
    mark_overdue([order], at=order.payment_deadline)

    cancel(order, reason=CancelReason.EXPIRED, at=order.expires_at)

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED


def test_a_paid_order_is_not_cancelled():
    order = a_paid_order(customer=a_customer(points=100), points=60)

    with raises_unchanged(ForbiddenMove):
        cancel(order, reason=CancelReason.STAFF, at=SOON)


def test_an_order_is_cancelled_once():
    order = an_order(customer=a_customer(points=100), points=60)
    cancel(order, reason=CancelReason.STAFF, at=SOON)

    with raises_unchanged(ForbiddenMove):
        cancel(order, reason=CancelReason.STAFF, at=SOON)


def test_a_refunded_order_is_not_cancelled():
    order = a_paid_order()
    refund(order, reason="Fell ill", at=NOON)

    with raises_unchanged(ForbiddenMove):
        cancel(order, reason=CancelReason.STAFF, at=SOON)


def test_one_paid_order_in_a_batch_refuses_the_whole_batch():
    session = a_session()
    orders = [an_order(session), a_paid_order(session), an_order(session)]

    with raises_unchanged(ForbiddenMove):
        cancel(orders, reason=CancelReason.STAFF, at=SOON)


def test_a_stale_order_object_does_not_cancel_a_paid_order():
    order = an_order()
    pay(Order.objects.get())

    with raises_unchanged(ForbiddenMove):
        cancel(order, reason=CancelReason.EXPIRED, at=SOON)


def test_cancelling_an_empty_batch_changes_nothing():
    before = business_state()

    cancel([], reason=CancelReason.EXPIRED, at=SOON)

    assert business_state() == before


def test_orders_with_the_same_customer_and_item_return_the_sum():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer, promocode = a_customer(points=100), a_promocode()
    orders = [
        an_order(session, snacks=[(item, 2)], customer=customer, points=30, promocode=promocode) for _order in range(3)
    ]

    cancel(orders, reason=CancelReason.EXPIRED, at=SOON)

    item.refresh_from_db()
    customer.bonus_account.refresh_from_db()
    promocode.refresh_from_db()
    assert (item.stock_quantity, customer.bonus_account.balance, promocode.used_count) == (10, 100, 0)


# --- When an order is due


def expired(at):
    return set(Order.objects.expired(at))


@pytest.mark.parametrize(("before", "is_due"), [(TICK, False), (timedelta(0), True), (-TICK, True)])
def test_an_order_expires_exactly_at_expires_at(before, is_due):
    order = an_order()

    assert expired(order.expires_at - before) == ({order} if is_due else set())


def test_an_overdue_order_expires_too():
    order = a_reservation()
    mark_overdue([order], at=order.payment_deadline)

    assert expired(order.expires_at - TICK) == set()
    assert expired(order.expires_at) == {order}


@pytest.mark.parametrize("status", ["PAID", "COMPLETED", "CANCELLED", "REFUNDED"])
def test_an_order_that_is_not_unpaid_never_expires(status):
    order = an_order()
    Order.objects.update(status=status)

    assert expired(order.expires_at + timedelta(days=999)) == set()


@pytest.mark.parametrize(
    ("after", "is_due"),
    [
        (timedelta(0), False),
        (timedelta(minutes=30) - TICK, False),
        (timedelta(minutes=30), True),
    ],
)
def test_a_pending_payment_adds_half_an_hour(after, is_due):
    order = an_order()
    Payment.objects.create(order=order, gateway=Gateway.STRIPE, amount=order.final_amount, created_at=NOON)

    assert expired(order.expires_at + after) == ({order} if is_due else set())


@pytest.mark.parametrize("status", [Payment.Status.FAILED, Payment.Status.SUCCEEDED])
def test_other_payments_add_no_time(status):
    order = an_order()
    Payment.objects.create(order=order, gateway=Gateway.STRIPE, amount=Decimal(1), status=status, created_at=NOON)

    assert expired(order.expires_at) == {order}


def test_an_extended_order_is_not_cancelled_as_expired():
    order = an_order()
    due_then = order.expires_at
    extend(order, until=due_then + timedelta(hours=1), at=NOON)
    before = business_state()

    cancel_expired([order.pk], at=due_then)

    assert business_state() == before


def test_an_order_paid_since_it_was_selected_is_not_cancelled_as_expired():
    session = a_session()
    paid, unpaid = an_order(session), an_order(session)
    mark_paid(paid, gateway=Gateway.CASH, amount=paid.final_amount, at=NOON)

    cancel_expired([paid.pk, unpaid.pk], at=unpaid.expires_at)

    assert dict(Order.objects.values_list("pk", "status")) == {paid.pk: "PAID", unpaid.pk: "CANCELLED"}
