"""The page of fiscal receipts."""

import pytest

from payments.models import Receipt
from tests.helpers.admin_pages import admin_url, run_action
from tests.helpers.factories import LONG_AGO, a_paid_order
from tests.helpers.users import browser, someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db


def test_a_failed_receipt_is_sent_again_and_shows_its_lines(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    order = a_paid_order()
    run("send_receipts")
    Receipt.objects.update(status=Receipt.Status.FAILED)
    receipt = Receipt.objects.get()
    manager = someone("floor_manager", order.cinema)
    assert "Solaris" in browser(manager).get(admin_url(receipt)).content.decode()

    run_action(browser(manager), receipt, "send_again")

    receipt.refresh_from_db()
    assert receipt.status == Receipt.Status.QUEUED
