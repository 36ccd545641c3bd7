from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import translation
from model_bakery import baker

from accounts.errors import ApprovalOutdated, ApprovalRequired
from accounts.models import User
from accounts.services import approve, request_approval
from cinema.validators import ReasonNeeded
from concessions.errors import (
    CountDiffers,
    NothingInStock,
    OutOfStock,
    PromisedToCustomers,
    StockChanged,
    WrongCost,
    WrongQuantity,
)
from concessions.models import (
    MOST_STOCK,
    ConcessionItem,
    ConcessionPreorder,
    ItemPart,
    ReorderSuggestion,
    StockMovement,
)
from concessions.services import count, last_staff_movement, receive, set_cost, write_off
from tests.helpers.concession_rows import item, preordered
from tests.helpers.factories import an_item
from tests.helpers.users import someone

AT = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)

Kind = StockMovement.Kind
Status = ConcessionPreorder.Status

pytestmark = pytest.mark.django_db


def stock(of):
    """The stock of the item, checked against the sum of its movements."""
    total = of.movements.aggregate(sum=Sum("quantity", default=0))["sum"]
    assert ConcessionItem.objects.get(pk=of.pk).stock_quantity == total
    return total


def history(of):
    return list(StockMovement.objects.filter(concession_item=of).order_by("pk").values())


def assert_refused(refusal, action, of):
    """Assert that the action is refused and changes nothing; returns the refusal."""
    before = (ConcessionItem.objects.values().get(pk=of.pk), history(of))
    with pytest.raises(refusal) as refused_with:
        action()
    assert (ConcessionItem.objects.values().get(pk=of.pk), history(of)) == before
    return refused_with.value


def test_received_goods_are_in_stock_with_actor_and_time():
    popcorn, barkeeper = item(50), baker.make(User)

    movement = receive(popcorn, quantity=30, at=AT, actor=barkeeper)

    movement.refresh_from_db()
    assert (movement.quantity, movement.kind, movement.at, movement.actor) == (30, Kind.RECEIPT, AT, barkeeper)
    assert stock(popcorn) == 80
    assert popcorn.stock_quantity == 80


def test_the_stock_may_exceed_the_maximum():
    popcorn = item(90)

    receive(popcorn, quantity=30, at=AT)

    assert stock(popcorn) == 120


def test_received_goods_close_the_suggestion_of_their_item_only():
    popcorn, cola = item(10), item(10)
    for one in (popcorn, cola):
        ReorderSuggestion.objects.create(concession_item=one, quantity=90, suggested_at=AT - timedelta(days=1))

    receive(popcorn, quantity=30, at=AT)

    assert popcorn.reorder_suggestions.get().settled_at == AT
    assert cola.reorder_suggestions.get().settled_at is None


def test_received_goods_end_the_low_stock():
    popcorn = item(10, low_since=AT - timedelta(days=1), low_alerted_at=AT - timedelta(days=1))

    receive(popcorn, quantity=30, at=AT)

    assert (popcorn.is_low, popcorn.low_since, popcorn.low_alerted_at) == (False, None, None)


@pytest.mark.parametrize("quantity", [0, -1, 1.5, True, None, MOST_STOCK])
def test_an_invalid_quantity_is_not_received(quantity):
    popcorn = item(50)

    assert_refused(WrongQuantity, lambda: receive(popcorn, quantity=quantity, at=AT), popcorn)


def test_a_write_off_reduces_the_stock_and_records_its_reason():
    popcorn, barkeeper = item(50, price=10), baker.make(User)

    movement = write_off(popcorn, quantity=35, reason=" Burnt ", at=AT, actor=barkeeper)

    assert (movement.quantity, movement.kind, movement.reason, movement.actor) == (
        -35,
        Kind.WRITE_OFF,
        "Burnt",
        barkeeper,
    )
    assert stock(popcorn) == 15
    assert popcorn.low_since == AT


def test_the_whole_stock_can_be_written_off_but_no_more():
    popcorn = item(50)

    refusal = assert_refused(OutOfStock, lambda: write_off(popcorn, quantity=51, reason="Burnt", at=AT), popcorn)
    write_off(popcorn, quantity=50, reason="Burnt", at=AT)

    assert refusal.items == [popcorn.name]
    assert stock(popcorn) == 0


