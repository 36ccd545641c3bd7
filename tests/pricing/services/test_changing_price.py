"""The price of one session, changed while tickets are sold and held."""

from datetime import timedelta
from decimal import Decimal

import pytest

from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import Incident
from pricing.errors import PriceTooLow
from pricing.services.changing_price import change_price, lowest_price, preview_price
from pricing.services.list_prices import publish
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, an_order, pay
from tests.helpers.screening_rows import a_price_list
from tests.helpers.users import someone

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


def test_a_floor_manager_goes_down_to_half_however_often_and_whoever_keeps_prices_goes_lower():
    session = a_session()
    cinema = session.hall.cinema
    person, keeper = someone("floor_manager", cinema), someone("cinema_manager", cinema)

    def change(price: str, actor: object = person) -> None:
        change_price(session, price=Decimal(price), reason="The bulb is weak", at=NOON, actor=actor)

    change("900")  # raising it first changes nothing about the limit, nor does doing it in steps
    change("200")
    change("175")
    with raises_unchanged(PriceTooLow):
        change("174.99")
    change("100", keeper)
    with raises_unchanged(PriceTooLow):
        change("50")

    assert lowest_price(session, actor=person) == PRICE / 2


def test_a_price_list_published_since_then_is_what_the_limit_is_measured_by():
    session = a_session()
    person = someone("floor_manager", session.hall.cinema)
    change_price(session, price=NEW, reason="No air conditioning", at=NOON, actor=person)
    price_list = a_price_list(session.hall.cinema, ("All", "100", {}), valid_from=NOON.date(), published=False)

    publish(price_list, at=NOON + timedelta(minutes=1))

    session.refresh_from_db()
    assert (session.ticket_price, lowest_price(session, actor=person)) == (Decimal("100.00"), Decimal("50.00"))
