"""The pages of business days and their checks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cinema.money import format_money
from payments.services import move_between
from payments.services.cash import book, place_of
from reports.models import DayCheck
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_paid_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_whoever_looks_at_the_account_reads_what_should_be_there_and_who_said_so():
    cinema = a_paid_order().cinema
    manager = someone("cinema_manager", cinema, email="boris@example.org")
    safe, bank = (place_of(cinema.pk, kind) for kind in ("SAFE", "BANK"))
    book(safe, kind="COUNT", amount=Decimal(700), at=NOON)
    move_between(safe, bank, amount=Decimal(600), reason="Bag <17>", at=NOON, actor=manager)
    close_days(cinema, until=NOON + timedelta(days=1))
    check = DayCheck.objects.open().get(name="TRANSFER")

    page = browser(someone("accountant", cinema)).get(reverse("admin:reports_daycheck_change", args=[check.pk])).text

    assert f"{format_money(Decimal(600))} · Bag &lt;17&gt; · boris@example.org<br>" in page
