from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from allocations.services import Agreed, book
from cinema import clock
from orders.models import Order
from tests.helpers.box_office import a_device, at_work
from tests.helpers.cash import a_shift
from tests.helpers.factories import a_hall, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """A group of six."""
    now = clock.now()
    session = a_session(a_hall(rows=["ssssss"]), start=now + timedelta(days=1))
    manager = someone("floor_manager", session.hall.cinema)
    book(session, Agreed("Anna Petrova", Decimal(200)), people=6, until=now + timedelta(hours=9), at=now, actor=manager)
    return Order.objects.get()


@pytest.fixture
def client(order: Order) -> Client:
    person = someone("cashier", order.cinema)
    a_shift(order.cinema, cashier=person, at=clock.now())
    return at_work(person, a_device(order.cinema, name="Till 1"))


def test_a_group_is_found_paid_in_part_and_its_tickets_are_printed(client: Client, order: Order) -> None:
    assert "Anna Petrova" in client.get("/boxoffice/till/orders/").text
    found = client.post("/boxoffice/till/orders/", {"number": order.number.lower()})
    assert found["Location"] == f"/boxoffice/till/orders/{order.pk}/"
    assert "800" in client.get(found["Location"], {"people": "4"}).text

    page = client.post(f"{found['Location']}people/", {"people": "4", "pay": "cash", "given": "1000"}, follow=True)

    paid = Order.objects.get(status="PAID")
    assert f"Order {paid.number}" in page.text
    assert "Change: 200" in page.text.replace("\xa0", " ")
    assert client.get(f"/boxoffice/till/orders/{paid.pk}/print/").text.count("Solaris") >= 4


def test_a_wrong_number_and_an_order_of_another_cinema_are_not_found(client: Client) -> None:
    for number in ("NOBODY77", a_paid_order().number):
        assert "no order with this number" in client.post("/boxoffice/till/orders/", {"number": number}).text


def test_a_refused_part_leaves_the_order_as_it_was(client: Client, order: Order) -> None:
    pay = f"/boxoffice/till/orders/{order.pk}/people/"

    nobody = client.post(pay, {"people": "0", "pay": "approved"}, follow=True)
    nonsense = client.post(pay, {"people": "2", "pay": "cash", "given": "lots"}, follow=True)

    assert "Enter a number of people" in nobody.text
    assert "Enter an amount such as" in nonsense.text
    assert Order.objects.get().status == "PENDING_PAYMENT"
