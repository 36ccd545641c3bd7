"""Promo codes in the admin."""

from decimal import Decimal

import pytest
from django.urls import reverse

from boxoffice.services.vouchers import give_voucher
from tests.helpers.factories import NOON, a_paid_order, a_promocode
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
