from datetime import timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusTransaction
from bonuses.services import adjust
from concessions.models import StockMovement
from concessions.services import write_off
from notifications.models import MessageKind, Notification
from orders.errors import AlreadyPaid, NotEnoughPoints, NotOnSale, OutOfStock, PromocodeUsedUp, SeatTaken, WrongAmount
from orders.models import Order, OrderEvent, Promocode, Ticket
from orders.services import CancelReason, cancel, complete, mark_overdue, mark_paid, refund
from payments.models import MANUAL_GATEWAYS, Gateway, Payment, Refund
from screenings.models import Session
from screenings.services import cancel_session, start_sessions
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
)

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
LATE = NOON + HOUR

by_hand = pytest.mark.parametrize("gateway", sorted(MANUAL_GATEWAYS))


def report(order, *, at=NOON, amount=None, external_id="pi_1"):
    """Book money that a gateway reports."""
    return mark_paid(
        order,
        gateway=Gateway.STRIPE,
        amount=order.final_amount if amount is None else amount,
        external_id=external_id,
        at=at,
    )


def take(order, *, gateway=Gateway.CASH, at=NOON, amount=None):
    """Book money taken by a cashier."""
    return mark_paid(order, gateway=gateway, amount=order.final_amount if amount is None else amount, at=at)


def a_lapsed_order(session=None, **basket):
    """An order that was cancelled because it was not paid in time."""
    order = an_order(session, **basket)
    cancel(order, reason=CancelReason.EXPIRED, at=order.expires_at)
    order.refresh_from_db()
    return order


def statuses(order):
    return list(OrderEvent.objects.filter(order=order).order_by("pk").values_list("from_status", "to_status"))


def notified(kind):
    return list(Notification.objects.filter(kind=kind).values_list("recipient", flat=True))


def assert_returned(order, amount):
    """Check that a full refund is queued and the customer notified."""
    payment = Payment.objects.get(order=order, amount=amount)
    [back] = Refund.objects.filter(payment=payment)
    assert (back.order, back.amount, back.status) == (order, amount, Refund.Status.REQUESTED)
    assert notified(MessageKind.LATE_PAYMENT_REFUNDED) == [order.email]


# --- Money before the order is cancelled


def test_an_order_paid_in_time_is_paid_with_its_tickets():
    session = a_session()
    order = an_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])

    paid = report(order, at=NOON + TICK)

    order.refresh_from_db()
    assert (order.status, order.paid_at, paid.status) == (Order.Status.PAID, NOON + TICK, Order.Status.PAID)
    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.PAID] * 2
    assert [line.status for line in order.preorders.all()] == ["PENDING"]
    assert statuses(order) == [("", "PENDING_PAYMENT"), ("PENDING_PAYMENT", "PAID")]
    payment = order.payments.get()
    assert (payment.gateway, payment.external_id, payment.amount, payment.status, payment.succeeded_at) == (
        Gateway.STRIPE,
        "pi_1",
        order.final_amount,
        Payment.Status.SUCCEEDED,
        NOON + TICK,
    )


@by_hand
def test_the_cashier_who_took_the_money_is_recorded(gateway):
    cashier = a_customer()
    order = an_order()

    mark_paid(order, gateway=gateway, amount=order.final_amount, at=NOON, actor=cashier)

    assert order.payments.get().actor == cashier
    assert order.events.latest("pk").actor == cashier


def test_an_overdue_order_is_paid():
    order = an_order(a_session(start=NOON + timedelta(days=9)), channel="RESERVATION")
    mark_overdue([order], at=order.payment_deadline)

    report(order, at=order.payment_deadline + HOUR)

    assert statuses(order)[-2:] == [("PENDING_PAYMENT", "PAYMENT_OVERDUE"), ("PAYMENT_OVERDUE", "PAID")]


@by_hand
def test_an_order_that_is_not_yet_cancelled_is_paid_however_late(gateway):
    order = an_order()

    take(order, gateway=gateway, at=order.expires_at + timedelta(days=30))

    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_an_order_worth_nothing_is_confirmed_without_a_payment():
    order = an_order(customer=a_customer(points=350), points=350)

    mark_paid(order, gateway=Gateway.CASH, amount=Decimal("0.00"), at=NOON)

    order.refresh_from_db()
    assert (order.status, order.payments.count()) == (Order.Status.PAID, 0)


