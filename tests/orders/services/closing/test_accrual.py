from datetime import timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from orders.models import Order
from orders.services import accrue, complete, record_refund, refund
from payments.models import Refund
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_promocode, a_session, an_item, business_state

TICK = timedelta(microseconds=1)


def completed(*, session=None, **basket):
    session = session or a_session()
    order = a_paid_order(session, **basket)
    complete([order], at=session.end_datetime)
    order.refresh_from_db()
    return order


def credit(*orders):
    accrue(orders, at=orders[0].completed_at)


def earned(order):
    entries = BonusTransaction.objects.filter(order=order, transaction_type="ACCRUAL")
    return list(entries.values_list("amount", flat=True))


def due(at):
    return list(Order.objects.to_accrue(at))


@pytest.mark.parametrize(
    ("price", "points"),
    [("20.00", 1), ("19.99", 0), ("39.99", 1), ("350.00", 17), ("360.00", 18), ("99999999.99", 4_999_999)],
)
def test_points_earned_are_the_floor_of_the_rate(price, points):
    order = completed(session=a_session(price=Decimal(price)), customer=a_customer())

    credit(order)

    assert earned(order) == ([points] if points else [])


def test_a_credit_is_booked_to_the_account():
    order = completed(customer=a_customer(points=100))

    credit(order)

    account = BonusAccount.objects.get()
    entry = BonusTransaction.objects.get(transaction_type="ACCRUAL")
    order.refresh_from_db()
    assert (account.balance, account.last_accrual_date) == (117, order.completed_at)
    assert (entry.bonus_account, entry.order, entry.amount, entry.transaction_date) == (
        account,
        order,
        17,
        order.completed_at,
    )
    assert order.bonus_accrued_at == order.completed_at


def test_a_missing_account_is_created():
    order = completed(customer=a_customer())

    credit(order)

    assert list(BonusAccount.objects.values_list("user", "balance", "owed")) == [(order.user_id, 17, 0)]


def test_a_debt_is_settled_first():
    order = completed(customer=a_customer(points=1))
    BonusAccount.objects.update(balance=0, owed=10)

    credit(order)

    assert list(BonusAccount.objects.values_list("balance", "owed")) == [(7, 0)]


def test_discount_and_points_earn_nothing():
    # 350.00, a tenth off is 315.00, 100 points off is 215.00
    order = completed(customer=a_customer(points=100), points=100, promocode=a_promocode())

    credit(order)

    assert earned(order) == [10]


def test_snacks_earn_points_like_tickets():
    session = a_session()
    order = completed(session=session, snacks=[(an_item(session.hall.cinema), 1)], customer=a_customer())

    credit(order)

    assert earned(order) == [23]  # of 470.00


def test_refunded_lines_earn_nothing():
    session = a_session()
    order = a_paid_order(session, seats=2, customer=a_customer())
    refund(order, lines=[order.tickets.first()], reason="Fell ill", at=NOON)
    complete([order], at=session.end_datetime)
    order.refresh_from_db()

    credit(order)

    assert earned(order) == [17]


def test_an_unallocated_outside_refund_earns_nothing():
    session = a_session()
    order = a_paid_order(session, seats=2, customer=a_customer())
    record_refund(order, amount=Decimal("600.00"), external_id="re_1", at=NOON)
    complete([order], at=session.end_datetime)
    order.refresh_from_db()

    credit(order)

    assert earned(order) == [5]  # of 100.00


def test_a_line_whose_refund_failed_earns_nothing():
    session = a_session()
    order = a_paid_order(session, seats=2, customer=a_customer())
    refund(order, lines=[order.tickets.first()], reason="Fell ill", at=NOON)
    Refund.objects.update(status=Refund.Status.FAILED)  # it can be sent again; the line stays refunded
    complete([order], at=session.end_datetime)
    order.refresh_from_db()

    credit(order)

    assert earned(order) == [17]


def test_an_order_that_earns_no_points_is_marked_as_accrued():
    order = completed(session=a_session(price=Decimal("19.00")), customer=a_customer())

    credit(order)

    assert (earned(order), due(order.completed_at)) == ([], [])
    assert BonusAccount.objects.count() == 0


def test_twice_is_once():
    order = completed(customer=a_customer())
    credit(order)
    before = business_state()

    credit(order)

    assert business_state() == before


def test_orders_of_one_customer_are_credited_together():
    customer = a_customer()
    orders = [completed(customer=customer) for _order in range(3)]

    credit(*orders)

    assert BonusAccount.objects.get().balance == 51
    assert [earned(order) for order in orders] == [[17]] * 3


def test_points_earned_depend_on_the_value_of_a_point(settings):
    settings.BONUS_POINT_VALUE = Decimal("2.50")
    order = completed(customer=a_customer())

    credit(order)

    assert earned(order) == [7]  # 5 % of 350.00 are 17.50


def test_points_are_added_to_a_balance_that_staff_adjusted():
    order = completed(customer=a_customer(points=5))
    adjust(BonusAccount.objects.get(), amount=-5, reason="Mistake", at=NOON)

    credit(order)

    assert BonusAccount.objects.get().balance == 17


# --- When an order is due


def test_a_completed_order_of_a_customer_is_due():
    order = completed(customer=a_customer())

    assert due(order.completed_at) == [order]


def test_a_guest_earns_nothing():
    order = completed()
    before = business_state()

    assert due(order.completed_at) == []
    credit(order)
    assert business_state() == before


def test_an_order_is_not_due_before_it_is_completed():
    order = completed(customer=a_customer())

    assert due(order.completed_at - TICK) == []


@pytest.mark.parametrize("status", ["PENDING_PAYMENT", "PAYMENT_OVERDUE", "PAID", "CANCELLED", "REFUNDED"])
def test_only_completed_orders_earn(status):
    order = completed(customer=a_customer())
    Order.objects.update(status=status)
    before = business_state()

    assert due(order.completed_at) == []
    credit(order)
    assert business_state() == before
