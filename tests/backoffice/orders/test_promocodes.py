"""Promo codes in the admin."""

from decimal import Decimal

import pytest
from django.urls import reverse

from boxoffice.services.vouchers import give_voucher
from customers.services import Customer, export_customer_data
from reports.code_names import code_names
from tests.helpers.factories import NOON, a_paid_order, a_promocode, a_session, an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_codes_of_vouchers_are_shown_on_no_page() -> None:
    manager = someone("cinema_manager", all_cinemas=True)
    voucher = give_voucher(a_paid_order(), amount=Decimal(300), reason="A torn seat", at=NOON, actor=manager)
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
    voucher = give_voucher(a_paid_order(session), amount=Decimal(300), reason="A torn seat", at=NOON, actor=manager)
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
