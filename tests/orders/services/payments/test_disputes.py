"""A bank argues about a payment: staff hear of it at once, tickets stay good, and only a lost dispute is money gone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobs import clock
from orders.models import Order
from payments.models import Dispute, GatewayEvent, Payment, Refund
from tests.helpers.admin_pages import dashboard_lines
from tests.helpers.factories import NOON, PRICE, a_session, an_order
from tests.helpers.gateway_harness import StripeHarness
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

ANSWER_BY = NOON + timedelta(days=9)
LINE = "1 payment is disputed: answer at the gateway"


@pytest.fixture
def stripe(monkeypatch) -> Iterator[StripeHarness]:
    """A paid order of a session far away, whose customer goes to the bank."""
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


def test_a_dispute_is_told_of_with_the_day_and_the_tickets_stay_good(stripe):
    assert [stripe.deliver(1), stripe.deliver(1)] == [200, 200]

    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.amount, dispute.answer_by) == (Dispute.Status.OPEN, PRICE, ANSWER_BY)
    order = Order.objects.get()
    assert (order.status, order.tickets.get().status) == (Order.Status.PAID, "PAID")
    assert not Refund.objects.exists()
    manager = someone("floor_manager", order.cinema)
    assert LINE in dashboard_lines(manager)
    assert LINE not in dashboard_lines(someone("cashier", order.cinema))
    page = browser(manager).get(f"/admin/orders/order/{order.pk}/change/").text
    assert "Answer at the gateway by 14 November" in page


def test_a_dispute_that_is_lost_is_money_gone_and_one_that_is_won_is_nothing(stripe):
    stripe.deliver(1)
    stripe.provider.decide(stripe.dispute, "open")
    stripe.deliver(2)
    assert Dispute.objects.get().status == Dispute.Status.ANSWERED

    stripe.provider.decide(stripe.dispute, "failed")
    stripe.deliver(3)
    assert (Dispute.objects.get().status, Refund.objects.count()) == (Dispute.Status.WON, 0)

    stripe.provider.decide(stripe.dispute, "done")  # the bank thinks again
    stripe.deliver(4)
    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert Order.objects.get().status == Order.Status.REFUNDED
    assert (Refund.objects.get().external_id, Refund.objects.get().amount) == (stripe.dispute, PRICE)
    stripe.settle()
    assert (stripe.differences(), invariant_violations(stripe.at)) == ([], [])


def test_without_messages_a_dispute_is_asked_about_daily_however_old_the_payment(stripe):
    stripe.wait(days=170)
    Payment.objects.update(next_poll_at=stripe.at)
    stripe.run("reconcile_payments")
    assert Dispute.objects.get().status == Dispute.Status.OPEN
    stripe.wait(days=1)
    stripe.provider.decide(stripe.dispute, "done")

    stripe.run("reconcile_payments")

    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert Payment.objects.get().next_poll_at is None


def test_a_message_is_asked_for_again_while_stripe_cannot_say_whose_it_is(stripe):
    stripe.go_down()
    assert stripe.deliver(1) == 503
    assert not Dispute.objects.exists()
    stripe.end_faults()

    assert stripe.deliver(1) == 200

    assert GatewayEvent.objects.get(event_id="evt_1").handled_at == stripe.at
    assert Dispute.objects.count() == 1
