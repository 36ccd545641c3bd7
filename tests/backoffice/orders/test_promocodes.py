"""Promo codes in the admin."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from allocations.services import make_codes
from boxoffice.services.printed_vouchers import give_goodwill_voucher
from customers.services import Customer, export_customer_data
from orders.models import Promocode
from orders.services import CancelReason, cancel
from reports.code_names import code_names
from tests.helpers.factories import NOON, a_paid_order, a_promocode, a_session, an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_codes_of_vouchers_are_shown_on_no_page() -> None:
    manager = someone("cinema_manager", all_cinemas=True)
    voucher = give_goodwill_voucher(a_paid_order(), amount=Decimal(300), reason="A torn seat", at=NOON, actor=manager)
    code = a_promocode()
    client = browser(manager)

    listed = client.get(reverse("admin:orders_promocode_changelist")).text
    history = client.get(reverse("admin:orders_promocode_history", args=[voucher.promocode_id]))

    assert code.code in listed
    assert voucher.promocode.code not in listed
    assert history.status_code == 404


def test_pages_and_reports_show_what_a_voucher_is_worth_and_not_its_code() -> None:
    session = a_session()
    manager = someone("cinema_manager", all_cinemas=True)
    voucher = give_goodwill_voucher(
        a_paid_order(session), amount=Decimal(300), reason="A torn seat", at=NOON, actor=manager
    )
    code = a_promocode()
    held = an_order(session, promocode=voucher.promocode)
    other = an_order(session, promocode=code)

    page, page_of_other = (
        browser(manager).get(reverse("admin:orders_order_change", args=[order.pk])).text for order in (held, other)
    )
    exported = export_customer_data(Customer.of(held), at=NOON)

    assert code.code in page_of_other
    assert "Voucher, 300" in page
    assert voucher.promocode.code not in page + str(exported)
    assert code_names([code.pk, voucher.promocode_id]) == {
        code.pk: code.code,
        voucher.promocode_id: "Voucher, 300\N{NO-BREAK SPACE}₽",
    }


def test_the_days_of_a_code_are_ticked_and_its_history_names_them() -> None:
    client, code = browser(someone("owner", all_cinemas=True)), a_promocode()
    link = reverse("admin:orders_promocode_change", args=[code.pk])
    given = {"code": code.code, "discount_percent": "10", "max_uses": "100", "is_active": "on"}

    refused = client.post(link, {**given, "weekdays": "1234"})  # as a page that was opened before an upgrade sends them
    answer = client.post(link, {**given, "weekdays": ["4", "0"]})

    assert "Select a valid choice" in refused.text
    assert answer.status_code == 302
    code.refresh_from_db()
    assert code.weekdays == "04"
    assert re.findall(r'name="weekdays" value="(.)"[^>]* checked[ >]', client.get(link).text) == ["0", "4"]
    assert "Mon, Fri" in client.get(reverse("admin:orders_promocode_history", args=[code.pk])).text
    assert "Mon, Fri" in browser(someone("cinema_manager", all_cinemas=True)).get(link).text


def test_pages_and_exports_show_of_which_batch_a_code_is_and_not_the_code() -> None:
    owner = someone("owner", all_cinemas=True)
    make_codes(a_promocode(), name="Prize", size=1, at=NOON, actor=owner)
    code = Promocode.objects.get(of_batch__isnull=False)
    lapsed = an_order(a_session(), promocode=code)
    cancel(lapsed, reason=CancelReason.EXPIRED, at=NOON)

    page = browser(someone("cashier", lapsed.cinema)).get(reverse("admin:orders_order_change", args=[lapsed.pk])).text

    assert "Code of the batch Prize" in page
    assert code.code not in page + str(export_customer_data(Customer.of(lapsed), at=NOON))
