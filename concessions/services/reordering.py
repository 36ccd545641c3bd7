"""Records orders from the supplier, and takes items off sale or puts them back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import ConcurrentChange
from concessions.errors import AlreadyOffSale, AlreadyOnSale, AlreadyOrdered, NothingToOrder, NotStocked
from concessions.models import ConcessionItem, ReorderSuggestion


def record_supplier_order(item: ConcessionItem, *, at: datetime, actor: User | None = None) -> ReorderSuggestion:
    """Record that staff ordered the item from the supplier: the suggested quantity, or what is missing to the maximum
    stock where the forecast suggests none.

    Updates the open suggestion, or creates one; it is closed when goods are received. Raises `NothingToOrder` if the
    stock is at its maximum, `NotStocked`, and `AlreadyOrdered` if the item is on order. Owns its transaction.
    """
    with transaction.atomic():
        row = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        if not row.is_stocked:
            raise NotStocked(row)
        existing = ReorderSuggestion.objects.filter(concession_item=row, settled_at__isnull=True).first()
        if existing is not None and existing.ordered_at is not None:
            raise AlreadyOrdered(
                _("%(item)s: %(quantity)d are already on order. Receive them first.")
                % {"item": row, "quantity": existing.quantity}
            )
        if not row.missing:
            raise NothingToOrder(_("%(item)s: the stock is at its maximum. There is nothing to order.") % {"item": row})
        suggestion = existing or ReorderSuggestion(concession_item=row, suggested_at=at)
        suggestion.quantity = row.suggested_order or row.missing
        suggestion.ordered_at, suggestion.ordered_by = at, actor
        suggestion.save()
        return suggestion


def take_off_sale(item: ConcessionItem) -> None:
    """Stop selling the item; existing orders stay. Raises `AlreadyOffSale`. Owns its transaction."""
    _set_on_sale(item, on_sale=False, unchanged=AlreadyOffSale(_("%(item)s is already off sale.") % {"item": item}))


def put_on_sale(item: ConcessionItem) -> None:
    """Sell the item again. Raises `AlreadyOnSale`. Owns its transaction."""
    _set_on_sale(item, on_sale=True, unchanged=AlreadyOnSale(_("%(item)s is already on sale.") % {"item": item}))


def _set_on_sale(item: ConcessionItem, *, on_sale: bool, unchanged: ConcurrentChange) -> None:
    with transaction.atomic():
        row = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        if row.is_active == on_sale:
            raise unchanged
        row.is_active = item.is_active = on_sale
        row.save(update_fields=["is_active"])
