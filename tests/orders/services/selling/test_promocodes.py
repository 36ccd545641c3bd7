from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from orders.errors import PromocodeUnknown
from orders.models import Promocode
from orders.services import CancelReason, cancel
from orders.services.selling.promocodes import discount, find_promocode
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_promocode, a_session, an_order


@pytest.mark.parametrize(
    ("fields", "total", "off"),
    [
        ({"discount_percent": 10}, "350.00", "35.00"),
        ({"discount_percent": 15}, "0.10", "0.02"),  # 0.015, half up
        ({"discount_percent": 14}, "0.10", "0.01"),
        ({"discount_percent": 100}, "350.00", "350.00"),
        ({"discount_percent": 0}, "350.00", "0.00"),
        ({"discount_amount": Decimal("100.00")}, "350.00", "100.00"),
        ({"discount_amount": Decimal("100.00")}, "99.99", "99.99"),
        ({"discount_percent": 10, "discount_amount": Decimal("100.00")}, "350.00", "135.00"),
        ({"discount_amount": Decimal("100.00")}, "0.00", "0.00"),
        ({}, "350.00", "0.00"),
    ],
)
def test_a_promocode_deducts_its_percentage_or_amount(fields, total, off):
    assert discount(Promocode(**fields), Decimal(total)) == Decimal(off)


def test_without_a_promocode_there_is_no_discount():
    assert discount(None, Decimal("350.00")) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "x" * 300, "NO\x00NE", "\u202e", "'; --"])
def test_an_unknown_code_is_refused(code):
    with raises_unchanged(PromocodeUnknown):
        find_promocode(code, at=NOON)


def test_uses_are_returned_to_each_promocode():
    session = a_session()
    first, second = a_promocode(), a_promocode()
    orders = [an_order(session, promocode=promocode) for promocode in (first, first, second, None)]
    kept = an_order(session, promocode=second)

    cancel(orders, reason=CancelReason.CUSTOMER, at=NOON)

    counted = dict(Promocode.objects.values_list("pk", "used_count"))
    assert counted == {first.pk: 0, second.pk: 1}
    assert kept.promocode == second


@pytest.mark.parametrize(
    "fields",
    [
        {"used_count": 101},
        {"used_count": -1},
        {"max_uses": -1},
        {"discount_percent": 101},
        {"discount_percent": -1},
        {"discount_amount": Decimal("-0.01")},
    ],
    ids=str,
)
def test_the_database_refuses_an_invalid_promocode(fields):
    a_promocode(max_uses=100)

    with pytest.raises(IntegrityError), transaction.atomic():
        Promocode.objects.update(**fields)

    assert Promocode.objects.get().used_count == 0


def test_codes_entered_by_staff_are_stored_in_upper_case():
    promocode = Promocode(code=" autumn ", discount_percent=10)

    promocode.full_clean()

    assert promocode.code == "AUTUMN"
