from datetime import timedelta

import pytest

from accounts.services.pins import set_pin
from cinema import clock
from payments.models import Refund
from tests.helpers import factories
from tests.helpers.box_office import PIN, a_device, at_work, enrolled
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_snacks_are_prepared_shown_on_the_wall_and_handed_over_by_code() -> None:
    session = factories.a_session(start=clock.now() + timedelta(hours=1))
    cinema = session.hall.cinema
    item = factories.an_item(cinema)
    order = factories.a_paid_order(session, snacks=[(item, 2)], at=clock.now())
    snacks = order.preorders.get()
    client = at_work(someone("bar", cinema), a_device(cinema, name="Bar"))
    screen = a_device(cinema, name="Wall")
    screen.is_wall = True
    screen.save()
    wall = enrolled(screen)

    assert f"2 × {item}" in client.get("/boxoffice/bar/").text
    client.post("/boxoffice/bar/act/", {"order": order.pk, "do": "prepare"})
    assert snacks.pickup_code in wall.get("/boxoffice/bar/wall/").text
    page = client.post("/boxoffice/bar/act/", {"code": snacks.pickup_code, "do": "hand_over"}, follow=True)

    assert "Handed over" in page.text
    snacks.refresh_from_db()
    assert snacks.status == "COLLECTED"


def test_the_screen_for_customers_needs_a_pin_on_any_other_device() -> None:
    cinema = factories.a_cinema()
    door, bar = a_device(cinema), a_device(cinema, name="Bar")

    without_pin = enrolled(door).get("/boxoffice/bar/wall/")
    usher = at_work(someone("usher", cinema), door).get("/boxoffice/bar/wall/")
    colleague = at_work(someone("bar", cinema), bar).get("/boxoffice/bar/wall/")

    assert (without_pin.status_code, without_pin["Location"]) == (302, "/boxoffice/lock/")
    assert (usher.status_code, colleague.status_code) == (403, 200)


def test_an_item_is_taken_off_sale_at_once_and_those_of_other_cinemas_are_not_found() -> None:
    item, foreign = factories.an_item(), factories.an_item()
    order = factories.a_paid_order(snacks=[(foreign, 1)])
    client = at_work(someone("bar", item.cinema), a_device(item.cinema, name="Bar"))

    client.post("/boxoffice/bar/sale/", {"item": item.pk, "do": "off"})

    item.refresh_from_db()
    assert not item.is_active
    assert client.post("/boxoffice/bar/sale/", {"item": foreign.pk, "do": "off"}).status_code == 404
    assert client.post("/boxoffice/bar/act/", {"order": order.pk, "do": "prepare"}).status_code == 404


def test_what_ran_out_is_refunded_when_a_second_person_decides_it() -> None:
    session = factories.a_session(start=clock.now() + timedelta(hours=1))
    item = factories.an_item(session.hall.cinema)
    order = factories.a_paid_order(session, snacks=[(item, 2)], at=clock.now())
    manager = someone("floor_manager", item.cinema, email="manager@example.org")
    set_pin(manager, pin=PIN, at=clock.now())
    client = at_work(someone("bar", item.cinema), a_device(item.cinema, name="Bar"))
    page = f"/boxoffice/bar/items/{item.pk}/"

    assert order.number in client.get(page).text
    client.post(page, {"reason": "Sold out"})
    assert not Refund.objects.exists()
    client.post(page, {"reason": "Sold out", "person": manager.pk, "pin": PIN})

    back = Refund.objects.get()
    assert (back.actor, back.amount) == (manager, 2 * item.price)
    assert "No order waits for it" in client.get(page).text


def test_what_costs_the_same_is_given_instead_without_a_second_person_and_what_costs_more_is_not() -> None:
    session = factories.a_session(start=clock.now() + timedelta(hours=1))
    item = factories.an_item(session.hall.cinema)
    same, dearer = factories.an_item(item.cinema), factories.an_item(item.cinema, price=item.price + 10)
    order = factories.a_paid_order(session, snacks=[(item, 2)], at=clock.now())
    client = at_work(someone("bar", item.cinema), a_device(item.cinema, name="Bar"))
    page = f"/boxoffice/bar/items/{item.pk}/"

    shown = client.get(page).text
    gift = client.post(page, {"do": "substitute", "substitute": dearer.pk}, follow=True)
    assert f"{same} (same price)" in shown
    assert "Somebody else has to decide this" in gift.text
    assert order.preorders.get().concession_item == item
    done = client.post(page, {"do": "substitute", "substitute": same.pk}, follow=True)

    assert f"Orders that get {same} instead: 1" in done.text
    assert order.preorders.get().concession_item == same