@pytest.mark.parametrize("reason", ["", "  ", "x" * 251])
def test_a_write_off_needs_a_reason(reason):
    popcorn = item(50)

    assert_refused(ReasonNeeded, lambda: write_off(popcorn, quantity=1, reason=reason, at=AT), popcorn)


@pytest.mark.parametrize("quantity", [0, -1, 1.5, MOST_STOCK + 1])
def test_an_invalid_quantity_is_not_written_off(quantity):
    popcorn = item(50)

    assert_refused(WrongQuantity, lambda: write_off(popcorn, quantity=quantity, reason="Burnt", at=AT), popcorn)


def test_a_count_without_a_difference_records_nothing():
    popcorn = item(50)

    assert count(popcorn, on_shelf=50, at=AT) is None
    assert stock(popcorn) == 50
    assert popcorn.movements.count() == 1


@pytest.mark.parametrize(("on_shelf", "difference"), [(98, -2), (102, 2)])
def test_a_small_difference_is_corrected_without_a_reason(on_shelf, difference):
    popcorn = item(100)

    movement = count(popcorn, on_shelf=on_shelf, at=AT)

    assert (movement.quantity, movement.kind) == (difference, Kind.COUNT)
    assert stock(popcorn) == on_shelf


@pytest.mark.parametrize("on_shelf", [0, 97, 103])
def test_a_larger_difference_needs_a_reason(on_shelf):
    popcorn = item(100)

    refusal = assert_refused(CountDiffers, lambda: count(popcorn, on_shelf=on_shelf, at=AT), popcorn)
    movement = count(popcorn, on_shelf=on_shelf, reason="Counted twice", at=AT)

    assert (refusal.on_shelf, refusal.expected) == (on_shelf, 100)
    assert movement.reason == "Counted twice"
    assert stock(popcorn) == on_shelf


def test_small_differences_of_a_day_need_a_reason_together():
    popcorn = item(100)
    count(popcorn, on_shelf=99, at=AT)

    assert_refused(CountDiffers, lambda: count(popcorn, on_shelf=97, at=AT + timedelta(hours=23)), popcorn)
    count(popcorn, on_shelf=100, at=AT + timedelta(hours=23))  # it was there after all
    count(popcorn, on_shelf=98, at=AT + timedelta(days=2))

    assert stock(popcorn) == 98


def test_the_tolerance_is_a_setting(settings):
    settings.STOCKTAKE_TOLERANCE_PERCENT = 5
    popcorn = item(100)

    assert_refused(CountDiffers, lambda: count(popcorn, on_shelf=94, at=AT), popcorn)
    count(popcorn, on_shelf=95, at=AT)

    assert stock(popcorn) == 95


def test_counting_an_item_with_no_expected_stock_needs_a_reason():
    popcorn = item(0)

    assert_refused(CountDiffers, lambda: count(popcorn, on_shelf=1, at=AT), popcorn)


@pytest.mark.parametrize(
    ("made_to_order", "status", "on_shelf"),
    [
        (False, Status.PENDING, 100),
        (False, Status.READY, 100),
        (True, Status.PENDING, 100),
        (True, Status.READY, 90),  # its ingredients are no longer on the shelf
        (False, Status.COLLECTED, 90),
    ],
)
def test_ordered_goods_count_as_on_the_shelf_until_collected_or_prepared(made_to_order, status, on_shelf):
    popcorn = item(100, made_to_order=made_to_order)
    preordered(popcorn, 10, status)

    assert count(popcorn, on_shelf=on_shelf, at=AT) is None
    assert stock(popcorn) == 90


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.AVAILABLE])
def test_cancelled_and_expired_preorders_do_not_count(status):
    popcorn = item(100)
    preordered(popcorn, 10, status)  # and is back in stock, which does not matter here

    assert count(popcorn, on_shelf=90, at=AT) is None


def test_a_count_compares_with_stock_and_orders_of_all_customers():
    popcorn, cola = item(100), item(100)
    preordered(popcorn, 10)
    preordered(popcorn, 20, Status.READY)
    preordered(cola, 40)

    movement = count(popcorn, on_shelf=98, at=AT)

    assert movement.quantity == -2
    assert stock(popcorn) == 68


def test_a_count_below_what_customers_ordered_is_refused():
    popcorn = item(10)
    preordered(popcorn, 8)

    refusal = assert_refused(
        PromisedToCustomers, lambda: count(popcorn, on_shelf=5, reason="Counted twice", at=AT), popcorn
    )
    count(popcorn, on_shelf=8, reason="Counted twice", at=AT)

    with translation.override("en"):
        assert "customers have ordered 8" in str(refusal)
    assert stock(popcorn) == 0


