"""What staff do with the stock: goods come in, goods are lost, the shelf is counted."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import LIMIT_WINDOW, require_approval_above_limit
from cinema.validators import clean_reason
from concessions.errors import CountDiffers, OutOfStock, PromisedToCustomers, StockChanged, WrongQuantity
from concessions.models import MOST_STOCK, ConcessionItem, ConcessionPreorder, ReorderSuggestion, StockMovement
from concessions.services import movements


def receive(
    item: ConcessionItem, *, quantity: int, at: datetime, actor: User | None = None, seen: int | None = None
) -> StockMovement:
    """Book goods that came in; an open suggestion to order the item is settled.

    The stock may exceed the maximum. Raises `WrongQuantity`, and `StockChanged` if there is a movement after the
    one that the page has `seen` (see `last_staff_movement`). Owns its transaction.
    """
    with transaction.atomic():
        _lock(item)
        _refuse_if_moved(item, seen)
        _check(quantity, lowest=1, highest=MOST_STOCK - item.stock_quantity)
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
    """Write off goods that are lost: broken, spoilt, given away.

    Raises `WrongQuantity`, `ReasonNeeded`, `OutOfStock`, `StockChanged` as `receive` does, and
    `ApprovalRequired` above the limit for one person unless there is an `approver`. Owns its transaction.
    """
    _check(quantity, lowest=1, highest=MOST_STOCK)
    reason = clean_reason(reason)
    with transaction.atomic():
        _lock(item)
        _refuse_if_moved(item, seen)
        if quantity > item.stock_quantity:
            raise OutOfStock([item])
        lately = _by_staff(item).filter(kind=StockMovement.Kind.WRITE_OFF, actor=actor, at__gt=at - LIMIT_WINDOW)
        lost = quantity - (lately.aggregate(sum=Sum("quantity", default=0))["sum"] if actor else 0)
        require_approval_above_limit("concessions.write_off", lost * item.price, actor=actor, approver=approver)
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
    """Correct the stock by what was counted on the shelf; returns the difference as a movement, or None if there is
    none.

    What customers have ordered has left the stock but lies on the shelf until it is collected (goods made to order:
    until they are made), so the count is compared with both. A difference of more than `STOCKTAKE_TOLERANCE_PERCENT`
    needs a reason. Raises `WrongQuantity`, `CountDiffers`, `StockChanged`, or `PromisedToCustomers` where the
    shelf holds less than customers have ordered. Owns its transaction.
    """
    _check(on_shelf, lowest=0, highest=MOST_STOCK)
    reason = clean_reason(reason) if reason.strip() else ""
    with transaction.atomic():
        _lock(item)
        _refuse_if_moved(item, seen)
        # After the lock: whoever takes stock for an order holds it, so stock and orders are of one moment.
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
    """The key of the last movement that staff booked, 0 without one.

    A page passes it back as `seen`: if a colleague, or a second press of the button, was faster, the service raises
    `StockChanged`. Reads only.
    """
    last = _by_staff(item).values_list("pk", flat=True).first()
    return last or 0


def _by_staff(item: ConcessionItem) -> QuerySet[StockMovement]:
    Kind = StockMovement.Kind
    kinds = [Kind.RECEIPT, Kind.WRITE_OFF, Kind.COUNT]
    return StockMovement.objects.filter(concession_item=item, kind__in=kinds, preorder=None).order_by("-pk")


def _refuse_if_moved(item: ConcessionItem, seen: int | None) -> None:
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
    """How many of the item are sold or held and lie on the shelf until they are collected. One query. Reads only."""
    lying = Q(status=ConcessionPreorder.Status.PENDING)
    if not item.made_to_order:
        lying |= Q(status=ConcessionPreorder.Status.READY)
    return item.preorders.filter(lying).aggregate(sum=Sum("quantity", default=0))["sum"]


def _lock(item: ConcessionItem) -> None:
    """Lock the item and read it as it is now."""
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


def _check(quantity: int, *, lowest: int, highest: int) -> None:
    if type(quantity) is not int or not lowest <= quantity <= highest:
        raise WrongQuantity(quantity, lowest=lowest, highest=highest)
