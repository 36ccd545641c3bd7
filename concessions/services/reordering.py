"""Goods are ordered from the supplier, and items go on and off sale."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import ConcurrentChange
from concessions.errors import AlreadyOffSale, AlreadyOnSale, AlreadyOrdered, NothingToOrder
from concessions.models import ConcessionItem, ReorderSuggestion


def order_to_maximum(item: ConcessionItem, *, at: datetime, actor: User | None = None) -> ReorderSuggestion:
    """Record that the item was ordered from the supplier, as much as fills the stock up to the maximum.

    The open suggestion becomes the order, or one is made; goods that come in settle it. Raises `NothingToOrder` where
    nothing is missing, and `AlreadyOrdered` where it is on order. Owns its transaction.
    """
    with transaction.atomic():
        row = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        known = ReorderSuggestion.objects.filter(concession_item=row, settled_at__isnull=True).first()
        if known is not None and known.ordered_at is not None:
            raise AlreadyOrdered(
                _("%(item)s: %(quantity)d are already on order. Receive them first.")
                % {"item": row, "quantity": known.quantity}
            )
        if not row.missing:
            raise NothingToOrder(_("%(item)s: the stock is at its maximum. There is nothing to order.") % {"item": row})
        suggestion = known or ReorderSuggestion(concession_item=row, suggested_at=at)
        suggestion.quantity, suggestion.ordered_at, suggestion.ordered_by = row.missing, at, actor
        suggestion.save()
        return suggestion


def take_off_sale(item: ConcessionItem) -> None:
    """Stop selling the item; what customers have ordered stays. Raises `AlreadyOffSale`. Owns its transaction."""
    _put(item, on_sale=False, otherwise=AlreadyOffSale(_("%(item)s is already off sale.") % {"item": item}))


def put_on_sale(item: ConcessionItem) -> None:
    """Sell the item again. Raises `AlreadyOnSale`. Owns its transaction."""
    _put(item, on_sale=True, otherwise=AlreadyOnSale(_("%(item)s is already on sale.") % {"item": item}))


def _put(item: ConcessionItem, *, on_sale: bool, otherwise: ConcurrentChange) -> None:
    with transaction.atomic():
        row = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        if row.is_active == on_sale:
            raise otherwise
        row.is_active = item.is_active = on_sale
        row.save(update_fields=["is_active"])
