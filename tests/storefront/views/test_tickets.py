from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cinema import clock
from orders.models import Order, Ticket
from orders.services import code_of, refund
from orders.services.visits.ticket_codes import UnknownCode, ticket_of
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return factories.a_paid_order(seats=2, email="anna@example.org")


def codes(order: Order) -> list[str]:
    return [code_of(each) for each in order.tickets.order_by("pk")]


def test_the_link_of_a_ticket_shows_it_alone_and_nothing_of_its_order(client: Client, order: Order) -> None:
    mine, other = order.tickets.order_by("pk")

    page = client.get(f"/ticket/{code_of(mine)}/").text

    assert f"seat {mine.seat.number}<" in page
    assert "<svg" in page
    for hidden in (order.number, order.token, order.email, code_of(other), f"seat {other.seat.number}<", "Refund"):
        assert hidden not in page


def test_the_page_of_the_order_has_the_link_of_each_ticket(client: Client, order: Order, settings: Any) -> None:
    page = client.get(f"/order/{order.token}/").text

    assert [page.count(f'value="{settings.SITE_URL}/ticket/{code}/"') for code in codes(order)] == [1, 1]


def test_a_withdrawn_link_opens_nothing_and_its_code_admits_nobody(client: Client, order: Order) -> None:
    before = codes(order)

    client.post(f"/order/{order.token}/new-code/", {"ticket": order.tickets.order_by("pk")[0].pk})

    now = codes(order)
    assert (now[0] == before[0], now[1] == before[1]) == (False, True)
    assert [client.get(f"/ticket/{code}/").status_code for code in (before[0], *now)] == [404, 200, 200]
    with pytest.raises(UnknownCode):
        ticket_of(before[0])


def test_nobody_withdraws_tickets_of_another_order(client: Client, order: Order) -> None:
    other = factories.a_paid_order()
    before = business_state()

    client.post(f"/order/{other.token}/new-code/", {"ticket": order.tickets.order_by("pk")[0].pk})
    client.post(f"/order/{other.token}/new-code/", {"ticket": "x"})

    assert business_state() == before


@pytest.mark.parametrize("seconds", [-1, 0])
def test_from_the_opening_of_the_doors_on_a_ticket_keeps_its_code(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch, settings: Any, seconds: int
) -> None:
    ticket = order.tickets.order_by("pk")[0]
    opened = ticket.session.start_datetime - settings.DOORS_OPEN + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: opened)
    before, page = codes(order), client.get(f"/order/{order.token}/").text

    client.post(f"/order/{order.token}/new-code/", {"ticket": ticket.pk})
    client.post(f"/order/{order.token}/address/", {"email": "new@example.org"})

    order.refresh_from_db()
    assert ("Withdraw this link" in page, "Wrong email?" in page) == (seconds < 0, seconds < 0)
    assert (codes(order) == before, order.email == "anna@example.org") == (seconds == 0, seconds == 0)


def test_a_refunded_ticket_has_no_code_any_more(client: Client, order: Order) -> None:
    code = codes(order)[0]
    refund(order, lines=list(Ticket.objects.filter(order=order)), reason="CUSTOMER", at=NOON)

    page = client.get(f"/ticket/{code}/").text

    assert "This ticket is no longer valid." in page
    assert "<svg" not in page
