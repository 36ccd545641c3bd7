"""Payouts fetched from Stripe, of which a fake provider keeps the ledger."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from orders.services import refund
from payments.models import Payment
from reports.models import PayoutFile, PayoutLine
from reports.services import fetch_payouts
from tests.helpers.factories import NOON, PRICE, a_session, an_order
from tests.helpers.gateway_harness import StripeHarness

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def stripe(settings) -> Iterator[StripeHarness]:
    """Stripe with two paid orders, one of which is refunded."""
    settings.CURRENCY = "RUB"
    world = StripeHarness()
    with world.running():
        for number in range(2):
            order = an_order(a_session(start=NOON + 300 * DAY), at=world.at)
            world.pay(world.start(order))
            world.deliver(number)
        refund(order, reason="Ill", at=world.at)
        world.run("execute_refunds")
        yield world


def lines() -> list[tuple]:
    rows = PayoutLine.objects.order_by("kind", "pk")
    return [(each.kind, each.amount, each.fee, each.outcome) for each in rows]


def test_a_payout_is_fetched_once_and_its_operations_agree_with_ours(stripe):
    payout = stripe.provider.pay_out(at=stripe.at.timestamp())

    counts = [fetch_payouts(at=stripe.at + DAY) for _ in range(2)]

    assert [(each.done, each.failed, each.error) for each in counts] == [(1, 0, ""), (0, 0, "")]
    fee = PRICE * 3 / 100
    assert lines() == [
        ("PAYMENT", PRICE, fee, "AGREES"),
        ("PAYMENT", PRICE, fee, "AGREES"),
        ("REFUND", PRICE, Decimal(0), "AGREES"),
    ]
    file = PayoutFile.objects.get()
    assert (file.name, file.uploaded_by, file.lines_read, file.lines_skipped) == (payout, None, 3, 1)
    assert {each.payment_id for each in PayoutLine.objects.filter(kind="PAYMENT")} == set(
        Payment.objects.values_list("pk", flat=True)
    )


def test_a_provider_that_does_not_answer_is_asked_again_and_without_its_key_nothing_is(stripe, settings):
    stripe.provider.pay_out(at=stripe.at.timestamp())
    stripe.provider.is_down = True
    failed = fetch_payouts(at=stripe.at + DAY)
    stripe.provider.is_down = False
    key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    nothing = fetch_payouts(at=stripe.at + DAY)
    settings.STRIPE_SECRET_KEY = key

    assert (failed.failed, nothing.done, nothing.failed, lines()) == (1, 0, 0, [])
    assert fetch_payouts(at=stripe.at + DAY).done == 1


def test_an_amount_that_differs_is_to_be_clarified(stripe):
    stripe.provider.pay_out(at=stripe.at.timestamp())
    for rows in stripe.provider.paid_out.values():
        rows[0]["amount"] += 100

    fetch_payouts(at=stripe.at + DAY)

    assert [outcome for _kind, _amount, _fee, outcome in lines()] == ["OTHER_AMOUNT", "AGREES", "AGREES"]
