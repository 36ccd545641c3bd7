"""The page of fiscal receipts."""

import pytest
from django.urls import reverse

from cinema.local_time import format_local
from payments.models import Receipt
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import LONG_AGO, a_cinema, a_paid_order
from tests.helpers.pages.admin_pages import admin_url, run_action
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


def test_the_list_shows_the_receipt_of_a_gift_card_in_the_time_of_its_cinema(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    shift = a_shift(a_cinema(time_zone="Asia/Vladivostok"))
    card = a_gift_card(shift)
    run("send_receipts")

    page = browser(someone("floor_manager", shift.cinema)).get(reverse("admin:payments_receipt_changelist"))

    shown = page.content.decode()
    assert str(card) in shown
    assert format_local(Receipt.objects.get().created_at, shift.cinema.zone) in shown


def test_the_receipt_of_a_gift_card_and_its_lines_are_seen_where_it_was_sold(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    shift = a_shift()
    a_gift_card(shift)
    run("send_receipts")
    here, elsewhere = (
        browser(someone("cinema_manager", each, email=f"{each.pk}@example.org")) for each in (shift.cinema, a_cinema())
    )

    for model in ("receipt", "receiptline"):
        address = reverse(f"admin:payments_{model}_changelist")
        assert here.get(address).context["cl"].result_count == 1
        assert elsewhere.get(address).context["cl"].result_count == 0


def test_a_failed_receipt_of_a_gift_card_is_on_the_first_page_where_it_was_sold(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    shift = a_shift()
    a_gift_card(shift)
    run("send_receipts")
    Receipt.objects.update(status=Receipt.Status.FAILED)

    here, elsewhere = (
        browser(someone("cinema_manager", each, email=f"{each.pk}@example.org")).get(reverse("admin:index"))
        for each in (shift.cinema, a_cinema())
    )

    assert "1 unsent fiscal receipt" in here.content.decode()
    assert "1 unsent fiscal receipt" not in elsewhere.content.decode()
