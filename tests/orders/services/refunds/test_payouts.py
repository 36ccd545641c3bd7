from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest

from demo.bank import DemoBank
from demo.models import DemoCharge, DemoRefund
from jobs.claims import CLAIM_DURATION
from orders.services import refund, send_refunds, settle_payment
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.gateways import State
from payments.gateways.base import RefundReport
from payments.models import Payment, Refund
from payments.services import claim_refunds, mark_paid_out, send_again
from payments.services.payouts import BACKOFF, MAX_ATTEMPTS
from tests.helpers.factories import NOON, PRICE, business_state, paid_at_the_bank
from tests.helpers.ledger_diff import differences
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def to_send(**order) -> Refund:
    return refund(paid_at_the_bank(**order), reason="Ill", at=NOON)


def send(*, at=NOON):
    return send_refunds(list(Refund.objects.to_send(at)), at=at)


def patched_bank_refund(answer):
    """Replace what the demo bank does when it is asked to refund."""
    return patch.object(DemoBank, "refund", side_effect=answer)


def sent_but_answer_lost(back):
    SENDING(DemoBank(), back)
    raise GatewayUnavailable("ReadTimeout")


SENDING = DemoBank.refund


def test_a_refund_is_sent_and_marked_as_succeeded():
    back = to_send()

    tally = send()

    back.refresh_from_db()
    assert (tally.done, tally.failed, tally.passed_over) == (1, 0, 0)
    assert (back.status, back.succeeded_at, back.attempts) == (Refund.Status.SUCCEEDED, NOON, 1)
    assert back.external_id == f"demo_{back.uid.hex}"
    assert differences() == []
    assert invariant_violations() == []


def test_a_sent_refund_is_not_sent_again():
    to_send()
    send()
    before = business_state()

    tally = send(at=NOON + timedelta(days=1))

    assert (tally.done, business_state()) == (0, before)


def test_after_a_lost_answer_the_bank_is_asked_before_sending_again():
    back = to_send()
    with patched_bank_refund(sent_but_answer_lost):
        tally = send()
    back.refresh_from_db()
    assert (tally.passed_over, back.status, back.error) == (1, Refund.Status.REQUESTED, "ReadTimeout")

    with patched_bank_refund(AssertionError("asked to send again")):
        tally = send(at=NOON + BACKOFF[0])

    back.refresh_from_db()
    assert (tally.done, back.status, back.attempts) == (1, Refund.Status.SUCCEEDED, 2)
    assert differences() == []


def test_a_refund_fails_after_many_attempts_and_staff_can_send_it_again():
    back = to_send()
    at = NOON
    with patched_bank_refund(GatewayUnavailable("ConnectTimeout")):
        for pause in BACKOFF:
            assert send(at=at).passed_over == 1
            assert send(at=at + pause - MINUTE / 60).done == 0
            at += pause
        tally = send(at=at)
    back.refresh_from_db()
    assert (tally.failed, back.status, back.attempts) == (1, Refund.Status.FAILED, MAX_ATTEMPTS)
    assert invariant_violations() == []

    send_again(back, at=at)
    assert send(at=at).done == 1

    assert differences() == []


def test_a_refused_refund_is_sent_again_under_a_new_id():
    back = to_send()
    name = back.uid
    with patched_bank_refund(GatewayRefused("balance_insufficient")):
        send()
    back.refresh_from_db()
    assert (back.status, back.error, back.uid == name) == (Refund.Status.REQUESTED, "balance_insufficient", False)

    send(at=NOON + BACKOFF[0])

    back.refresh_from_db()
    assert back.status == Refund.Status.SUCCEEDED
    assert DemoRefund.objects.get().uid == back.uid


def test_a_refund_that_is_pending_at_the_bank_is_not_sent_again():
    back = to_send()
    report = RefundReport(external_id="re_1", amount=PRICE, state=State.OPEN, uid=str(back.uid))
    with patched_bank_refund(lambda _back: report):
        send()
    back.refresh_from_db()
    assert (back.status, back.external_id) == (Refund.Status.REQUESTED, "re_1")

    with patched_bank_refund(AssertionError("asked to send again")):
        assert send(at=NOON + BACKOFF[0]).passed_over == 1


def test_a_refund_claimed_by_another_sender_is_skipped_until_the_claim_ends():
    back = to_send()
    claim_refunds([back.pk], sender="another", at=NOON)

    assert send().done == 0
    assert send(at=NOON + CLAIM_DURATION).done == 1

    assert DemoRefund.objects.count() == 1


def test_a_webhook_that_arrives_before_the_answer_decides():
    back = to_send()

    def webhook_first(asked):
        report = SENDING(DemoBank(), asked)
        settle_payment(Payment.objects.get(), at=NOON + MINUTE)  # a webhook arrives before the answer
        return report

    with patched_bank_refund(webhook_first):
        tally = send()

    back.refresh_from_db()
    assert (tally.done, back.status, back.succeeded_at) == (1, Refund.Status.SUCCEEDED, NOON + MINUTE)


def test_nothing_is_sent_beyond_what_was_paid():
    back = to_send()
    Refund.objects.create(
        order=back.order,
        payment=back.payment,
        amount=Decimal("0.01"),
        status="SUCCEEDED",
        external_id="re_9",
        requested_at=NOON,
    )

    tally = send()

    back.refresh_from_db()
    assert (tally.failed, back.status, back.error) == (1, Refund.Status.FAILED, "more than is left")
    assert not DemoRefund.objects.exists()


def test_a_refund_made_by_hand_at_the_bank_settles_a_failed_one():
    back = to_send()
    Refund.objects.update(status=Refund.Status.FAILED)
    DemoRefund.objects.create(charge=DemoCharge.objects.get(), uid="5" * 32, amount=PRICE)

    settle_payment(back.payment, at=NOON + MINUTE)

    back.refresh_from_db()
    assert Refund.objects.get() == back
    assert (back.status, back.external_id) == (Refund.Status.SUCCEEDED, f"demo_{'5' * 32}")


def test_a_refund_paid_out_in_cash_and_also_sent_is_flagged_as_a_discrepancy():
    back = to_send()
    Refund.objects.update(status=Refund.Status.FAILED)
    mark_paid_out(back, at=NOON)
    DemoRefund.objects.create(charge=DemoCharge.objects.get(), uid=back.uid, amount=PRICE)

    settle_payment(back.payment, at=NOON + MINUTE)

    assert Payment.objects.get().discrepancy == Payment.Discrepancy.REFUNDED_BEYOND
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED
