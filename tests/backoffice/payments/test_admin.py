"""What staff do with payments, refunds and receipts on their pages."""

import pytest
from django.urls import reverse

from orders.models import Order
from orders.services import record_uncertain_payment, refund
from payments.models import Gateway, Payment, Receipt, Refund
from tests.helpers.admin_pages import action_url, submit_action
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    a_paid_order,
    an_order,
    at_the_bank,
    business_state,
    paid_at_the_bank,
)
from tests.helpers.users import browser, someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db


def page(row, action=""):
    model = f"{row._meta.app_label}_{row._meta.model_name}"
    return action_url(row, action, model) if action else reverse(f"admin:{model}_change", args=[row.pk])


def press(person, row, action, **given):
    return submit_action(browser(person), row, action, f"{row._meta.app_label}_{row._meta.model_name}", **given)


def test_cash_that_was_handed_out_is_noted_with_who_and_when():
    order = a_paid_order()
    back = refund(order, reason="Ill", at=NOON)
    manager = someone("floor_manager", order.cinema)

    press(manager, back, "pay_out")

    back.refresh_from_db()
    assert (back.status, back.paid_out_by) == (Refund.Status.SUCCEEDED, manager)


@pytest.mark.parametrize("role", ["cashier", "accountant", "bar"])
def test_who_may_not_pay_out_is_refused(role):
    order = a_paid_order()
    back = refund(order, reason="Ill", at=NOON)
    before = business_state()["payments.Refund"]

    answer = browser(someone(role, order.cinema)).post(page(back, "pay_out"), {})

    assert answer.status_code in (403, 404)
    assert business_state()["payments.Refund"] == before


def test_a_failed_refund_is_sent_again():
    order = paid_at_the_bank()
    back = refund(order, reason="Ill", at=NOON)
    Refund.objects.update(status=Refund.Status.FAILED, attempts=6, error="balance_insufficient")

    press(someone("floor_manager", order.cinema), back, "send_again")

    back.refresh_from_db()
    assert (back.status, back.error) == (Refund.Status.REQUESTED, "")


def test_a_terminal_is_cleared_up():
    order = an_order()
    payment = record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON)

    press(someone("cashier", order.cinema), payment, "clear_up", answer="approved")

    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_the_gateway_is_asked_on_the_spot():
    order = an_order()
    payment = at_the_bank(order, paid=True)

    press(someone("cashier", order.cinema), payment, "ask")

    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED


def test_a_cashier_notes_that_the_terminal_broke_off():
    order = an_order()

    press(someone("cashier", order.cinema), order, "take_payment", gateway="card_terminal", unsure="on")

    payment = Payment.objects.get()
    assert (payment.gateway, payment.status) == (Gateway.CARD_TERMINAL, Payment.Status.PENDING)
    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT


def test_a_failed_receipt_is_sent_again_and_shows_its_lines(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    order = a_paid_order()
    run("send_receipts")
    Receipt.objects.update(status=Receipt.Status.FAILED)
    receipt = Receipt.objects.get()
    manager = someone("floor_manager", order.cinema)
    assert "Solaris" in browser(manager).get(page(receipt)).content.decode()

    press(manager, receipt, "send_again")

    receipt.refresh_from_db()
    assert receipt.status == Receipt.Status.QUEUED
