"""The page of payments: confirm an unknown result, check with the provider."""

import pytest

from orders.models import Order
from orders.services import record_uncertain_payment
from payments.models import Gateway, Payment
from payments.services import totals_of
from tests.helpers.cash import a_shift
from tests.helpers.factories import NOON, an_order, at_the_bank
from tests.helpers.pages.admin_pages import run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_payment_with_an_unknown_terminal_result_stays_pending():
    order = an_order()
    shift = a_shift(order.cinema)

    run_action(browser(shift.cashier), order, "take_payment", gateway="card_terminal", unsure="on")

    payment = Payment.objects.get()
    assert (payment.gateway, payment.status) == (Gateway.CARD_TERMINAL, Payment.Status.PENDING)
    assert payment.shift == shift
    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT


def test_the_result_of_an_uncertain_payment_is_confirmed_into_the_shift_of_whoever_says_so():
    order = an_order()
    payment = record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON)
    shift = a_shift(order.cinema)

    refused = run_action(browser(someone("cashier", order.cinema)), payment, "clear_up", answer="approved")
    run_action(browser(shift.cashier), payment, "clear_up", answer="approved")

    order.refresh_from_db()
    assert "Open a shift first" in refused.text
    assert order.status == Order.Status.PAID
    assert totals_of(shift).expected_card == order.final_amount


def test_a_payment_is_checked_with_the_provider():
    order = an_order()
    payment = at_the_bank(order, paid=True)

    run_action(browser(someone("cashier", order.cinema)), payment, "ask")

    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED
