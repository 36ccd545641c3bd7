"""Disputes: staff are informed at once, tickets stay valid, and only a lost dispute is a refund."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cinema import clock
from orders.models import Order
from payments.models import Dispute, GatewayEvent, Payment, Refund
from tests.helpers.factories import NOON, PRICE, a_session, an_order
from tests.helpers.gateway_harness import StripeHarness
from tests.helpers.pages.admin_pages import dashboard_texts
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

ANSWER_BY = NOON + timedelta(days=9)
LINE = "1 disputed payment: reply on the payment provider’s site"


@pytest.fixture
def stripe(monkeypatch) -> Iterator[StripeHarness]:
    """Stripe with a paid order of a session in the future, whose payment the customer disputes."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    world = StripeHarness()
    with world.running():
        order = an_order(a_session(start=NOON + timedelta(days=300)), at=world.at)
        world.pay(world.start(order))
        world.deliver(0)
        world.dispute = world.provider.dispute(
            Payment.objects.get().external_id, PRICE, answer_by=ANSWER_BY.timestamp()
        )
        yield world


def test_a_dispute_is_shown_with_its_deadline_and_the_tickets_stay_valid(stripe):
    assert [stripe.deliver(1), stripe.deliver(1)] == [200, 200]

    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.amount, dispute.answer_by) == (Dispute.Status.OPEN, PRICE, ANSWER_BY)
    order = Order.objects.get()
    assert (order.status, order.tickets.get().status) == (Order.Status.PAID, "PAID")
    assert not Refund.objects.exists()
    manager = someone("floor_manager", order.cinema)
    assert LINE in dashboard_texts(manager)
    assert LINE not in dashboard_texts(someone("cashier", order.cinema))
    page = browser(manager).get(f"/admin/orders/order/{order.pk}/change/").text
    assert "Reply on the payment provider’s site by 14 November" in page


def test_a_lost_dispute_is_a_refund_and_a_won_one_changes_nothing(stripe):
    stripe.deliver(1)
    stripe.provider.decide(stripe.dispute, "open")
    stripe.deliver(2)
    assert Dispute.objects.get().status == Dispute.Status.ANSWERED

    stripe.provider.decide(stripe.dispute, "failed")
    stripe.deliver(3)
    assert (Dispute.objects.get().status, Refund.objects.count()) == (Dispute.Status.WON, 0)

    stripe.provider.decide(stripe.dispute, "done")  # the bank reverses its decision
    stripe.deliver(4)
    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert Order.objects.get().status == Order.Status.REFUNDED
    assert (Refund.objects.get().external_id, Refund.objects.get().amount) == (stripe.dispute, PRICE)
    stripe.settle()
    assert (stripe.differences(), invariant_violations(stripe.at)) == ([], [])


def test_without_webhooks_disputes_are_polled_daily_however_old_the_payment(stripe):
    stripe.wait(days=170)
    Payment.objects.update(next_poll_at=stripe.at)
    stripe.run("reconcile_payments")
    assert Dispute.objects.get().status == Dispute.Status.OPEN
    stripe.wait(days=1)
    stripe.provider.decide(stripe.dispute, "done")

    stripe.run("reconcile_payments")

    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert Payment.objects.get().next_poll_at is None


def test_a_webhook_gets_503_while_stripe_cannot_say_which_payment_it_is_about(stripe):
    stripe.go_down()
    assert stripe.deliver(1) == 503
    assert not Dispute.objects.exists()
    stripe.end_faults()

    assert stripe.deliver(1) == 200

    assert GatewayEvent.objects.get(event_id="evt_1").handled_at == stripe.at
    assert Dispute.objects.count() == 1
