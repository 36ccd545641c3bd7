"""The page of items that are low in stock."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from concessions.models import ReorderSuggestion
from concessions.services import receive, record_supplier_order
from tests.helpers.factories import an_item, an_order
from tests.helpers.pages.admin_pages import messages_of, query_count, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LIST = reverse("admin:concessions_lowstockitem_changelist")


def test_goods_are_ordered_once_up_to_the_maximum(cinema, item):
    client = browser(someone("floor_manager", cinema))

    answer = run_action(client, item, "order_goods", model="concessions_lowstockitem")
    again = run_action(client, item, "order_goods", model="concessions_lowstockitem")

    order = ReorderSuggestion.objects.get()
    assert (order.quantity, str(order.ordered_by)) == (90, "floor_manager@example.org")
    assert messages_of(answer) == [f"{item}: 90 on order."]
    assert "90 are already on order" in again.content.decode()


def test_a_bulk_order_reports_each_refused_item(cinema, item):
    other = an_item(cinema, stock=5)
    record_supplier_order(other, at=timezone.now())
    client = browser(someone("floor_manager", cinema))
    ticked = {"action": "order_goods", "_selected_action": [item.pk, other.pk]}

    asked = client.post(LIST, ticked)
    answer = client.post(LIST, {**ticked, "confirmed": "yes"}, follow=True)

    assert str(item) in asked.content.decode()
    assert ReorderSuggestion.objects.count() == 2
    assert messages_of(answer) == [
        f"{other}: {other}: 95 are already on order. Receive them first.",
        "1 item marked as reordered.",
    ]


def test_the_list_shows_the_stock_the_sales_rate_and_the_quantity_on_order(cinema, item):
    item.stock_quantity = 0
    receive(item, quantity=28, at=timezone.now() - timedelta(days=20))
    an_order(snacks=[(item, 28)], at=timezone.now() - timedelta(days=1))
    record_supplier_order(item, at=timezone.now())

    page = browser(someone("bar", cinema)).get(LIST).content.decode()

    assert "10 of 100 (low below 20)" in page
    assert ">2.0<" in page
    assert "5 days" in page
    assert "90 ordered on" in page


def test_the_list_runs_the_same_number_of_queries_for_3_items_and_for_30(cinema):
    client = browser(someone("bar", cinema))

    def cost() -> int:
        return query_count(client, LIST, max_bytes=150_000)

    for _number in range(3):
        an_item(cinema, stock=3)
    few = cost()
    for _number in range(27):
        an_item(cinema, stock=3)

    assert cost() == few < 25
