from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from payments.models import Gateway, Payment, Refund
from payments.services import balance_of, balances, record_success, request_refund
from tests.helpers.factories import NOON, a_session, an_order, business_state

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(hours=1)
MONEY = Decimal("100.00")


def succeeded(order, *, amount=MONEY, external_id="", gateway=Gateway.STRIPE):
    return record_success(order=order.pk, gateway=gateway, amount=amount, external_id=external_id, at=NOON)


def test_successful_payments_count_towards_the_balance():
    order = an_order()

    payment = succeeded(order)

    balance = balance_of(order.pk)
    assert (balance.kept, balance.left) == (MONEY, {payment.pk: MONEY})


@pytest.mark.parametrize("status", Refund.Status)
def test_pending_and_failed_refunds_reduce_the_balance(status):
    order = an_order()
    payment = succeeded(order)

    back = request_refund(payment, amount=Decimal("40.00"), reason="Fell ill", at=SOON)
    Refund.objects.update(status=status, external_id="re_1")

    assert (back.order, back.payment, back.status, back.requested_at) == (order, payment, "REQUESTED", SOON)
    assert balance_of(order.pk).kept == 60


@pytest.mark.parametrize("status", [Payment.Status.PENDING, Payment.Status.FAILED])
def test_unsuccessful_payments_do_not_count(status):
    order = an_order()
    Payment.objects.create(order=order, gateway=Gateway.STRIPE, amount=MONEY, status=status, created_at=NOON)

    assert balance_of(order.pk).kept == 0


def test_each_order_has_its_own_balance(django_assert_num_queries):
    session = a_session()
    orders = [an_order(session) for _order in range(3)]
    for number, order in enumerate(orders):
        request_refund(succeeded(order), amount=Decimal(number), reason="?", at=SOON)

    with django_assert_num_queries(1):
        found = balances([order.pk for order in orders])

    assert [found[order.pk].kept for order in orders] == [100, 99, 98]


def test_an_order_without_payments_has_an_empty_balance():
    assert balance_of(an_order().pk).payment_with(Decimal("0.01")) is None


def test_a_refund_uses_the_latest_payment_with_enough_left():
    order = an_order()
    first, second = succeeded(order), succeeded(order, amount=Decimal("50.00"))

    balance = balance_of(order.pk)

    assert [balance.payment_with(Decimal(amount)) for amount in (50, 51, 100, 101)] == [
        second.pk,
        first.pk,
        first.pk,
        None,
    ]


def test_a_payment_is_recorded_once_per_external_id():
    order = an_order()
    succeeded(order, external_id="pi_1")
    before = business_state()

    again = succeeded(order, external_id="pi_1")

    assert (again, business_state()) == (None, before)


def test_payments_without_an_external_id_are_each_recorded():
    order = an_order()

    succeeded(order)
    succeeded(order)

    assert Payment.objects.count() == 2


def test_an_open_payment_becomes_the_successful_one():
    order = an_order()
    flying = Payment.objects.create(
        order=order, gateway=Gateway.STRIPE, external_id="pi_1", amount=Decimal("1.00"), created_at=NOON
    )

    landed = succeeded(order, external_id="pi_1")

    flying.refresh_from_db()
    assert (landed, flying.status, flying.amount, flying.succeeded_at) == (flying, "SUCCEEDED", MONEY, NOON)


def test_a_payment_of_another_order_is_not_changed():
    order, other = an_order(), an_order()
    Payment.objects.create(order=other, gateway=Gateway.STRIPE, external_id="pi_1", amount=MONEY, created_at=NOON)
    before = business_state()

    assert succeeded(order, external_id="pi_1") is None

    assert business_state() == before


def test_the_database_forbids_a_duplicate_payment_id():
    order = an_order()
    succeeded(order, external_id="pi_1")

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(order=order, gateway=Gateway.STRIPE, external_id="pi_1", amount=1, created_at=NOON)


def test_the_database_forbids_a_duplicate_refund_id():
    payment = succeeded(an_order())
    Refund.objects.create(order=payment.order, payment=payment, amount=1, external_id="re_1", requested_at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(order=payment.order, payment=payment, amount=1, external_id="re_1", requested_at=NOON)


@pytest.mark.parametrize("amount", [Decimal("-0.01"), Decimal("100000000.00")])
@pytest.mark.parametrize("model", [Payment, Refund])
def test_the_database_forbids_amounts_out_of_bounds(model, amount):
    request_refund(succeeded(an_order()), amount=MONEY, reason="Fell ill", at=SOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(amount=amount)

    assert model.objects.get().amount == MONEY
