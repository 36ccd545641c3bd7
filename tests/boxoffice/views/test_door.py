from datetime import timedelta

import pytest
from django.test import Client

from cinema import clock
from orders.models import Ticket
from orders.services import code_of
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.box_office import a_device, at_work
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=clock.now() + timedelta(minutes=30))


@pytest.fixture
def client(session: Session) -> Client:
    cinema = session.hall.cinema
    return at_work(someone("usher", cinema), a_device(cinema, session.hall))


def test_some_people_of_an_order_are_admitted_by_its_number(session: Session, client: Client) -> None:
    order = factories.a_paid_order(session, seats=3, at=clock.now())
    first, second, third = order.tickets.order_by("seat")

    asked = client.post("/boxoffice/door/scan/", {"code": order.number.lower()}, headers={"X-Part": "1"})
    answer = client.post(
        "/boxoffice/door/scan/", {"code": order.number, "person": [first.pk, third.pk]}, headers={"X-Part": "1"}
    )

    assert [each.pk for each in asked.context_data["people"]] == [first.pk, second.pk, third.pk]
    assert answer.context_data["colour"] == "green"
    assert list(order.tickets.order_by("seat").values_list("status", flat=True)) == ["USED", "PAID", "USED"]


def test_the_page_works_without_scripts_and_counts_who_has_entered(session: Session, client: Client) -> None:
    ticket = factories.a_paid_order(session, at=clock.now()).tickets.select_related("order").get()

    page = client.post("/boxoffice/door/scan/", {"code": code_of(ticket)})

    assert "Admit" in page.text
    assert "entered 1 of 1" in page.text
    shown = client.get("/boxoffice/door/")
    assert "camera=(self)" in shown["Permissions-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in shown["Content-Security-Policy"].split("; ")


def test_a_ticket_of_another_cinema_is_not_found(client: Client) -> None:
    foreign = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(minutes=30)), at=clock.now())
    ticket = foreign.tickets.get()

    for what in ({"do": "undo"}, {"do": "let_in"}, {"reason": "OTHER"}):
        assert client.post("/boxoffice/door/again/", {"ticket": ticket.pk, **what}).status_code == 404
    client.post("/boxoffice/door/scan/", {"code": foreign.number, "person": ticket.pk})

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID


def test_a_cashier_has_no_door(session: Session) -> None:
    cinema = session.hall.cinema
    cashier = at_work(someone("cashier", cinema), a_device(cinema, name="Till 1"))

    assert cashier.get("/boxoffice/door/").status_code == 403


def test_the_log_of_the_door_is_a_page(session: Session, client: Client) -> None:
    client.post("/boxoffice/door/scan/", {"code": "T1-" + "A" * 28})

    assert "Unknown code" in client.get("/boxoffice/door/log/").text
