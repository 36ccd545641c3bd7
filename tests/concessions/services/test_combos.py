"""Combos are returned by customers as a whole."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from concessions.errors import SoldAsCombo
from concessions.models import ConcessionItem, ConcessionPreorder, ItemPart
from orders.services import TooLateToRefund, refund, refund_by_customer, refundable_by_customer
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_cinema, a_session, an_item, an_order, pay
from tests.helpers.order_rows import upcoming_session

pytestmark = pytest.mark.django_db


def with_combo(session, **options):
    """A ticket, a combo of popcorn for 300 and two colas for 100 each, sold at 250, and a single cola."""
    cinema = session.hall.cinema
    corn, cola = an_item(cinema, price=Decimal(300)), an_item(cinema, price=Decimal(100))
    combo = an_item(cinema, stock=0, price=Decimal(250), cost=None, kind=ConcessionItem.Kind.COMBO, low_stock_percent=0)
    ItemPart.objects.create(whole=combo, part=corn, units=1)
    ItemPart.objects.create(whole=combo, part=cola, units=2)
    order = an_order(session, snacks=[(combo, 1), (cola, 1)], **options)
    pay(order, **options)
    order.refresh_from_db()
    return order


@pytest.fixture
def order():
    return with_combo(a_session())


def test_a_customer_refunds_a_combo_as_a_whole_and_other_snacks_apart(order):
    one, *rest = order.preorders.exclude(combo=None)
    [single] = order.preorders.filter(combo=None)

    with raises_unchanged(SoldAsCombo):
        refund_by_customer(order, lines=[one], at=NOON)
    refund_by_customer(order, lines=[single], at=NOON)
    refund_by_customer(order, lines=[one, *rest], at=NOON)

    assert set(order.preorders.values_list("status", flat=True)) == {ConcessionPreorder.Status.AVAILABLE}


def test_nothing_of_a_combo_is_returned_once_a_part_of_it_is_prepared_but_staff_may(order):
    one, *rest = order.preorders.exclude(combo=None)
    ConcessionPreorder.objects.filter(pk=one.pk).update(status=ConcessionPreorder.Status.READY, ready_at=NOON)

    assert not {*rest} & {*refundable_by_customer(order, at=NOON)}
    with raises_unchanged(TooLateToRefund):
        refund_by_customer(order, lines=rest, at=NOON)
    refund(order, lines=rest, reason="Spilt", at=NOON)


def test_the_page_adds_the_rest_of_a_combo(client):
    order = with_combo(upcoming_session(a_cinema()), at=timezone.now())
    one, *rest = order.preorders.exclude(combo=None)

    page = client.get(reverse("shop:refund", args=[order.token]), {"line": f"concessionpreorder-{one.pk}"}).text

    assert "The snacks of a combo are refunded together." in page
    assert all(f'value="concessionpreorder-{each.pk}"' in page for each in [one, *rest])