@pytest.mark.parametrize("gateway", Gateway.values)
@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_an_amount_of_zero_or_less_is_refused(gateway, amount):
    order = an_order()

    with raises_unchanged(WrongAmount):
        mark_paid(order, gateway=gateway, amount=Decimal(amount), external_id="pi_1", at=NOON)


def test_a_revived_order_takes_as_many_points_as_it_returned_even_if_their_value_changed(settings):
    order = a_lapsed_order(customer=a_customer(points=100), points=100)
    settings.BONUS_POINT_VALUE = Decimal("2.00")

    report(order, at=LATE)

    order.refresh_from_db()
    assert (order.status, order.user.bonus_account.balance) == (Order.Status.PAID, 0)


def test_an_order_worth_nothing_is_confirmed_once():
    order = an_order(promocode=a_promocode(discount_percent=100))
    mark_paid(order, gateway=Gateway.CASH, amount=Decimal(0), at=NOON)

    with raises_unchanged(AlreadyPaid):
        mark_paid(order, gateway=Gateway.CASH, amount=Decimal(0), at=NOON)


def test_money_for_an_order_worth_nothing_is_returned():
    order = an_order(promocode=a_promocode(discount_percent=100))

    report(order, amount=PRICE)

    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT
    assert_returned(order, PRICE)


# --- Money that cannot be booked


@pytest.mark.parametrize("amount", ["349.99", "350.01", "0.01", "99999999.99"])
def test_a_wrong_amount_taken_by_a_gateway_is_returned_in_full(amount):
    order = an_order()

    report(order, amount=Decimal(amount))

    order.refresh_from_db()
    assert (order.status, statuses(order)) == (Order.Status.PENDING_PAYMENT, [("", "PENDING_PAYMENT")])
    assert_returned(order, Decimal(amount))


@by_hand
@pytest.mark.parametrize("amount", ["349.99", "350.01", "0.00"])
def test_a_wrong_amount_at_the_till_is_refused(gateway, amount):
    order = an_order()

    with raises_unchanged(WrongAmount):
        take(order, gateway=gateway, amount=Decimal(amount))


def test_the_right_amount_after_a_wrong_one_pays():
    order = an_order()
    report(order, amount=Decimal("1.00"), external_id="pi_1")

    report(order, external_id="pi_2")

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert_returned(order, Decimal("1.00"))


def test_a_float_amount_is_refused():
    order = an_order()
    before = business_state()

    with pytest.raises(TypeError):
        report(order, amount=350.0)

    assert business_state() == before


@pytest.mark.parametrize("later", ["paid", "completed", "refunded"])
def test_a_second_payment_is_returned(later):
    session = a_session()
    order = a_paid_order(session, gateway=Gateway.STRIPE)
    if later == "completed":
        complete([order], at=session.end_datetime)
    if later == "refunded":
        refund(order, reason="Fell ill", at=NOON)
    before = business_state()

    report(order, at=LATE, external_id="pi_2")

    after = business_state()
    assert {table for table in after if after[table] != before.get(table)} == {
        "payments.Payment",
        "payments.Refund",
        "notifications.Notification",
    }
    payment = Payment.objects.get(external_id="pi_2")
    assert [(back.amount, back.status) for back in payment.refunds.all()] == [(PRICE, Refund.Status.REQUESTED)]
    assert notified(MessageKind.LATE_PAYMENT_REFUNDED) == [order.email]


@by_hand
def test_a_second_payment_at_the_till_is_refused(gateway):
    order = a_paid_order()

    with raises_unchanged(AlreadyPaid):
        take(order, gateway=gateway)


def test_a_repeated_report_changes_nothing():
    order = an_order()
    report(order)
    before = business_state()

    report(order, at=LATE)

    assert business_state() == before


def test_a_repeated_report_of_a_wrong_amount_changes_nothing():
    order = an_order()
    report(order, amount=Decimal("1.00"))
    before = business_state()

    report(order, amount=Decimal("1.00"), at=LATE)

    assert business_state() == before


def test_a_report_that_belongs_to_another_order_pays_nothing():
    first, second = an_order(), an_order()
    report(first)
    before = business_state()

    report(second)

    assert business_state() == before


