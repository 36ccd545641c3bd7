"""An item of the bar that ran out: off sale, and another one, or the money back, for every paid order that waits."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from boxoffice.errors import NotASubstitute
from boxoffice.services.bar import open_snacks
from cinema.money import ZERO
from cinema.status import Refused
from cinema.validators import clean_reason
from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import holds, recipes, take_off_sale
from notifications.models import MessageKind
from notifications.services import queue
from orders import notifications
from orders.errors import SnacksNotOpen
from orders.locks import lock_order
from orders.models import Order, OrderChange, Ticket
from orders.services import refund
from payments.models import Refund

Kind = ConcessionItem.Kind
Snacks = Sequence[ConcessionPreorder]
Done = TypeVar("Done")
Refusals = list[tuple[Order, Refused]]


def waiting_for(item: ConcessionItem, *, at: datetime) -> list[ConcessionPreorder]:
    """What paid orders still wait for of this item, as it is, in a combo or in what is made of it, not prepared yet,
    oldest first. One query. Reads only.
    """
    pending = open_snacks(item.cinema, at=at).filter(status=ConcessionPreorder.Status.PENDING)
    held = StockMovement.objects.filter(preorder=OuterRef("pk"), concession_item=item, kind=StockMovement.Kind.HOLD)
    held = held.filter(reversed_by__isnull=True)
    return list(pending.filter(Q(concession_item=item) | Q(combo=item) | Q(Exists(held))).order_by("pk"))


def substitutes(item: ConcessionItem, *, waiting: Snacks) -> list[ConcessionItem]:
    """What all who wait for the item can be given: on sale, enough of it, no part of it the item, and no cheaper.

    A combo is several things, so there is none. At most three queries. Reads only.
    """
    if item.kind == Kind.COMBO or not waiting:
        return []
    price, needed = max(each.concession_item.price for each in waiting), sum(each.quantity for each in waiting)
    offered = ConcessionItem.objects.filter(cinema=item.cinema_id, is_active=True, price__gte=price)
    found = list(offered.filter(kind__in=(Kind.GOODS, Kind.MADE)).exclude(pk=item.pk).order_by("price", "name", "pk"))
    parts, enough = recipes.parts_of(found), recipes.available(found)
    return [each for each in found if enough[each.pk] >= needed and item.pk not in recipes.units_of(each, parts)]


def worth_more(by: ConcessionItem, snacks: Snacks) -> Decimal:
    """How much more the substitute costs than these snacks: that much is given away. Reads only."""
    return sum(((by.price - each.concession_item.price) * each.quantity for each in snacks), ZERO)


def substitute(item: ConcessionItem, *, by: ConcessionItem, at: datetime, actor: User) -> tuple[list[Order], Refusals]:
    """Take an item off sale, and give every paid order that waits for it another one at the price that it paid; the
    customers are told. What was given instead of something else is not replaced once more.

    What the other one costs more counts towards the same limit of whoever decides it as refunds. Returns the orders
    that were changed, and those that refused it with the reason: each is one transaction. Raises `NotASubstitute`, and
    then nothing has changed. Owns its transaction.
    """
    waiting = waiting_for(item, at=at)
    if by not in substitutes(item, waiting=waiting):
        raise NotASubstitute
    return _in_each_order(item, waiting, partial(_substitute, by=by, at=at, actor=actor))


def refund_item(item: ConcessionItem, *, reason: str, at: datetime, actor: User) -> tuple[list[Refund], Refusals]:
    """Take an item off sale, and refund it in every paid order that still waits for it; the customers are told.

    Returns the refunds, and the orders that refused theirs with the reason: each is one transaction. Raises
    `ReasonNeeded`, and then nothing has changed. Owns its transaction.
    """
    reason = clean_reason(reason)

    def pay_back(order: Order, snacks: Snacks) -> Refund:
        return refund(order, lines=snacks, reason=reason, at=at, actor=actor)

    return _in_each_order(item, waiting_for(item, at=at), pay_back)


def _in_each_order(
    item: ConcessionItem, waiting: Snacks, act: Callable[[Order, Snacks], Done]
) -> tuple[list[Done], Refusals]:
    if item.is_active:
        take_off_sale(item)
    snacks: dict[Order, list[ConcessionPreorder]] = {}
    for each in waiting:
        snacks.setdefault(each.order, []).append(each)
    done: list[Done] = []
    refused: Refusals = []
    for order, wanted in snacks.items():
        try:
            done.append(act(order, wanted))
        except Refused as error:
            refused.append((order, error))
    return done, refused


def _substitute(order: Order, wanted: Snacks, *, by: ConcessionItem, at: datetime, actor: User) -> Order:
    """Replace those of the wanted snacks that nobody has prepared, refunded or replaced in the meantime."""
    with transaction.atomic():
        row = lock_order(order)
        same = {
            "pk__in": [each.pk for each in wanted],
            "concession_item__in": {each.concession_item_id for each in wanted},
        }
        waiting = row.preorders.filter(status=ConcessionPreorder.Status.PENDING, **same)
        snacks = list(waiting.select_related("concession_item").order_by("pk"))
        if not snacks:
            raise SnacksNotOpen(_("This order no longer waits for it."))
        if any(each.instead_of_id for each in snacks):  # else two items, back and forth, write to guests without end
            raise SnacksNotOpen(_("This order got it instead of something else. Nothing is replaced twice: refund it."))
        keys, more = [each.pk for each in snacks], worth_more(by, snacks)
        changed = ConcessionPreorder.objects.filter(pk__in=keys)
        ordered = _listed(row, changed)["snacks"]
        for each in snacks:
            each.instead_of, each.concession_item = each.ordered, by
        holds.lock_for(snacks, replaced=changed)
        holds.return_stock(keys, at=at)
        ConcessionPreorder.objects.bulk_update(snacks, ["instead_of", "concession_item"])
        holds.take_stock(snacks, at=at)
        details = "\n".join(f"{quantity} × {name} → {by.name}" for name, quantity in ordered)
        OrderChange.objects.create(order=row, kind=OrderChange.Kind.SNACKS, at=at, actor=actor, details=details)
        require_approval_above_limit("orders.refund", more, actor=actor, approver=None, at=at)
        context = _listed(row, changed) | {"ordered": ordered}
        occasion = f"{row.number} {at.isoformat()}"
        told = notifications.message_about(row, MessageKind.SNACKS_REPLACED, occasion=occasion, context=context)
        queue([told], at=at)
        return row


def _listed(order: Order, snacks: QuerySet[ConcessionPreorder]) -> dict[str, Any]:
    return notifications.about_orders([order], tickets=Ticket.objects.none(), preorders=snacks)[order.pk]
