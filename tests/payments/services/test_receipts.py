"""Sending fiscal receipts: retries, giving up, and sending again."""

import pytest

from payments import fiscal
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.models import Receipt
from payments.services import send_receipt_again
from payments.services.receipts import BACKOFF, MAX_ATTEMPTS
from tests.helpers.factories import LONG_AGO, NOON, a_paid_order
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db


def made(*, at=NOON):
    run("send_receipts", at=at)
    return list(Receipt.objects.order_by("pk"))


class Deaf:
    def send(self, receipt):
        raise GatewayUnavailable("ReadTimeout")


def test_a_receipt_that_cannot_be_sent_is_tried_again_and_then_left_to_a_person(monkeypatch, settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    a_paid_order()
    monkeypatch.setattr(fiscal.Console, "send", Deaf.send)
    at = NOON
    for pause in BACKOFF:
        [receipt] = made(at=at)
        assert (receipt.status, receipt.next_attempt_at) == (Receipt.Status.QUEUED, at + pause)
        at += pause
    with pytest.raises(Exception, match="1 failed"):
        run("send_receipts", at=at)
    receipt.refresh_from_db()
    assert (receipt.status, receipt.attempts, receipt.error) == (Receipt.Status.FAILED, MAX_ATTEMPTS, "ReadTimeout")
    monkeypatch.undo()

    send_receipt_again(receipt, at=at)

    assert [each.status for each in made(at=at)] == [Receipt.Status.SENT]


def test_a_receipt_that_is_refused_for_good_is_left_to_a_person_at_once(monkeypatch, settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    a_paid_order()

    def refuse(self, receipt):
        raise GatewayRefused("invalid_request")

    monkeypatch.setattr(fiscal.Console, "send", refuse)

    with pytest.raises(Exception, match="1 failed: invalid_request"):
        run("send_receipts", at=NOON)

    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.attempts) == (Receipt.Status.FAILED, 1)
