"""The page on which a guest keeps or returns tickets of a changed screening."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from cinema import clock
from cinema.money import format_money
from incidents.models import ConcernedOrder
from incidents.services import cancel, choice_link, move
from orders.models import Order
from orders.services import check_in
from screenings.services.relocation import Place
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_paid_order, a_session, an_item, business_state

HOUR = timedelta(hours=1)


@pytest.fixture
def changed():
    """A paid order whose session moves to another hall and starts an hour later, and the page to decide."""
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + 4 * HOUR)
    order = a_paid_order(session, seats=2, snacks=[(an_item(cinema), 1)])
    place = Place(a_hall(cinema, rows=["ssss"]), NOON + 5 * HOUR)
    incident = move([session], {session.pk: place}, reason="Projector", at=NOON)
    return order, choice_link(order, incident).partition("//")[2].partition("/")[2]


def answer_of(order):
    return ConcernedOrder.objects.get(order=order).answer


def test_opening_the_link_decides_nothing(client: Client, changed) -> None:
    order, path = changed
    before = business_state()

    page = client.get(f"/{path}")

    assert page.status_code == 200
    assert "19:00" in page.text
    assert "20:00" in page.text
    assert f"you get back {format_money(2 * PRICE + 120)}. This" in page.text
    assert business_state() == before
    assert f"/{path}" in client.get(f"/order/{order.token}/").text


def test_a_change_of_a_screening_that_is_cancelled_after_all_is_not_offered_any_more(client: Client, changed) -> None:
    order, path = changed
    cancel([order.tickets.first().session], reason="Fire alarm", vouchers=True, at=NOON)

    page = client.get(f"/order/{order.token}/").text

    assert f"/{path}" not in page
    assert "Choose your money back or a voucher" in page


def test_the_guest_keeps_the_tickets_and_may_still_return_them_with_the_snacks(client: Client, changed) -> None:
    order, path = changed

    client.post(f"/{path}", {"keep": "1"})
    kept = answer_of(order)
    client.post(f"/{path}", {"refund": "1"})

    order.refresh_from_db()
    assert (kept, answer_of(order), order.status) == ("KEEP", "REFUND", Order.Status.REFUNDED)
    assert [each.amount for each in order.refunds.all()] == [2 * PRICE + 120]
    again = client.post(f"/{path}", {"refund": "1"})
    assert again.status_code == 302
    assert order.refunds.count() == 1


@pytest.mark.parametrize(
    ("discount", "points", "shown"),
    [(0, PRICE, r"and you get back the points you spent\. This"), (PRICE, 0, r"until 20:00 on \d+ \w+\. This")],
)
def test_only_what_was_paid_is_said_to_come_back(client: Client, changed, discount, points, shown) -> None:
    order, path = changed
    order.preorders.update(discount_share=order.preorders.get().amount)
    order.tickets.update(discount_share=discount, bonus_share=points)

    assert re.search(shown, client.get(f"/{path}").text)


def test_tickets_are_returned_until_the_later_start_and_used_ones_never(client: Client, changed, monkeypatch) -> None:
    order, path = changed
    monkeypatch.setattr(clock, "now", lambda: NOON + 4.5 * HOUR)
    assert "Return the tickets" in client.get(f"/{path}").text
    check_in(order.tickets.first(), at=NOON + 4.5 * HOUR)
    check_in(order.tickets.last(), at=NOON + 4.5 * HOUR)

    assert client.post(f"/{path}", {"refund": "1"}).status_code == 409
    monkeypatch.setattr(clock, "now", lambda: NOON + 5 * HOUR)
    assert "Return the tickets" not in client.get(f"/{path}").text


def test_of_another_order_there_is_no_such_page(client: Client, changed) -> None:
    order, path = changed
    other = a_paid_order(a_session())

    assert client.get(f"/{path}".replace(order.token, other.token)).status_code == 404
