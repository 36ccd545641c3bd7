"""An order is paid with a gift card in the shop: all of it, or a part with the rest paid at the gateway."""

from datetime import timedelta
from decimal import Decimal

import pytest

from demo.models import DemoCharge
from notifications.models import MessageKind, Notification
from orders.errors import PaymentInProgress, TimeToPayOver
from orders.models import Order
from orders.services import (
    cancel_by_customer,
    cancel_expired,
    left_to_pay,
    pay_online_with_gift_card,
    refund,
    send_refunds,
    settle_payment,
    start_payment,
)
from payments.errors import GiftCardEmpty, GiftCardTooLittle
from payments.models import Gateway, GiftCard, Payment, Refund
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import NOON, PRICE, an_order, at_the_bank
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def order() -> Order:
    return an_order(seats=2)


def a_card(order: Order, amount: Decimal) -> GiftCard:
    return a_gift_card(a_shift(order.cinema), amount=amount)


def pay(order: Order, card: GiftCard, *, least: Decimal = Decimal(0), at=NOON) -> Decimal:
    return pay_online_with_gift_card(order, card=card, least=least, at=at)


def balance() -> Decimal:
    return GiftCard.objects.get().balance


def pay_rest(order: Order) -> Payment:
    """Pay what is left at the simulated bank."""
    return settle_payment(at_the_bank(order, paid=True), at=NOON)


def test_a_card_with_enough_on_it_pays_the_order(order: Order) -> None:
    paid = pay(order, a_card(order, 2 * PRICE + 50))

    order.refresh_from_db()
    assert (order.status, paid, balance()) == (Order.Status.PAID, 2 * PRICE, 50)
    message = Notification.objects.get(kind=MessageKind.ORDER_PAID)
    assert message.context["gift_cards"] == [[GiftCard.objects.get().last4, str(2 * PRICE)]]
    assert invariant_violations() == []


def test_the_rest_is_paid_at_the_gateway_and_each_gets_its_share_back(order: Order) -> None:
    pay(order, a_card(order, PRICE))
    rest = pay_rest(order)

    order.refresh_from_db()
    assert (order.status, rest.amount, balance()) == (Order.Status.PAID, PRICE, 0)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)
    assert balance() == PRICE / 2
    assert invariant_violations() == []


@pytest.mark.parametrize("given_up", ["lapsed", "cancelled"])
def test_an_order_that_is_given_up_gives_the_card_its_part_back_at_once(order: Order, given_up: str) -> None:
    pay(order, a_card(order, PRICE))

    if given_up == "lapsed":
        cancel_expired([order.pk], at=order.expires_at)
    else:
        cancel_by_customer(order, at=NOON)

    assert balance() == PRICE
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED
    send_refunds(list(Refund.objects.to_send(order.expires_at)), at=order.expires_at)
    assert balance() == PRICE
    assert invariant_violations() == []


def test_the_rest_that_comes_after_the_order_lapsed_goes_back(order: Order) -> None:
    pay(order, a_card(order, PRICE))
    payment = at_the_bank(order, at=NOON)
    later = order.expires_at + 40 * MINUTE
    cancel_expired([order.pk], at=later)
    DemoCharge.objects.update(status=DemoCharge.Status.PAID)

    settle_payment(payment, at=later)

    order.refresh_from_db()
    assert (order.status, balance()) == (Order.Status.CANCELLED, PRICE)
    assert Refund.objects.get(payment=payment).amount == PRICE
    assert invariant_violations() == []


def test_a_payment_that_is_open_at_the_gateway_is_closed_before_the_card_pays_a_part(order: Order) -> None:
    whole = start_payment(order, gateway="demo", return_url="http://testserver/", at=NOON).payment

    pay(order, a_card(order, PRICE))

    whole.refresh_from_db()
    assert whole.status == Payment.Status.FAILED
    assert left_to_pay(order) == PRICE
    assert pay_rest(order).amount == PRICE


def test_where_it_cannot_be_closed_the_card_pays_all_or_nothing(order: Order, monkeypatch) -> None:
    start_payment(order, gateway="demo", return_url="http://testserver/", at=NOON)
    monkeypatch.setattr("demo.bank.DemoBank.cancel_payment", lambda bank, number: bank.fetch(number))
    card = a_card(order, PRICE)

    with raises_unchanged(PaymentInProgress):
        pay(order, card)

    assert pay(order, a_gift_card(a_shift(order.cinema), amount=2 * PRICE)) == 2 * PRICE


@pytest.mark.parametrize(
    ("amount", "least", "paid"), [(2 * PRICE - 10, 50, 2 * PRICE - 50), (2 * PRICE - 50, 50, 2 * PRICE - 50)]
)
def test_a_card_leaves_no_less_than_can_be_paid_online(order: Order, amount, least, paid) -> None:
    assert pay(order, a_card(order, Decimal(amount)), least=Decimal(least)) == paid


def test_a_card_that_would_leave_too_little_or_is_empty_pays_nothing(order: Order) -> None:
    small = a_card(order, PRICE)
    with raises_unchanged(GiftCardTooLittle):
        pay(order, small, least=2 * PRICE)

    used = a_gift_card(a_shift(order.cinema), amount=2 * PRICE)
    pay(an_order(order.tickets.first().session, seats=2), used)
    with raises_unchanged(GiftCardEmpty):
        pay(order, used)


def test_after_the_time_to_pay_no_card_is_taken(order: Order) -> None:
    card = a_card(order, PRICE)

    with raises_unchanged(TimeToPayOver):
        pay(order, card, at=order.expires_at)

    assert not Payment.objects.filter(gateway=Gateway.GIFT_CARD).exists()
