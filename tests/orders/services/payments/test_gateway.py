"""Payments through a gateway, with the demo bank as the gateway."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest

from demo.bank import DemoBank, decide
from demo.models import DemoCharge, DemoRefund
from orders.errors import GatewayNotOffered, NotPayable
from orders.models import Order
from orders.services import CustomerPaymentState, cancel, customer_payment_state, refund, settle_payment, start_payment
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.models import Payment, Refund
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, an_order, business_state, pay
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

BACK_TO = "http://testserver/orders/secret/"
SOON = NOON + timedelta(minutes=3)


def start(order, *, at=NOON):
    return start_payment(order, gateway="demo", return_url=BACK_TO, at=at)


def charge_of(payment):
    return DemoCharge.objects.get(uid=payment.uid)


def at_the_bank(payment, *, paid):
    decide(charge_of(payment).token, paid=paid)


def test_a_payment_is_pending_until_the_bank_reports_an_outcome():
    order = an_order()

    started = start(order)

    payment = Payment.objects.get()
    assert started.payment == payment
    assert started.redirect_url.endswith(f"/demo-bank/{charge_of(payment).token}/")
    assert (payment.status, payment.amount, payment.external_id) == (
        "PENDING",
        PRICE,
        f"demo_{charge_of(payment).token}",
    )
    assert settle_payment(payment, at=SOON).status == Payment.Status.PENDING
    assert customer_payment_state(order, at=SOON) == CustomerPaymentState.WAITING


def test_a_successful_charge_makes_the_order_paid():
    order = an_order()
    payment = start(order).payment
    at_the_bank(payment, paid=True)

    assert customer_payment_state(order, at=SOON) == CustomerPaymentState.PAID

    payment.refresh_from_db()
    assert (payment.status, payment.succeeded_at) == (Payment.Status.SUCCEEDED, SOON)
    assert (order.status, order.paid_at) == (Order.Status.PAID, SOON)
    assert invariant_violations() == []


def test_a_declined_payment_is_followed_by_a_new_one():
    order = an_order()
    first = start(order).payment
    at_the_bank(first, paid=False)
    assert customer_payment_state(order, at=SOON) == CustomerPaymentState.DECLINED

    second = start(order, at=SOON).payment
    at_the_bank(second, paid=True)

    assert customer_payment_state(order, at=SOON) == CustomerPaymentState.PAID
    assert [each.status for each in Payment.objects.order_by("pk")] == ["FAILED", "SUCCEEDED"]
    assert first.uid != second.uid


def test_starting_twice_creates_one_payment():
    order = an_order()

    first, second = start(order), start(order, at=SOON)

    assert first == second
    assert (Payment.objects.count(), DemoCharge.objects.count()) == (1, 1)


def test_starting_again_after_a_decline_opens_a_new_page():
    order = an_order()
    first = start(order)
    at_the_bank(first.payment, paid=False)

    second = start(order, at=SOON)

    assert second.redirect_url != first.redirect_url


def test_starting_again_after_paying_leads_back_to_the_order():
    order = an_order()
    at_the_bank(start(order).payment, paid=True)

    again = start(order, at=SOON)

    assert (again.redirect_url, again.payment.status) == (BACK_TO, Payment.Status.SUCCEEDED)
    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_a_lost_answer_is_requested_again_with_the_same_idempotency_key():
    order = an_order()
    with answer_lost(), pytest.raises(GatewayUnavailable):
        start(order)
    lost = Payment.objects.get()
    assert (lost.external_id, lost.status, DemoCharge.objects.count()) == ("", "PENDING", 1)

    again = start(order, at=SOON)

    assert (again.payment, DemoCharge.objects.count()) == (lost, 1)
    assert again.redirect_url.endswith(f"/demo-bank/{charge_of(lost).token}/")


def test_settling_recovers_a_lost_answer():
    order = an_order()
    with answer_lost(), pytest.raises(GatewayUnavailable):
        start(order)
    at_the_bank(Payment.objects.get(), paid=True)

    payment = settle_payment(Payment.objects.get(), at=SOON)

    assert payment.status == Payment.Status.SUCCEEDED
    assert invariant_violations() == []


def test_a_payment_that_never_reached_the_bank_fails_in_the_end():
    order = an_order()
    with (
        patch.object(DemoBank, "start", side_effect=GatewayUnavailable("ConnectTimeout")),
        pytest.raises(GatewayUnavailable),
    ):
        start(order)

    payment = settle_payment(Payment.objects.get(), at=NOON + timedelta(hours=21))

    assert (payment.status, payment.next_poll_at) == (Payment.Status.FAILED, None)


def test_a_refusal_by_the_bank_fails_the_payment_at_once():
    order = an_order()

    with patch.object(DemoBank, "start", side_effect=GatewayRefused("no such shop")), pytest.raises(GatewayRefused):
        start(order)

    assert Payment.objects.get().status == Payment.Status.FAILED


def test_an_unavailable_bank_changes_nothing():
    payment = start(an_order()).payment
    before = business_state()

    with patch.object(DemoBank, "fetch", side_effect=GatewayUnavailable("ReadTimeout")):
        assert settle_payment(payment, at=SOON).status == Payment.Status.PENDING

    assert business_state() == before


@pytest.mark.parametrize("how", ["paid", "cancelled", "out of time", "free"])
def test_an_order_that_is_not_payable_starts_no_payment(how):
    order = an_order(a_session(price=Decimal("0.00"))) if how == "free" else an_order()
    at = order.expires_at if how == "out of time" else NOON
    if how == "paid":
        pay(order)
    if how == "cancelled":
        cancel(order, reason="Ill", at=NOON)
    before = business_state()

    with pytest.raises(NotPayable):
        start(order, at=at)

    assert business_state() == before


def test_a_gateway_that_is_not_offered_starts_no_payment():
    order = an_order()

    with pytest.raises(GatewayNotOffered):
        start_payment(order, gateway="cash", return_url=BACK_TO, at=NOON)

    assert not Payment.objects.exists()


def test_money_that_came_too_late_is_returned_and_the_customer_informed():
    session = a_session()
    order = an_order(session)
    payment = start(order).payment
    at_the_bank(payment, paid=True)
    late = order.expires_at + timedelta(hours=1)
    cancel(order, reason="Out of time", at=late)
    an_order(session, seats=20, at=late)  # sells the released seats to other customers

    assert customer_payment_state(order, at=late) == CustomerPaymentState.RETURNED

    assert Refund.objects.get().payment == payment
    assert invariant_violations(late) == []


def test_an_abandoned_payment_is_closed_once_the_time_to_pay_is_over():
    order = an_order()
    payment = start(order).payment
    late = order.expires_at + timedelta(minutes=5)

    assert settle_payment(payment, at=order.expires_at).status == Payment.Status.PENDING
    assert settle_payment(payment, at=late).status == Payment.Status.FAILED

    assert charge_of(payment).status == DemoCharge.Status.CLOSED
    assert Order.objects.expired(late).get() == order
    assert customer_payment_state(order, at=late) == CustomerPaymentState.OVER


def test_a_second_page_is_closed_once_the_order_is_paid():
    order = an_order()
    payment = start(order).payment
    pay(order)

    assert settle_payment(payment, at=SOON).status == Payment.Status.FAILED
    assert charge_of(payment).status == DemoCharge.Status.CLOSED


def test_a_refund_made_at_the_bank_is_recorded_once():
    order = an_order()
    payment = start(order).payment
    at_the_bank(payment, paid=True)
    settle_payment(payment, at=SOON)
    DemoRefund.objects.create(charge=charge_of(payment), uid="5" * 32, amount=PRICE)

    for _time in range(2):
        settle_payment(payment, at=SOON)

    booked = Refund.objects.get()
    assert (booked.payment, booked.amount, booked.status) == (payment, PRICE, Refund.Status.SUCCEEDED)
    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED
    assert invariant_violations() == []


def test_a_refund_whose_answer_was_lost_is_recognized():
    order = an_order()
    payment = start(order).payment
    at_the_bank(payment, paid=True)
    settle_payment(payment, at=SOON)
    back = refund(order, reason="Ill", at=SOON)
    DemoRefund.objects.create(charge=charge_of(payment), uid=back.uid, amount=PRICE)

    settle_payment(payment, at=SOON)

    assert list(Refund.objects.all()) == [back]
    back.refresh_from_db()
    assert (back.status, back.succeeded_at) == (Refund.Status.SUCCEEDED, SOON)


def test_a_payment_with_another_id_at_the_bank_is_flagged_as_a_discrepancy():
    order = an_order()
    payment = start(order).payment
    at_the_bank(payment, paid=True)
    DemoCharge.objects.update(uid="7" * 32)

    settled = settle_payment(payment, at=SOON)

    assert (settled.status, settled.discrepancy) == (Payment.Status.PENDING, Payment.Discrepancy.NOT_OURS)
    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT


def test_cash_payments_are_never_polled():
    payment = a_paid_order().payments.get()
    before = business_state()

    settle_payment(payment, at=SOON)

    assert business_state() == before


def answer_lost():
    """The bank opens the payment, but its answer is lost."""
    begin = DemoBank.start

    def start_and_lose(charge):
        begin(DemoBank(), charge)
        raise GatewayUnavailable("ReadTimeout")

    return patch.object(DemoBank, "start", side_effect=start_and_lose)


DAY = timedelta(days=1)


def test_a_refused_payment_and_a_silent_gateway_are_told_apart():
    order = an_order()
    texts = {}
    for error in (GatewayRefused("email_invalid"), GatewayUnavailable("ReadTimeout")):
        with patch.object(DemoBank, "start", side_effect=error), pytest.raises(type(error)) as refused:
            start(order)
        texts[type(error)] = str(refused.value)

    assert "didn’t accept this payment" in texts[GatewayRefused]
    assert "try again" not in texts[GatewayRefused]
    assert "not responding" in texts[GatewayUnavailable]
    assert [each.status for each in Payment.objects.order_by("pk")] == ["FAILED", "PENDING"]


def test_a_gateway_does_not_open_a_payment_below_its_minimum():
    order = an_order(a_session(price=Decimal("0.50")))

    with pytest.raises(GatewayNotOffered, match=r"takes 1\s₽ or more"):
        start(order)

    assert not Payment.objects.exists()


def test_a_payment_that_its_gateway_does_not_know_ends_after_a_day_and_can_still_be_taken():
    order = an_order()
    payment = start(order).payment
    with patch.object(DemoBank, "fetch", side_effect=GatewayRefused("unknown payment")):
        assert settle_payment(payment, at=NOON + DAY / 2).status == Payment.Status.PENDING
        assert settle_payment(payment, at=NOON + DAY).status == Payment.Status.FAILED
    at_the_bank(payment, paid=True)

    settle_payment(payment, at=NOON + 2 * DAY)

    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED


@pytest.mark.parametrize("opened", [True, False])
def test_a_payment_at_a_gateway_that_was_switched_off_ends_after_a_day(settings, opened):
    start(an_order())
    if not opened:
        Payment.objects.update(external_id="")
    settings.GATEWAY_CLASSES = {key: path for key, path in settings.GATEWAY_CLASSES.items() if key != "demo"}

    assert settle_payment(Payment.objects.get(), at=NOON + DAY / 2).status == Payment.Status.PENDING
    assert settle_payment(Payment.objects.get(), at=NOON + DAY).status == Payment.Status.FAILED
    assert not Payment.objects.due_for_polling(NOON + 30 * DAY).exists()
