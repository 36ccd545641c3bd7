"""The stock actions on bar items."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval
from concessions.models import ConcessionItem, ItemPart, StockMovement
from concessions.services import receive
from tests.helpers.factories import a_cinema, an_item
from tests.helpers.pages.admin_pages import admin_url, messages_of, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOSTILE = ["", "-1", "0", "9" * 40, "1e9", "\u202e12", "\x00", "<script>alert(1)</script>", "½"]


@pytest.mark.parametrize("page", ["concessions_concessionitem", "concessions_lowstockitem"])
def test_received_goods_are_added_to_the_stock(cinema, item, page):
    answer = run_action(browser(someone("bar", cinema)), item, "receive_goods", model=page, quantity="50")

    item.refresh_from_db()
    assert item.stock_quantity == 60
    assert messages_of(answer) == [f"{item}: 50 received, 60 now in stock."]
    assert answer.status_code == 200  # redirected to the list, because the item is no longer low


def test_submitting_the_form_twice_receives_the_goods_once(cinema, item):
    client, where = browser(someone("bar", cinema)), admin_url(item, "receive_goods")
    typed = {"seen": "0", "quantity": "50"}
    client.post(where, typed)

    again = client.post(where, typed)

    item.refresh_from_db()
    assert item.stock_quantity == 60
    assert "Goods received, +50" in again.content.decode()
    assert 'value="50"' in again.content.decode()


def test_after_a_booking_by_a_colleague_the_form_must_be_confirmed_again(cinema, item):
    client, where = browser(someone("bar", cinema)), admin_url(item, "receive_goods")
    receive(item, quantity=5, at=timezone.now())
    refused = client.post(where, {"seen": "0", "quantity": "7"})

    client.post(where, {"seen": refused.context_data["form"]["seen"].value(), "quantity": "7"})

    item.refresh_from_db()
    assert item.stock_quantity == 22


def test_a_large_difference_in_a_count_needs_a_reason(cinema, item):
    client = browser(someone("bar", cinema))

    refused = run_action(client, item, "count_stock", on_shelf="5")
    item.refresh_from_db()
    assert item.stock_quantity == 10
    assert "10 were expected" in refused.content.decode()

    answer = run_action(client, item, "count_stock", on_shelf="5", reason="Mice")
    item.refresh_from_db()
    assert item.stock_quantity == 5
    assert messages_of(answer) == [f"{item}: the stock was adjusted by -5, 5 now in stock."]


def test_goods_are_written_off_with_a_reason(cinema, item):
    answer = run_action(
        browser(someone("floor_manager", cinema)), item, "write_off_goods", quantity="3", reason="Spoilt"
    )

    movement = StockMovement.objects.latest("pk")
    assert (movement.quantity, movement.reason) == (-3, "Spoilt")
    assert messages_of(answer) == [f"{item}: 3 written off, 7 now in stock."]


def test_the_quantity_to_order_is_shown_before_it_is_confirmed(cinema, item):
    asked = browser(someone("floor_manager", cinema)).get(admin_url(item, "order_goods"))

    assert [(str(name), value) for name, value in asked.context_data["summary"]] == [
        ("in stock", 10),
        ("to order", 90),
    ]


def test_an_item_is_taken_off_sale_and_put_back(cinema, item):
    client = browser(someone("bar", cinema))

    off = run_action(client, item, "take_off")
    item.refresh_from_db()
    assert not item.is_active
    assert messages_of(off) == [f"{item}: taken off sale."]

    run_action(client, item, "put_back")
    item.refresh_from_db()
    assert item.is_active


@pytest.mark.parametrize("action", ["receive_goods", "count_stock", "write_off_goods", "order_goods", "take_off"])
@pytest.mark.parametrize("role", ["cashier", "accountant"])
def test_roles_without_permission_are_denied(cinema, item, action, role):
    client = browser(someone(role, cinema))

    assert client.get(admin_url(item, action)).status_code == 403
    assert client.post(admin_url(item, action), {"seen": "0", "quantity": "1", "reason": "x"}).status_code == 403
    assert (
        admin_url(item, action)
        not in client.get(reverse("admin:concessions_concessionitem_change", args=[item.pk])).content.decode()
    )


@pytest.mark.parametrize("action", ["receive_goods", "count_stock", "write_off_goods", "order_goods", "take_off"])
def test_another_cinemas_item_is_not_found(item, action):
    client = browser(someone("floor_manager", a_cinema()))

    assert client.get(admin_url(item, action)).status_code == 404
    assert client.post(admin_url(item, action), {"seen": "0", "quantity": "1", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_rejected_without_changes(cinema, item, value):
    client = browser(someone("floor_manager", cinema))

    for action in ("receive_goods", "count_stock", "write_off_goods"):
        typed = {"quantity": value, "on_shelf": value if value != "0" else "-5", "reason": value, "seen": value}
        answer = client.post(admin_url(item, action), typed)
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()
    item.refresh_from_db()
    assert item.stock_quantity == 10


@pytest.mark.parametrize(("entered", "cost", "value"), [("31.57", "31.57", "1578.50"), ("0", "0.00", "0.00")])
def test_received_goods_have_the_cost_that_was_entered(cinema, item, entered, cost, value):
    run_action(browser(someone("bar", cinema)), item, "receive_goods", quantity="50", unit_cost=entered)

    movement = StockMovement.objects.latest("pk")
    assert movement.unit_cost == Decimal(cost)
    assert movement.value is None  # of the ten that were in stock the cost is not known

    run_action(browser(someone("accountant", cinema)), item, "set_cost", unit_cost=entered, reason="Invoice 7")
    item.refresh_from_db()
    assert item.average_cost == Decimal(cost)
    assert item.stock_value * 50 / 60 == Decimal(value)


def test_the_form_shows_what_the_stock_is_worth(cinema, item):
    client = browser(someone("accountant", cinema))

    def shown():
        summary = client.get(admin_url(item, "set_cost")).context_data["summary"]
        return [(str(name), str(value)) for name, value in summary]

    assert shown() == [("in stock", "10"), ("average cost", "not known"), ("value of the stock", "not known")]
    answer = run_action(client, item, "set_cost", unit_cost="3.5", reason="Opening cost")
    assert messages_of(answer) == [f"{item}: the stock is worth 35 ₽ now.".replace(" ₽", "\xa0₽")]
    assert shown() == [("in stock", "10"), ("average cost", "3.50\xa0₽"), ("value of the stock", "35\xa0₽")]


@pytest.mark.parametrize("cost", ["-1", "1.001", "100000000", "NaN", "<b>", "1e9"])
def test_an_impossible_cost_is_rejected(cinema, item, cost):
    for action, role in (("receive_goods", "bar"), ("set_cost", "accountant")):
        answer = run_action(browser(someone(role, cinema)), item, action, quantity="1", unit_cost=cost, reason="x")
        assert "unit_cost" in answer.context_data["form"].errors
    item.refresh_from_db()
    assert (item.stock_quantity, item.average_cost) == (10, None)


def test_whoever_approves_a_write_off_of_what_is_made_sees_what_is_in_it(cinema, settings):
    settings.APPROVAL_LIMITS = {"concessions.write_off": Decimal(100)}
    whisky = an_item(cinema, price=Decimal(3000))
    kind = {"kind": ConcessionItem.Kind.MADE, "low_stock_percent": 0, "made_to_order": True}
    made = an_item(cinema, stock=0, price=Decimal(150), cost=None, **kind)
    ItemPart.objects.create(whole=made, part=whisky, units=4)

    run_action(browser(someone("floor_manager", cinema)), made, "write_off_goods", quantity="5", reason="Broken")

    assert ["in one piece", f"{whisky}: 4"] in Approval.objects.get().facts
