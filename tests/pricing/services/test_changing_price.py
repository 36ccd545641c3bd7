"""The price of one session, changed while tickets are sold and held."""

from decimal import Decimal

import pytest

from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import Incident
from pricing.services.changing_price import change_price, preview_price
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, an_order, pay

pytestmark = pytest.mark.django_db

NEW = Decimal("300.00")


def test_sold_and_held_tickets_keep_their_price_and_further_ones_cost_the_new_one():
    session = a_session()
    sold, held = a_paid_order(session), an_order(session)

    incident = change_price(session, price=NEW, reason="No air conditioning", at=NOON)

    session.refresh_from_db()
    assert (session.ticket_price, incident.kind) == (NEW, Incident.Kind.REPRICED)
    assert (incident.changed.get().ticket_price, incident.orders.count()) == (PRICE, 0)
    assert [each.tickets.get().price for each in (sold, pay(held))] == [PRICE, PRICE]
    assert a_paid_order(session).tickets.get().price == NEW
    assert session.history.latest().ticket_price == NEW


def test_only_what_was_shown_is_done():
    session = a_session()
    shown = preview_price(session, price=NEW, at=NOON)
    change_price(session, price=Decimal("320.00"), reason="First", at=NOON)

    with raises_unchanged(PreviewOutdated):
        change_price(session, price=NEW, reason="Second", digest=shown.digest, at=NOON)
    with raises_unchanged(NothingToChange):
        change_price(session, price=Decimal("320.00"), reason="Again", at=NOON)
