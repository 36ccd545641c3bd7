"""When a gateway is asked about a payment again, and which of its answers are taken for this payment's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.gateways import PaymentReport, State
from payments.models import Payment
from payments.services import end_pointless, fail_payment, flag_discrepancy, is_plausible, schedule_next_poll
from tests.helpers.factories import NOON, PRICE, an_order, business_state, paid_at_the_bank

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def in_flight():
    return Payment.objects.create(
        order=an_order(), gateway="demo", amount=PRICE, external_id="one", created_at=NOON, next_poll_at=NOON
    )


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), timedelta(minutes=5)),
        (20 * timedelta(minutes=1), timedelta(minutes=5)),
        (4 * HOUR, HOUR),
        (30 * 24 * HOUR, 6 * HOUR),
    ],
)
def test_a_payment_in_flight_is_polled_after_a_quarter_of_its_age(age, wait):
    payment = in_flight()

    schedule_next_poll(payment, "", disputed=False, at=NOON + age)

    assert Payment.objects.get().next_poll_at == payment.next_poll_at == NOON + age + wait


@pytest.mark.parametrize(
    ("age", "disputed", "next_age"),
    [
        (timedelta(0), False, HOUR),
        (3 * HOUR, False, 6 * HOUR),
        (400 * 24 * HOUR, False, None),
        (400 * 24 * HOUR, True, 401 * 24 * HOUR),
        (3 * HOUR, True, 6 * HOUR),
        (100 * HOUR, True, 124 * HOUR),
    ],
)
def test_a_paid_payment_is_polled_at_twice_its_age_and_daily_while_disputed(age, disputed, next_age):
    payment = paid_at_the_bank().payments.get()

    schedule_next_poll(payment, "", disputed=disputed, at=payment.succeeded_at + age)

    assert payment.next_poll_at == (None if next_age is None else payment.succeeded_at + next_age)


def test_a_payment_with_a_discrepancy_is_shown_to_staff_and_polled_rarely():
    payment = in_flight()

    flag_discrepancy(payment, Payment.Discrepancy.NOT_OURS, at=NOON)

    stored = Payment.objects.get()
    assert (stored.discrepancy, stored.next_poll_at) == ("NOT_OURS", NOON + 6 * HOUR)


def test_a_payment_that_was_booked_in_the_meantime_does_not_fail():
    payment = paid_at_the_bank().payments.get()
    before = business_state()

    fail_payment(payment)

    assert business_state() == before


def test_a_report_is_taken_for_a_payments_own_by_its_name_currency_and_amount():
    payment = in_flight()
    report = PaymentReport(external_id="one", state=State.DONE, amount=PRICE, currency="RUB", uid=str(payment.uid))

    assert is_plausible(payment, report)
    assert is_plausible(payment, replace(report, uid=""))
    assert not is_plausible(payment, replace(report, uid="another"))
    assert not is_plausible(payment, replace(report, currency="USD"))
    assert not is_plausible(payment, replace(report, amount=PRICE - PRICE))


@pytest.mark.parametrize(("age", "status"), [(23 * HOUR, "PENDING"), (24 * HOUR, "FAILED")])
def test_a_payment_that_nobody_can_ask_about_ends_once_its_page_is_closed(age, status):
    payment = in_flight()

    assert end_pointless(payment, at=NOON + age) == (status == "FAILED")

    assert Payment.objects.get().status == payment.status == status


def test_a_payment_that_succeeded_does_not_end():
    payment = paid_at_the_bank().payments.get()

    assert not end_pointless(payment, at=NOON + 1000 * HOUR)
