"""The page on which tickets are exchanged: what it would cost is shown at each press, and a refusal changes nothing."""

from datetime import timedelta

import pytest

from boxoffice.models import Exchange
from boxoffice.services import sales
from cinema import clock
from orders.models import Order
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import PRICE, a_hall, a_promocode, a_session, an_adult, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

ORDERS = "/boxoffice/till/orders/"


@pytest.fixture
def session():
    return a_session(start=clock.now() + timedelta(hours=1))


@pytest.fixture
def other(session):
    return a_session(a_hall(session.hall.cinema), start=clock.now() + timedelta(hours=3), price=PRICE + 100)


def at_till(session, role="cashier", *, seats=1):
    cinema, at = session.hall.cinema, clock.now()
    shift = a_shift(cinema, cashier=someone(role, cinema), at=at)
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:seats]]
    order = sales.hold_at_till(shift, places=places, snacks=[], at=at, actor=shift.cashier)
    sales.pay_cash(order, shift=shift, given=None, at=at, actor=shift.cashier)
    device = a_device(cinema)
    return at_work(shift.cashier, device), order, device


def chosen(client, order, other):
    sent = {"ticket": order.tickets.get().pk, "session": other.pk}
    shown = client.post(f"{ORDERS}{order.pk}/exchange/", sent)
    [choice] = shown.context_data["choices"]
    return {**sent, "seat": choice.seat.pk, "total": shown.context_data["price"], "reason": "Ill", "way": "cash"}, shown


def test_a_floor_manager_exchanges_a_ticket_and_takes_the_difference(session, other):
    client, order, _device = at_till(session, "floor_manager")
    first = client.get(f"{ORDERS}{order.pk}/exchange/", {"ticket": order.tickets.get().pk}).text
    wanted, shown = chosen(client, order, other)

    answer = client.post(f"{ORDERS}{order.pk}/exchange/", wanted, follow=True)

    new = Exchange.objects.get().new_order
    assert "Show the best seats" in first
    assert shown.context_data["more"] == 100
    assert answer.redirect_chain[-1][0] == f"{ORDERS}{new.pk}/"
    assert order.number in answer.text
    assert new.number in client.get(f"{ORDERS}{order.pk}/").text
    assert cash_of(session.hall.cinema) == {"DRAWER": PRICE + 100}
    assert invariant_violations() == []


def test_an_exchange_that_leaves_less_than_the_promo_code_asks_for_says_so(session, other):
    client, order, _device = at_till(session, "floor_manager", seats=2)
    Order.objects.filter(pk=order.pk).update(promocode=a_promocode(least_total=2 * PRICE))
    one, two = order.tickets.all()

    part = client.get(f"{ORDERS}{order.pk}/exchange/", {"ticket": one.pk, "session": other.pk})
    whole = client.get(f"{ORDERS}{order.pk}/exchange/", {"ticket": [one.pk, two.pk], "session": other.pk})
    page = client.get(f"{ORDERS}{order.pk}/")

    assert "and less is left in it, at the reduced price" in part.text
    assert "at the reduced price" not in whole.text
    assert "guests would keep it at the reduced price" in page.text


def test_a_cashier_needs_a_second_person(session, other):
    client, order, _device = at_till(session)
    manager = someone("floor_manager", session.hall.cinema, email="manager@example.org")
    at_work(manager, a_device(session.hall.cinema, name="Office"))  # has a PIN now
    wanted, _shown = chosen(client, order, other)

    refused = client.post(f"{ORDERS}{order.pk}/exchange/", wanted)
    assert "Somebody else has to decide" in refused.text
    assert not Exchange.objects.exists()
    client.post(f"{ORDERS}{order.pk}/exchange/", {**wanted, "person": manager.pk, "pin": PIN})

    assert Exchange.objects.get().actor == manager


@pytest.mark.parametrize("change", [{"total": "1"}, {"reason": ""}, {"total": "x"}])
def test_a_refusal_keeps_what_was_chosen(session, other, change):
    client, order, _device = at_till(session, "floor_manager")
    wanted, _shown = chosen(client, order, other)

    answer = client.post(f"{ORDERS}{order.pk}/exchange/", {**wanted, **change})

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (200, Order.Status.PAID)
    assert [each.seat.pk for each in answer.context_data["choices"]] == [wanted["seat"]]
    assert not Exchange.objects.exists()


def test_nothing_ticked_and_orders_of_others_are_not_exchanged(session):
    client, order, _device = at_till(session, "floor_manager")
    elsewhere = a_session(start=clock.now() + timedelta(hours=1))
    _client, foreign, _other = at_till(elsewhere)

    assert client.get(f"{ORDERS}{order.pk}/exchange/")["Location"] == f"{ORDERS}{order.pk}/"
    assert client.get(f"{ORDERS}{foreign.pk}/exchange/").status_code == 404
