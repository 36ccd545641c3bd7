"""The page of refunds: mark as paid out, send again."""

import pytest

from accounts.models import Approval
from orders.services import refund, refund_by_customer
from payments.models import Refund
from tests.helpers.factories import NOON, PRICE, a_paid_order, business_state, paid_at_the_bank
from tests.helpers.pages.admin_pages import admin_url, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_refund_paid_out_in_cash_records_who_paid_it_out():
    order = a_paid_order()
    back = refund(order, reason="Ill", at=NOON)
    manager = someone("floor_manager", order.cinema)

    run_action(browser(manager), back, "pay_out")

    back.refresh_from_db()
    assert (back.status, back.paid_out_by) == (Refund.Status.SUCCEEDED, manager)


@pytest.mark.parametrize("role", ["cashier", "accountant", "bar"])
def test_roles_without_permission_cannot_pay_out(role):
    order = a_paid_order()
    back = refund(order, reason="Ill", at=NOON)
    before = business_state()["payments.Refund"]

    answer = browser(someone(role, order.cinema)).post(admin_url(back, "pay_out"), {})

    assert answer.status_code in (403, 404)
    assert business_state()["payments.Refund"] == before


def test_a_failed_refund_is_sent_again():
    order = paid_at_the_bank()
    back = refund(order, reason="Ill", at=NOON)
    Refund.objects.update(status=Refund.Status.FAILED, attempts=6, error="balance_insufficient")

    run_action(browser(someone("floor_manager", order.cinema)), back, "send_again")

    back.refresh_from_db()
    assert (back.status, back.error) == (Refund.Status.REQUESTED, "")


def test_above_the_limit_the_payout_of_a_customers_refund_is_sent_for_approval(settings):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE - 1}
    order = a_paid_order()
    back = refund_by_customer(order, lines=list(order.tickets.all()), at=NOON)

    run_action(browser(someone("floor_manager", order.cinema)), back, "pay_out")

    back.refresh_from_db()
    assert back.status == Refund.Status.REQUESTED
    assert Approval.objects.get().service == "orders.pay_out"
