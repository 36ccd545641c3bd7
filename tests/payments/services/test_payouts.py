"""Refunds at their gateway: claims, and what staff do about those that a gateway does not send."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jobs.claims import CLAIM_DURATION
from orders.errors import ForbiddenMove
from orders.services import refund
from payments.gateways import State
from payments.gateways.base import RefundReport
from payments.models import Refund
from payments.services import claim_refunds, mark_paid_out, record_refund_report, send_again
from tests.helpers.factories import NOON, PRICE, a_paid_order, business_state, paid_at_the_bank
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def to_send() -> Refund:
    return refund(paid_at_the_bank(), reason="Ill", at=NOON)


def claimed(back, *, sender, at=NOON):
    refunds, _tally = claim_refunds([back.pk], sender=sender, at=at)
    return refunds


def test_a_refund_is_claimed_by_one_sender_until_the_claim_ends():
    back = to_send()

    assert claimed(back, sender="first") == [back]
    assert claimed(back, sender="second", at=NOON + CLAIM_DURATION - MINUTE) == []
    assert claimed(back, sender="second", at=NOON + CLAIM_DURATION) == [back]


def test_a_sender_whose_claim_was_taken_over_records_nothing():
    [back] = claimed(to_send(), sender="first")
    claimed(back, sender="second", at=NOON + CLAIM_DURATION)
    before = business_state()

    report = RefundReport(external_id="re_1", amount=PRICE, state=State.DONE, uid=str(back.uid))
    after = record_refund_report(back, report, sender="first", at=NOON + CLAIM_DURATION)

    assert after.status == Refund.Status.REQUESTED
    assert business_state() == before


def test_cash_is_handed_out_by_somebody_and_never_sent():
    order = a_paid_order()
    back = refund(order, reason="Ill", at=NOON)
    cashier = someone("floor_manager", order.cinema)
    assert not Refund.objects.to_send(NOON).exists()

    mark_paid_out(back, at=NOON + MINUTE, actor=cashier)

    back.refresh_from_db()
    assert (back.status, back.succeeded_at, back.paid_out_by) == (Refund.Status.SUCCEEDED, NOON + MINUTE, cashier)
    with pytest.raises(ForbiddenMove):
        mark_paid_out(back, at=NOON + 2 * MINUTE, actor=cashier)
    assert invariant_violations() == []


def test_what_went_back_was_given_an_id_by_its_gateway_or_handed_out_by_a_person():
    back = to_send()

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.update(status=Refund.Status.SUCCEEDED)

    Refund.objects.update(status=Refund.Status.FAILED)
    back.refresh_from_db()
    mark_paid_out(back, at=NOON)
    assert Refund.objects.get().handed_out


def test_what_a_gateway_is_still_to_send_is_not_handed_out():
    back = to_send()
    before = business_state()

    with pytest.raises(ForbiddenMove):
        mark_paid_out(back, at=NOON)

    assert business_state() == before


def test_only_a_refund_that_failed_is_sent_again():
    back = to_send()
    before = business_state()

    with pytest.raises(ForbiddenMove):
        send_again(back, at=NOON)

    assert business_state() == before