@pytest.mark.parametrize("on_shelf", [-1, 1.5, None, MOST_STOCK + 1])
def test_an_invalid_count_is_refused(on_shelf):
    popcorn = item(50)

    assert_refused(WrongQuantity, lambda: count(popcorn, on_shelf=on_shelf, reason="Counted twice", at=AT), popcorn)


def test_services_use_the_current_stock_not_the_one_loaded_earlier():
    popcorn = item(50)
    seen_before = ConcessionItem.objects.get(pk=popcorn.pk)
    write_off(popcorn, quantity=45, reason="Burnt", at=AT)

    assert_refused(OutOfStock, lambda: write_off(seen_before, quantity=6, reason="Burnt", at=AT), popcorn)
    receive(seen_before, quantity=20, at=AT)

    assert stock(popcorn) == 25


def costs(of):
    """Unit cost, value and whether the cost is assumed, of each movement; checked against the value of the stock."""
    of.refresh_from_db()
    rows = list(of.movements.order_by("pk").values_list("unit_cost", "value", "cost_assumed"))
    assert (of.stock_value or 0) == sum(value or 0 for _cost, value, _assumed in rows)
    return rows


def test_received_goods_have_their_cost_and_move_the_average():
    popcorn = item(0)

    receive(popcorn, quantity=10, unit_cost=Decimal("30.00"), at=AT)
    receive(popcorn, quantity=5, unit_cost=Decimal("36.00"), at=AT)

    assert (popcorn.stock_value, popcorn.average_cost) == (Decimal("480.00"), Decimal("32.00"))
    assert costs(popcorn) == [
        (Decimal("30.00"), Decimal("300.00"), False),
        (Decimal("36.00"), Decimal("180.00"), False),
    ]


def test_goods_without_a_cost_count_at_the_average_and_say_so():
    popcorn = item(0)
    receive(popcorn, quantity=3, unit_cost=Decimal("0.00"), at=AT)
    receive(popcorn, quantity=1, unit_cost=Decimal("10.00"), at=AT)

    receive(popcorn, quantity=2, at=AT)

    assert costs(popcorn)[-1] == (Decimal("2.50"), Decimal("5.00"), True)
    assert (popcorn.stock_value, popcorn.average_cost) == (Decimal("15.00"), Decimal("2.50"))


def test_write_offs_and_counts_are_at_the_average():
    popcorn = item(0)
    receive(popcorn, quantity=3, unit_cost=Decimal("3.00"), at=AT)
    receive(popcorn, quantity=3, unit_cost=Decimal("3.67"), at=AT)

    write_off(popcorn, quantity=1, reason="Burnt", at=AT)
    count(popcorn, on_shelf=4, reason="Mice", at=AT)
    count(popcorn, on_shelf=6, reason="Found", at=AT)
    write_off(popcorn, quantity=6, reason="Flood", at=AT)

    assert costs(popcorn)[2:] == [
        (Decimal("3.34"), Decimal("-3.34"), False),
        (Decimal("3.33"), Decimal("-3.33"), False),
        (Decimal("3.34"), Decimal("6.67"), False),
        (Decimal("3.34"), Decimal("-20.01"), False),
    ]
    assert (popcorn.stock_value, popcorn.average_cost) == (0, Decimal("3.34"))


def test_stock_from_before_has_no_cost_until_one_is_set():
    popcorn, accountant = item(8), baker.make(User)
    receive(popcorn, quantity=2, unit_cost=Decimal("30.00"), at=AT)
    write_off(popcorn, quantity=1, reason="Burnt", at=AT)
    assert costs(popcorn) == [(None, None, False), (Decimal("30.00"), None, False), (None, None, False)]
    assert (popcorn.stock_value, popcorn.average_cost) == (None, None)

    movement = set_cost(popcorn, unit_cost=Decimal("28.00"), reason=" Invoice 7 ", at=AT, actor=accountant)

    movement.refresh_from_db()
    assert (movement.quantity, movement.kind, movement.reason) == (0, Kind.COST, "Invoice 7")
    assert (movement.unit_cost, movement.value, movement.actor) == (Decimal("28.00"), Decimal("252.00"), accountant)
    assert (popcorn.stock_value, popcorn.average_cost) == (Decimal("252.00"), Decimal("28.00"))
    assert stock(popcorn) == 9
    assert costs(popcorn)[-1] == (Decimal("28.00"), Decimal("252.00"), False)