def test_two_gateways_may_use_the_same_id():
    first, second = an_order(), an_order()
    report(first)

    mark_paid(second, gateway=Gateway.YOOKASSA, amount=second.final_amount, external_id="pi_1", at=NOON)

    second.refresh_from_db()
    assert second.status == Order.Status.PAID


@pytest.mark.parametrize("status", [Payment.Status.PENDING, Payment.Status.FAILED])
def test_a_report_about_a_known_payment_updates_that_payment(status):
    order = an_order()
    known = Payment.objects.create(
        order=order, gateway=Gateway.STRIPE, external_id="pi_1", amount=PRICE, status=status, created_at=NOON
    )

    report(order, at=LATE)

    known.refresh_from_db()
    assert list(Payment.objects.all()) == [known]
    assert (known.status, known.succeeded_at) == (Payment.Status.SUCCEEDED, LATE)
    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_the_amount_that_was_taken_is_booked():
    order = an_order()
    Payment.objects.create(order=order, gateway=Gateway.STRIPE, external_id="pi_1", amount=PRICE, created_at=NOON)

    report(order, amount=Decimal("35.00"))

    assert_returned(order, Decimal("35.00"))


# --- Money after the order was cancelled


def test_late_money_restores_everything_the_order_had():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer = a_customer(points=100)
    promocode = a_promocode(max_uses=1)
    order = a_lapsed_order(session, seats=2, snacks=[(item, 3)], customer=customer, promocode=promocode, points=100)

    report(order, at=LATE)

    order.refresh_from_db()
    assert (order.status, order.paid_at, order.cancelled_at) == (Order.Status.PAID, LATE, None)
    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.PAID] * 2
    assert [line.status for line in order.preorders.all()] == ["PENDING"]
    item.refresh_from_db()
    assert item.stock_quantity == 7
    customer.bonus_account.refresh_from_db()
    assert customer.bonus_account.balance == 0
    assert Promocode.objects.get().used_count == 1
    assert statuses(order)[1:] == [("PENDING_PAYMENT", "CANCELLED"), ("CANCELLED", "PAID")]
    assert Refund.objects.count() == 0


def test_reviving_an_order_records_new_stock_movements_and_transactions():
    item = an_item(stock=10)
    order = a_lapsed_order(snacks=[(item, 3)], customer=a_customer(points=100), points=10)

    report(order, at=LATE)

    moved = StockMovement.objects.filter(preorder__order=order).order_by("pk")
    assert list(moved.values_list("kind", "quantity")) == [("HOLD", -3), ("RETURN", 3), ("HOLD", -3)]
    spent = BonusTransaction.objects.filter(order=order).order_by("pk")
    assert list(spent.values_list("transaction_type", "amount")) == [
        ("DEDUCTION", -10),
        ("REVERSAL", 10),
        ("DEDUCTION", -10),
    ]


def test_a_revived_order_is_refunded_once_and_in_full():
    item = an_item(stock=10)
    customer = a_customer(points=100)
    order = a_lapsed_order(snacks=[(item, 3)], customer=customer, points=100)
    report(order, at=LATE)

    back = refund(order, reason="Fell ill", at=LATE)

    customer.bonus_account.refresh_from_db()
    item.refresh_from_db()
    assert (back.amount, customer.bonus_account.balance, item.stock_quantity) == (Decimal("260.00"), 100, 10)


@by_hand
def test_late_money_at_the_till_revives_an_order_too(gateway):
    order = a_lapsed_order()

    take(order, gateway=gateway, at=LATE)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_an_order_worth_nothing_is_revived_by_its_customer():
    order = a_lapsed_order(customer=a_customer(points=350), points=350)

    mark_paid(order, gateway=Gateway.CASH, amount=Decimal(0), at=LATE)

    order.refresh_from_db()
    assert (order.status, order.payments.count()) == (Order.Status.PAID, 0)


def lose_the_seat(order):
    an_order(order.tickets.get().session, at=LATE)


def lose_the_goods(order):
    line = order.preorders.get()
    write_off(line.concession_item, quantity=98, reason="Mice", at=LATE)


def lose_the_points(order):
    adjust(order.user.bonus_account, amount=-91, reason="Mistake", at=LATE)


