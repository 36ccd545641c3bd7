"""What staff do with the bar's stock: each action as a role that may and as one that may not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import cinema.urls  # noqa: F401 - it loads the pages
from backoffice.concessions.stock_movements import StockMovementInline
from concessions.models import ConcessionItem, ReorderSuggestion, StockMovement
from concessions.services import order_up, receive
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, an_item, an_order
from tests.helpers.page_forms import forms_on
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LIST = reverse("admin:concessions_lowstockitem_changelist")
HOSTILE = ["", "-1", "0", "9" * 40, "1e9", "\u202e12", "\x00", "<script>alert(1)</script>", "½"]


@pytest.fixture
def place() -> Cinema:
    return a_cinema()


@pytest.fixture
def item(place: Cinema) -> ConcessionItem:
    return an_item(place, stock=10)


def address(item: ConcessionItem, action: str, page: str = "concessionitem") -> str:
    return reverse(f"admin:concessions_{page}_{action}", args=[item.pk])


def do(client: Client, item: ConcessionItem, action: str, page: str = "concessionitem", **typed: Any) -> Any:
    """Open the page of an action, fill it in as it stands, and confirm."""
    where = address(item, action, page)
    asked = client.get(where)
    assert asked.status_code == 200
    form = asked.context_data["form"]
    hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}
    return client.post(where, {**hidden, **typed}, follow=True)


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("page", ["concessionitem", "lowstockitem"])
def test_goods_that_came_in_are_added_and_said(place, item, page):
    answer = do(browser(someone("bar", place)), item, "receive_goods", page, quantity="50")

    item.refresh_from_db()
    assert item.stock_quantity == 60
    assert told(answer) == [f"{item}: 50 received, 60 now in stock."]
    assert answer.status_code == 200  # the row has left the page of low stock: its list


def test_a_second_press_books_nothing_twice(place, item):
    client, where = browser(someone("bar", place)), address(item, "receive_goods")
    typed = {"seen": "0", "quantity": "50"}
    client.post(where, typed)

    again = client.post(where, typed)

    item.refresh_from_db()
    assert item.stock_quantity == 60
    assert "Goods received, +50" in again.content.decode()
    assert 'value="50"' in again.content.decode()


def test_who_comes_second_is_told_and_may_confirm_on_top(place, item):
    client, where = browser(someone("bar", place)), address(item, "receive_goods")
    receive(item, quantity=5, at=timezone.now())
    refused = client.post(where, {"seen": "0", "quantity": "7"})

    client.post(where, {"seen": refused.context_data["form"]["seen"].value(), "quantity": "7"})

    item.refresh_from_db()
    assert item.stock_quantity == 22


def test_a_small_difference_is_put_right_and_a_large_one_needs_a_reason(place, item):
    client = browser(someone("bar", place))

    refused = do(client, item, "count_stock", on_shelf="5")
    item.refresh_from_db()
    assert item.stock_quantity == 10
    assert "10 were expected" in refused.content.decode()

    answer = do(client, item, "count_stock", on_shelf="5", reason="Mice")
    item.refresh_from_db()
    assert item.stock_quantity == 5
    assert told(answer) == [f"{item}: the stock was adjusted by -5, 5 now in stock."]


def test_goods_are_written_off_with_a_reason(place, item):
    answer = do(browser(someone("floor_manager", place)), item, "write_off_goods", quantity="3", reason="Spoilt")

    movement = StockMovement.objects.latest("pk")
    assert (movement.quantity, movement.reason) == (-3, "Spoilt")
    assert told(answer) == [f"{item}: 3 written off, 7 now in stock."]


def test_goods_are_ordered_up_to_the_maximum_once(place, item):
    client = browser(someone("floor_manager", place))

    answer = do(client, item, "order_goods", "lowstockitem")
    again = do(client, item, "order_goods", "lowstockitem")

    order = ReorderSuggestion.objects.get()
    assert (order.quantity, str(order.ordered_by)) == (90, "floor_manager@example.org")
    assert told(answer) == [f"{item}: 90 on order."]
    assert "90 are already on order" in again.content.decode()


def test_before_goods_are_ordered_it_is_said_how_many(place, item):
    asked = browser(someone("floor_manager", place)).get(address(item, "order_goods"))

    assert [(str(name), value) for name, value in asked.context_data["facts"]] == [
        ("in stock", 10),
        ("to order", 90),
    ]


def test_many_are_ordered_at_once_and_each_refusal_is_said(place, item):
    other = an_item(place, stock=5)
    order_up(other, at=timezone.now())
    client = browser(someone("floor_manager", place))
    ticked = {"action": "order_goods", "_selected_action": [item.pk, other.pk]}

    asked = client.post(LIST, ticked)
    answer = client.post(LIST, {**ticked, "confirmed": "yes"}, follow=True)

    assert str(item) in asked.content.decode()
    assert ReorderSuggestion.objects.count() == 2
    assert told(answer) == [
        f"{other}: {other}: 95 are already on order. Receive them first.",
        "1 item marked as reordered.",
    ]


def test_an_item_goes_off_sale_and_back(place, item):
    client = browser(someone("bar", place))

    off = do(client, item, "take_off")
    item.refresh_from_db()
    assert not item.is_active
    assert told(off) == [f"{item}: taken off sale."]

    do(client, item, "put_back")
    item.refresh_from_db()
    assert item.is_active


@pytest.mark.parametrize("action", ["receive_goods", "count_stock", "write_off_goods", "order_goods", "take_off"])
@pytest.mark.parametrize("role", ["cashier", "accountant"])
def test_who_may_not_does_not(place, item, action, role):
    client = browser(someone(role, place))

    assert client.get(address(item, action)).status_code == 403
    assert client.post(address(item, action), {"seen": "0", "quantity": "1", "reason": "x"}).status_code == 403
    assert (
        address(item, action)
        not in client.get(reverse("admin:concessions_concessionitem_change", args=[item.pk])).content.decode()
    )


@pytest.mark.parametrize("action", ["receive_goods", "count_stock", "write_off_goods", "order_goods", "take_off"])
def test_another_cinemas_item_is_not_found(item, action):
    client = browser(someone("floor_manager", a_cinema()))

    assert client.get(address(item, action)).status_code == 404
    assert client.post(address(item, action), {"seen": "0", "quantity": "1", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_change_nothing_and_break_nothing(place, item, value):
    client = browser(someone("floor_manager", place))

    for action in ("receive_goods", "count_stock", "write_off_goods"):
        typed = {"quantity": value, "on_shelf": value if value != "0" else "-5", "reason": value, "seen": value}
        answer = client.post(address(item, action), typed)
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()
    item.refresh_from_db()
    assert item.stock_quantity == 10


def test_a_page_that_claims_a_million_movements_is_drawn_with_few(place, item):
    client, where = browser(someone("cinema_manager", place)), address(item, "change")
    [form] = [each for each in forms_on(client.get(where).text) if "movements-TOTAL_FORMS" in each.fields]

    answer = client.post(where, form.sent(**{"movements-TOTAL_FORMS": "1000000"}))

    assert answer.status_code == 200
    assert len(answer.context_data["inline_admin_formsets"][0].formset.forms) == StockMovementInline.per_page


def test_the_page_says_how_far_how_fast_and_what_is_on_order(place, item):
    item.stock_quantity = 0
    receive(item, quantity=28, at=timezone.now() - timedelta(days=20))
    an_order(snacks=[(item, 28)], at=timezone.now() - timedelta(days=1))
    order_up(item, at=timezone.now())

    page = browser(someone("bar", place)).get(LIST).content.decode()

    assert "10 of 100 (low below 20)" in page
    assert ">2.0<" in page
    assert "5 days" in page
    assert "90 ordered on" in page


def test_the_list_costs_the_same_for_3_items_and_for_30(place):
    client = browser(someone("bar", place))

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(LIST)
        assert len(answer.content) < 150_000
        return len(queries)

    for _number in range(3):
        an_item(place, stock=3)
    few = cost()
    for _number in range(27):
        an_item(place, stock=3)

    assert cost() == few < 25
