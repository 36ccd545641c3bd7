"""Alerts staff once when an item's stock becomes low, and suggests how much to order."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Coalesce

from accounts.models import User
from cinema.status import ConcurrentChange
from concessions.models import ConcessionItem, ReorderSuggestion
from notifications.models import MessageKind
from notifications.services import Message, queue

PERMISSION = "concessions.change_concessionitem"


def alert_low_stock(items: Sequence[ConcessionItem], *, at: datetime) -> None:
    """Alert staff to items that are low, and suggest an order: see `ConcessionItem.suggested_order`.

    All staff of the item's cinema who may change its items are alerted in their own language, and again only after the
    item has recovered. A constant number of queries on PostgreSQL. Must be called inside a transaction (the items are
    locked and were read afterwards).
    """
    stamped = (
        ConcessionItem.objects.low(at)
        .filter(pk__in=[item.pk for item in items])
        .update(low_alerted_at=at, low_since=Coalesce("low_since", at))
    )
    if stamped != len(items):
        raise ConcurrentChange(f"{len(items) - stamped} × {ConcessionItem._meta.verbose_name_plural}")
    prefetch_related_objects(items, "cinema")
    staff = _staff({item.cinema_id for item in items})
    queue([_message(item, to, at=at) for item in items for to in staff[item.cinema_id]], at=at)
    _suggest(items, at=at)


def reset_low_stock_alerts(items: Sequence[ConcessionItem], *, at: datetime) -> None:
    """Clear the alert of recovered items, so that staff are alerted again when they become low. One query.

    Must be called inside a transaction (the items are locked and were read afterwards).
    """
    ConcessionItem.objects.recovered(at).filter(pk__in=[item.pk for item in items]).update(
        low_alerted_at=None, low_since=None
    )


def _staff(cinemas: set[int]) -> dict[int, list[User]]:
    """The staff to alert for each cinema: active, with access to the cinema, and allowed to change its items."""
    assigned = set(User.cinemas.through.objects.filter(cinema_id__in=cinemas).values_list("cinema_id", "user_id"))
    people = list(
        ModelBackend()
        .with_perm(PERMISSION)
        .filter(Q(all_cinemas=True) | Q(pk__in={user for _cinema, user in assigned}), is_staff=True)
        .order_by("pk")
    )
    return {
        cinema: [person for person in people if person.all_cinemas or (cinema, person.pk) in assigned]
        for cinema in cinemas
    }


def _message(item: ConcessionItem, to: User, *, at: datetime) -> Message:
    drop = (item.low_since or at).astimezone(UTC)
    return Message(
        kind=MessageKind.LOW_STOCK,
        recipient=to.email,
        occasion=f"item {item.pk} low since {drop.isoformat()}",
        language=to.preferred_language,
        cinema=item.cinema_id,
        context={
            "cinema": item.cinema.name,
            "item": item.name,
            "stock": item.stock_quantity,
            "threshold": item.threshold,
            "suggested": item.suggested_order,
        },
    )


def _suggest(items: Sequence[ConcessionItem], *, at: datetime) -> None:
    """Create an open suggestion for each item, or update the existing one unless it was already ordered."""
    quantities = {item.pk: item.suggested_order for item in items}
    existing = ReorderSuggestion.objects.filter(concession_item__in=items, settled_at__isnull=True)
    known = {suggestion.concession_item_id: suggestion for suggestion in existing}
    to_update = [suggestion for suggestion in known.values() if suggestion.ordered_at is None]
    for suggestion in to_update:
        suggestion.quantity, suggestion.suggested_at = quantities[suggestion.concession_item_id], at
    ReorderSuggestion.objects.bulk_update(to_update, ["quantity", "suggested_at"])
    ReorderSuggestion.objects.bulk_create(
        [
            ReorderSuggestion(concession_item=item, quantity=quantities[item.pk], suggested_at=at)
            for item in items
            if item.pk not in known
        ]
    )
