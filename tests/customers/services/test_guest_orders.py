"""Orders that were bought as a guest and join the account of their address."""

from importlib import import_module

import pytest
from django.apps import apps

from customers.services import claim_guest_orders, correct_address, correct_address_by_customer
from integrations.models import ApiRequest, Partner
from orders.models import Order, OrderChange
from orders.services.selling.hold import inherit_owner
from tests.helpers.factories import NOON, a_customer, a_paid_order
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

MINE = "mine@example.org"


@pytest.fixture
def mine():
    customer = a_customer()
    customer.email = MINE
    customer.save()
    return customer


def test_orders_of_the_address_join_the_account(mine):
    order, corrected, others = a_paid_order(email=MINE), a_paid_order(email="typo@example.org"), a_paid_order()
    correct_address_by_customer(corrected, email=MINE, at=NOON)

    assert claim_guest_orders(mine, at=NOON) == 2

    assert set(mine.orders.all()) == {order, corrected}
    assert claim_guest_orders(mine, at=NOON) == 0
    assert Order.objects.get(pk=others.pk).user is None


def test_what_was_sold_at_the_box_office_never_joins_an_account(mine):
    order = a_paid_order(channel=Order.Channel.BOX_OFFICE)
    correct_address_by_customer(order, email=MINE, at=NOON)  # by the link that went to a phone typed at the till

    assert claim_guest_orders(mine, at=NOON) == 0


def test_an_order_whose_address_staff_ever_entered_never_joins_an_account(mine):
    order = a_paid_order(email="guest@example.org")
    manager = someone("floor_manager", order.cinema)
    correct_address(order, email="first@example.org", reason="Typed wrong", at=NOON, actor=manager)
    order.refresh_from_db()
    correct_address_by_customer(order, email=MINE, at=NOON)

    assert claim_guest_orders(mine, at=NOON) == 0


def test_what_a_partner_sold_never_joins_an_account(mine):
    order = a_paid_order(email=MINE)
    order.changes.create(kind=OrderChange.Kind.PARTNER, at=NOON)

    assert claim_guest_orders(mine, at=NOON) == 0


def test_the_orders_of_partners_of_an_older_version_are_marked_as_theirs(mine):
    partner = Partner.objects.create(name="Tickets nearby")
    sold, other = a_paid_order(email=MINE), a_paid_order(email=MINE)
    for key in ("hold", "confirm"):
        ApiRequest.objects.create(partner=partner, key=key, digest=key, at=NOON, order=sold)
    ApiRequest.objects.create(partner=partner, key="none", digest="none", at=NOON)
    migration = import_module("integrations.migrations.0010_orders_held_by_partners")

    migration.mark_orders(apps, None)

    marked = OrderChange.objects.values_list("order", "kind", "at")
    assert list(marked) == [(sold.pk, OrderChange.Kind.PARTNER, sold.created_at)]
    assert claim_guest_orders(mine, at=NOON) == 1
    assert list(mine.orders.all()) == [other]

    migration.unmark_orders(apps, None)

    assert not OrderChange.objects.filter(kind=OrderChange.Kind.PARTNER).exists()


def test_nor_does_an_order_that_takes_the_place_of_what_a_partner_sold(mine):
    former, order = a_paid_order(), a_paid_order(email=MINE)
    former.changes.create(kind=OrderChange.Kind.PARTNER, at=NOON)

    inherit_owner(order, former=former)

    assert claim_guest_orders(mine, at=NOON) == 0