def test_a_wrong_cost_is_corrected_for_what_is_left():
    popcorn = item(0)
    receive(popcorn, quantity=10, unit_cost=Decimal("300.00"), at=AT)
    write_off(popcorn, quantity=4, reason="Burnt", at=AT)

    set_cost(popcorn, unit_cost=Decimal("30.00"), reason="A zero too many", at=AT)

    assert costs(popcorn)[1:] == [
        (Decimal("300.00"), Decimal("-1200.00"), False),
        (Decimal("30.00"), Decimal("-1620.00"), False),
    ]
    assert popcorn.stock_value == Decimal("180.00")


@pytest.mark.parametrize("cost", ["-0.01", "0.001", "100000000", "NaN", "Infinity", 5.0, "x"])
def test_an_impossible_cost_is_refused(cost):
    popcorn = item(5)
    cost = Decimal(cost) if isinstance(cost, str) and cost != "x" else cost

    assert_refused(WrongCost, lambda: receive(popcorn, quantity=1, unit_cost=cost, at=AT), popcorn)
    assert_refused(WrongCost, lambda: set_cost(popcorn, unit_cost=cost, reason="Invoice", at=AT), popcorn)


def test_a_cost_is_set_with_a_reason_for_what_is_in_stock_and_not_twice():
    popcorn, empty = item(5), item(0)
    seen, given = last_staff_movement(popcorn), {"unit_cost": Decimal("3.00"), "at": AT}

    assert_refused(ReasonNeeded, lambda: set_cost(popcorn, reason=" ", **given), popcorn)
    assert_refused(NothingInStock, lambda: set_cost(empty, reason="Invoice", **given), empty)
    set_cost(popcorn, reason="Invoice", seen=seen, **given)
    assert_refused(StockChanged, lambda: set_cost(popcorn, reason="Invoice", seen=seen, **given), popcorn)


def test_the_largest_stock_at_the_largest_cost_fits():
    popcorn = item(0)

    receive(popcorn, quantity=MOST_STOCK, unit_cost=Decimal("99999999.99"), at=AT)
    write_off(popcorn, quantity=1, reason="Burnt", at=AT)

    assert costs(popcorn)[-1] == (Decimal("99999999.99"), Decimal("-99999999.99"), False)


def a_portion(whole_price, of, units):
    """What is made to order of so many units of the goods."""
    fields = {"kind": ConcessionItem.Kind.MADE, "low_stock_percent": 0, "made_to_order": True}
    made = an_item(of.cinema, stock=0, price=Decimal(whole_price), cost=None, **fields)
    return made, ItemPart.objects.create(whole=made, part=of, units=units)


def test_the_limit_counts_what_leaves_the_stock_whatever_its_portion_is_said_to_cost(settings):
    settings.APPROVAL_LIMITS = {"concessions.write_off": Decimal(1000)}
    whisky = an_item(price=Decimal("0.01"), cost=Decimal(2000))
    made, _part = a_portion("0.01", whisky, 10)
    actor = someone("cinema_manager", whisky.cinema)

    for each in (whisky, made):
        with pytest.raises(ApprovalRequired):
            write_off(each, quantity=1, reason="Broken", at=AT, actor=actor)


def test_an_approved_write_off_takes_the_recipe_that_was_asked_for(settings):
    settings.APPROVAL_LIMITS = {"concessions.write_off": Decimal(100)}
    corn = an_item()
    whisky = an_item(corn.cinema, price=Decimal(3000))
    made, part = a_portion("150", corn, 1)
    one, other = (someone("cinema_manager", corn.cinema, email=f"{name}@example.org") for name in "ab")
    wanted = {"quantity": 5, "reason": "Stale"}
    asked = request_approval("concessions.write_off", made, arguments=wanted, facts=[], at=AT, actor=one)
    ItemPart.objects.filter(pk=part.pk).update(part=whisky, units=10)

    with pytest.raises(ApprovalOutdated):
        approve(asked, digest=asked.digest, at=AT, actor=other)
    ItemPart.objects.filter(pk=part.pk).update(part=corn, units=1)
    approve(asked, digest=asked.digest, at=AT, actor=other)

    corn.refresh_from_db()
    assert corn.stock_quantity == 95