def lose_the_promocode(order):
    an_order(promocode=order.promocode, at=LATE)


def lose_the_session(order):
    cancel_session(order.tickets.get().session, reason="Projector", at=LATE)


def start_the_session(order):
    Session.objects.filter(pk=order.tickets.get().session_id).update(start_datetime=LATE)


def mark_the_session_as_started(order):
    start_the_session(order)
    start_sessions([Session.objects.get(tickets__order=order)], at=LATE)


LOSSES = [
    (lose_the_seat, SeatTaken),
    (lose_the_goods, OutOfStock),
    (lose_the_points, NotEnoughPoints),
    (lose_the_promocode, PromocodeUsedUp),
    (lose_the_session, NotOnSale),
    (start_the_session, NotOnSale),
    (mark_the_session_as_started, NotOnSale),
]


@pytest.fixture
def expired_order():
    session = a_session(a_hall(rows=["s"]))
    return a_lapsed_order(
        session,
        snacks=[(an_item(session.hall.cinema), 3)],
        customer=a_customer(points=100),
        promocode=a_promocode(max_uses=1),
        points=10,
    )


@pytest.mark.parametrize(("lose", "_error"), LOSSES)
def test_late_money_is_returned_when_something_is_no_longer_available(expired_order, lose, _error):
    lose(expired_order)
    before = business_state()

    report(expired_order, at=LATE)

    after = business_state()
    assert {table for table in after if after[table] != before.get(table)} == {
        "payments.Payment",
        "payments.Refund",
        "notifications.Notification",
    }
    assert_returned(expired_order, expired_order.final_amount)


@by_hand
@pytest.mark.parametrize(("lose", "error"), LOSSES)
def test_late_cash_is_refused_when_something_is_no_longer_available(expired_order, lose, error, gateway):
    lose(expired_order)

    with raises_unchanged(error):
        take(expired_order, gateway=gateway, at=LATE)


@pytest.mark.parametrize(("early", "status"), [(TICK, "PAID"), (timedelta(0), "CANCELLED")])
def test_an_order_is_revived_until_its_session_starts(early, status):
    session = a_session()
    order = a_lapsed_order(session)

    report(order, at=session.start_datetime - early)

    order.refresh_from_db()
    assert order.status == status


@pytest.mark.parametrize(("early", "status"), [(TICK, "PAID"), (timedelta(0), "CANCELLED")])
def test_snacks_alone_are_revived_until_their_collection_deadline(early, status):
    order = a_lapsed_order(snacks=[(an_item(), 1)])

    report(order, at=order.preorders.get().collection_deadline - early)

    order.refresh_from_db()
    assert order.status == status


@pytest.mark.parametrize("is_stale", [False, True])
def test_an_expired_hold_on_the_seat_does_not_stop_late_money(is_stale):
    session = a_session(a_hall(rows=["s"]))
    order = an_order(session)
    stale = Order.objects.get(pk=order.pk)  # read before the order was cancelled
    cancel(order, reason=CancelReason.EXPIRED, at=order.expires_at)
    theirs = an_order(session, at=order.expires_at)

    report(stale if is_stale else Order.objects.get(pk=order.pk), at=theirs.expires_at)

    order.refresh_from_db()
    theirs.refresh_from_db()
    assert (order.status, theirs.status) == (Order.Status.PAID, Order.Status.CANCELLED)


def test_late_money_of_the_wrong_amount_is_returned(expired_order):
    report(expired_order, amount=Decimal("1.00"), at=LATE)

    expired_order.refresh_from_db()
    assert expired_order.status == Order.Status.CANCELLED
    assert_returned(expired_order, Decimal("1.00"))


def test_a_second_late_payment_does_not_revive_the_order_again(expired_order):
    report(expired_order, at=LATE)
    before = business_state()

    report(expired_order, at=LATE + HOUR)

    assert business_state() == before


def test_a_guest_without_an_address_gets_the_money_back():
    session = a_session(a_hall(rows=["s"]))
    order = a_lapsed_order(session, email="")
    lose_the_seat(order)

    report(order, at=LATE)

    assert [back.amount for back in Refund.objects.all()] == [PRICE]
    assert notified(MessageKind.LATE_PAYMENT_REFUNDED) == []
