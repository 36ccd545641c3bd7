"""Changes of the stock by staff: goods received, write-offs, stock counts and costs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.errors import ApprovalOutdated
from accounts.models import User
from accounts.services import LIMIT_WINDOW, require_approval_above_limit
from cinema.money import MAX_AMOUNT, ZERO, rounded
from cinema.validators import clean_reason, clean_text
from concessions.errors import (
    CountDiffers,
    NothingInStock,
    NotStocked,
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
from concessions.services import holds, movements, recipes
from concessions.services.costs import Cost, ValuedStock


def receive(
    item: ConcessionItem,
    *,
    quantity: int,
    unit_cost: Decimal | None = None,
    at: datetime,
    actor: User | None = None,
    seen: int | None = None,
) -> StockMovement:
    """Add received goods to the stock, and close the item's open reorder suggestion.

    `unit_cost` is what one unit cost; 0 is a cost, None is not known: then the goods count at the average cost. The
    stock may exceed the maximum. Raises `WrongQuantity`, `WrongCost`, and `StockChanged` if staff made a movement later
    than `seen` (see `last_staff_movement`). Owns its transaction.
    """
    if unit_cost is not None:
        _check_cost(unit_cost)
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        _check_quantity(quantity, lowest=1, highest=MOST_STOCK - item.stock_quantity)
        movement = _change(item, by=quantity, unit_cost=unit_cost, kind=StockMovement.Kind.RECEIPT, at=at, actor=actor)
        ReorderSuggestion.objects.filter(concession_item=item, settled_at__isnull=True).update(settled_at=at)
    return movement


def write_off(
    item: ConcessionItem,
    *,
    quantity: int,
    reason: str,
    at: datetime,
    actor: User | None = None,
    seen: int | None = None,
    units: Mapping[int, int] | None = None,
    approver: User | None = None,
) -> StockMovement:
    """Write off goods that were broken, spoilt or given away; of what was made, the ingredients in it. Returns the last
    movement.

    The limit for one person counts what leaves the stock at its price or at its cost, whichever is higher. Raises
    `NotStocked` for a combo, `WrongQuantity`, `ReasonNeeded`, `OutOfStock`, `StockChanged` as `receive` does,
    `ApprovalOutdated` if the recipe is not `units` any more (see `recipe_of`), and `ApprovalRequired` above the limit
    unless there is an `approver`. Owns its transaction.
    """
    _check_quantity(quantity, lowest=1, highest=MOST_STOCK)
    reason = clean_reason(reason)
    if item.kind == item.Kind.MADE:
        return _write_off_made(item, quantity, reason, at=at, actor=actor, seen=seen, shown=units, approver=approver)
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        if quantity > item.stock_quantity:
            raise OutOfStock([item])
        worth = quantity * max(item.price, item.average_cost or ZERO)
        require_approval_above_limit("concessions.write_off", worth, actor=actor, approver=approver, at=at)
        return _change(item, by=-quantity, kind=StockMovement.Kind.WRITE_OFF, at=at, actor=actor, reason=reason)


def _write_off_made(
    item: ConcessionItem,
    quantity: int,
    reason: str,
    *,
    at: datetime,
    actor: User | None,
    seen: int | None,
    shown: Mapping[int, int] | None,
    approver: User | None,
) -> StockMovement:
    with transaction.atomic():
        units = recipe_of(item)
        if shown is not None and units != shown:
            raise ApprovalOutdated
        stocks = holds.lock_items(units)
        _check_unchanged(item, seen)
        if not units or any(stocks[key].quantity < number * quantity for key, number in units.items()):
            raise OutOfStock([item])
        prices = dict(ConcessionItem.objects.filter(pk__in=units).values_list("pk", "price"))
        inside = sum((units[key] * max(prices[key], stocks[key].average or ZERO) for key in units), ZERO)
        worth = quantity * max(item.price, inside)
        require_approval_above_limit("concessions.write_off", worth, actor=actor, approver=approver, at=at)
        lost = [
            StockMovement(
                concession_item_id=key,
                quantity=-number * quantity,
                kind=StockMovement.Kind.WRITE_OFF,
                at=at,
                actor=actor,
                reason=reason,
                **stocks[key].take(number * quantity)._asdict(),
            )
            for key, number in units.items()
        ]
        movements.apply({each.concession_item_id: each.quantity for each in lost}, valued=stocks.values(), at=at)
        return StockMovement.objects.bulk_create(lost)[-1]


def count(
    item: ConcessionItem,
    *,
    on_shelf: int,
    reason: str = "",
    at: datetime,
    actor: User | None = None,
    seen: int | None = None,
) -> StockMovement | None:
    """Correct the stock to match a count of the shelf. Returns the movement, or None if there is no difference.

    Ordered goods are no longer in the stock, but stay on the shelf until they are collected (goods made to order: until
    they are prepared), so the count is compared with the sum of both. A difference of more than
    `STOCKTAKE_TOLERANCE_PERCENT` needs a reason, also with the counts of a day that had none. Raises `WrongQuantity`,
    `StockChanged`, `CountDiffers` if a reason is missing, or `PromisedToCustomers` if the count is lower than what
    customers have ordered. Owns its transaction.
    """
    _check_quantity(on_shelf, lowest=0, highest=MOST_STOCK)
    reason = clean_reason(reason) if clean_text(reason) else ""
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        # Read after locking the item, as orders lock it to take stock, so that stock and orders are consistent.
        promised = reserved_on_shelf(item)
        expected = item.stock_quantity + promised
        difference = on_shelf - expected
        if difference == 0:
            return None
        if on_shelf < promised:
            raise PromisedToCustomers(item, on_shelf=on_shelf, promised=promised)
        tolerated = settings.STOCKTAKE_TOLERANCE_PERCENT * expected
        if not reason and _without_reason(item, difference, at=at) * 100 > tolerated:
            raise CountDiffers(item, on_shelf=on_shelf, expected=expected)
        return _change(item, by=difference, kind=StockMovement.Kind.COUNT, at=at, actor=actor, reason=reason)


def _without_reason(item: ConcessionItem, difference: int, *, at: datetime) -> int:
    """How far the counts of the last day without a reason are off together with this one, at least by it alone."""
    counts = item.movements.filter(kind=StockMovement.Kind.COUNT, reason="", at__gt=at - LIMIT_WINDOW)
    before: int = counts.aggregate(total=Sum("quantity", default=0))["total"]
    return max(abs(difference), abs(before + difference))


def set_cost(
    item: ConcessionItem,
    *,
    unit_cost: Decimal,
    reason: str,
    at: datetime,
    actor: User | None = None,
    seen: int | None = None,
) -> StockMovement:
    """Set what each unit in stock cost: of stock whose cost is not known, or to correct a cost.

    What has left the stock keeps its cost. Raises `WrongCost`, `ReasonNeeded`, `NothingInStock`, and `StockChanged` as
    `receive` does. Owns its transaction.
    """
    _check_cost(unit_cost)
    reason = clean_reason(reason)
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        if not item.stock_quantity:
            raise NothingInStock(item)
        stock = ValuedStock.of(item)
        cost = stock.revalue(unit_cost)
        return _record(item, stock, cost, by=0, kind=StockMovement.Kind.COST, at=at, actor=actor, reason=reason)


def recipe_of(item: ConcessionItem) -> dict[int, int]:
    """The units of each ingredient (by primary key) in one of what is made; empty for other items. At most one query.
    Reads only.
    """
    return recipes.units_of(item, recipes.parts_of([item])) if item.kind == item.Kind.MADE else {}


def last_staff_movement(item: ConcessionItem) -> int:
    """The primary key of the last movement made by staff, or 0.

    Pages pass it back as `seen`, so that the service raises `StockChanged` if a colleague changed the stock or the
    button was clicked twice. One query. Reads only.
    """
    last = _by_staff(item).values_list("pk", flat=True).first()
    return last or 0


def _by_staff(item: ConcessionItem) -> QuerySet[StockMovement]:
    Kind = StockMovement.Kind
    kinds = [Kind.RECEIPT, Kind.WRITE_OFF, Kind.COUNT, Kind.COST]
    stocked = [item.pk] if item.is_stocked else ItemPart.objects.filter(whole=item).values_list("part", flat=True)
    return StockMovement.objects.filter(concession_item__in=stocked, kind__in=kinds, preorder=None).order_by("-pk")


def _check_unchanged(item: ConcessionItem, seen: int | None) -> None:
    if seen is None:
        return
    last = _by_staff(item).select_related("actor").first()
    if last is not None and last.pk > seen:
        raise StockChanged(
            _(
                "%(actor)s has just changed the stock: %(kind)s, %(quantity)+d. If your change is in addition to "
                "that, confirm it again."
            )
            % {"actor": last.actor or _("someone"), "kind": last.get_kind_display(), "quantity": last.quantity}
        )


def reserved_on_shelf(item: ConcessionItem) -> int:
    """How many units on the shelf belong to orders and wait to be collected, or to be made into something. Two queries.
    Reads only.
    """
    reserved = Q(status=ConcessionPreorder.Status.PENDING)
    if not item.made_to_order:
        reserved |= Q(status=ConcessionPreorder.Status.READY)
    as_it_is = item.preorders.filter(reserved).aggregate(sum=Sum("quantity", default=0))["sum"]
    inside = item.movements.filter(
        kind=StockMovement.Kind.HOLD, reversed_by__isnull=True, preorder__status=ConcessionPreorder.Status.PENDING
    ).exclude(preorder__concession_item=item)
    return as_it_is - inside.aggregate(sum=Sum("quantity", default=0))["sum"]


def _lock(item: ConcessionItem) -> None:
    """Lock the item and read its current stock. Raises `NotStocked`."""
    if not item.is_stocked:
        raise NotStocked(item)
    item.refresh_from_db(
        fields=["stock_quantity", "stock_value", "average_cost", "made_to_order", "price"],
        from_queryset=ConcessionItem.objects.select_for_update(of=("self",), no_key=True),
    )


def _change(item: ConcessionItem, *, by: int, unit_cost: Decimal | None = None, **movement: Any) -> StockMovement:
    stock = ValuedStock.of(item)
    cost = stock.put(by, unit_cost=unit_cost) if by > 0 else stock.take(-by)
    if movement["kind"] != StockMovement.Kind.RECEIPT:
        cost = cost._replace(cost_assumed=False)  # the average is the cost of what was counted
    return _record(item, stock, cost, by=by, **movement)


def _record(
    item: ConcessionItem, stock: ValuedStock, cost: Cost, *, by: int, at: datetime, **movement: Any
) -> StockMovement:
    movements.apply({item.pk: by}, valued=[stock], at=at)
    item.refresh_from_db(
        fields=["stock_quantity", "stock_value", "average_cost", "is_low", "low_since", "low_alerted_at"]
    )
    return StockMovement.objects.create(concession_item=item, quantity=by, at=at, **cost._asdict(), **movement)


def _check_cost(unit_cost: Decimal) -> None:
    within = isinstance(unit_cost, Decimal) and unit_cost.is_finite() and ZERO <= unit_cost <= MAX_AMOUNT
    if not within or unit_cost != rounded(unit_cost):
        raise WrongCost(unit_cost)


def _check_quantity(quantity: int, *, lowest: int, highest: int) -> None:
    if type(quantity) is not int or not lowest <= quantity <= highest:
        raise WrongQuantity(quantity, lowest=lowest, highest=highest)
