"""Rows that money depends on cannot be deleted."""

import pytest
from django.db.models import ProtectedError

from tests.helpers.factories import a_customer, a_paid_order, a_promocode, a_session, an_item, business_state

WAYS = {
    "the order": lambda order: order,
    "its cinema": lambda order: order.cinema,
    "its hall": lambda order: order.tickets.get().session.hall,
    "its seat": lambda order: order.tickets.get().seat,
    "its film": lambda order: order.tickets.get().session.film,
    "its session": lambda order: order.tickets.get().session,
    "its ticket type": lambda order: order.tickets.get().ticket_type,
    "its snacks": lambda order: order.preorders.get(),
    "its item": lambda order: order.preorders.get().concession_item,
    "its customer": lambda order: order.user,
    "the customer's account": lambda order: order.user.bonus_account,
    "its promocode": lambda order: order.promocode,
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_rows_with_sales_cannot_be_deleted(way):
    session = a_session()
    order = a_paid_order(
        session,
        snacks=[(an_item(session.hall.cinema), 1)],
        customer=a_customer(points=10),
        points=10,
        promocode=a_promocode(),
    )
    row = WAYS[way](order)
    before = business_state()

    with pytest.raises(ProtectedError):
        row.delete()

    assert business_state() == before
