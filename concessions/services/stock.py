"""Changes of the stock by staff: goods received, write-offs and stock counts."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from cinema.validators import clean_reason, clean_text
from concessions.errors import CountDiffers, OutOfStock, PromisedToCustomers, StockChanged, WrongQuantity
from concessions.models import MOST_STOCK, ConcessionItem, ConcessionPreorder, ReorderSuggestion, StockMovement
from concessions.services import movements


def receive(
    item: ConcessionItem, *, quantity: int, at: datetime, actor: User | None = None, seen: int | None = None
) -> StockMovement:
    """Add received goods to the stock, and close the item's open reorder suggestion.

    The stock may exceed the maximum. Raises `WrongQuantity`, and `StockChanged` if staff made a movement later than
    `seen` (see `last_staff_movement`). Owns its transaction.
    """
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        _check_quantity(quantity, lowest=1, highest=MOST_STOCK - item.stock_quantity)
        movement = _change(item, by=quantity, kind=StockMovement.Kind.RECEIPT, at=at, actor=actor)
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
    approver: User | None = None,
) -> StockMovement:
    """Write off goods that were broken, spoilt or given away.

    Raises `WrongQuantity`, `ReasonNeeded`, `OutOfStock`, `StockChanged` as `receive` does, and
    `ApprovalRequired` above the limit for one person unless there is an `approver`. Owns its transaction.
    """
    _check_quantity(quantity, lowest=1, highest=MOST_STOCK)
    reason = clean_reason(reason)
    with transaction.atomic():
        _lock(item)
        _check_unchanged(item, seen)
        if quantity > item.stock_quantity:
            raise OutOfStock([item])
        price = quantity * item.price
        require_approval_above_limit("concessions.write_off", price, actor=actor, approver=approver, at=at)
        return _change(item, by=-quantity, kind=StockMovement.Kind.WRITE_OFF, at=at, actor=actor, reason=reason)


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
    `STOCKTAKE_TOLERANCE_PERCENT` needs a reason. Raises `WrongQuantity`, `StockChanged`, `CountDiffers` if a reason is
    missing, or `PromisedToCustomers` if the count is lower than what customers have ordered. Owns its transaction.
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
        if not reason and abs(difference) * 100 > settings.STOCKTAKE_TOLERANCE_PERCENT * expected:
            raise CountDiffers(item, on_shelf=on_shelf, expected=expected)
        return _change(item, by=difference, kind=StockMovement.Kind.COUNT, at=at, actor=actor, reason=reason)


def last_staff_movement(item: ConcessionItem) -> int:
    """The primary key of the last movement made by staff, or 0.

    Pages pass it back as `seen`, so that the service raises `StockChanged` if a colleague changed the stock or the
    button was clicked twice. One query. Reads only.
    """
    last = _by_staff(item).values_list("pk", flat=True).first()
    return last or 0


def _by_staff(item: ConcessionItem) -> QuerySet[StockMovement]:
    Kind = StockMovement.Kind
    kinds = [Kind.RECEIPT, Kind.WRITE_OFF, Kind.COUNT]
    return StockMovement.objects.filter(concession_item=item, kind__in=kinds, preorder=None).order_by("-pk")


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
    """How many units on the shelf belong to orders and wait to be collected. One query. Reads only."""
    reserved = Q(status=ConcessionPreorder.Status.PENDING)
    if not item.made_to_order:
        reserved |= Q(status=ConcessionPreorder.Status.READY)
    return item.preorders.filter(reserved).aggregate(sum=Sum("quantity", default=0))["sum"]


def _lock(item: ConcessionItem) -> None:
    """Lock the item and read its current stock."""
    item.refresh_from_db(
        fields=["stock_quantity", "made_to_order", "price"],
        from_queryset=ConcessionItem.objects.select_for_update(of=("self",), no_key=True),
    )


def _change(
    item: ConcessionItem, *, by: int, kind: str, at: datetime, actor: User | None, reason: str = ""
) -> StockMovement:
    movements.apply({item.pk: by}, at=at)
    item.refresh_from_db(fields=["stock_quantity", "is_low", "low_since", "low_alerted_at"])
    return StockMovement.objects.create(concession_item=item, quantity=by, kind=kind, at=at, actor=actor, reason=reason)


def _check_quantity(quantity: int, *, lowest: int, highest: int) -> None:
    if type(quantity) is not int or not lowest <= quantity <= highest:
        raise WrongQuantity(quantity, lowest=lowest, highest=highest)
