"""Gift cards at the till: looked up, and an order paid with one, in part or in full."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import rate_limits, require_approval_above_limit
from boxoffice.services.sales import check_terminal
from orders import services
from orders.models import Order
from payments.errors import GiftCardUnknown
from payments.models import GiftCard, GiftCardMovement, Shift
from payments.services import find_gift_card, take_back_gift_card
from screenings.models import Cinema


def look_up(typed: str, *, cinema: Cinema, at: datetime, actor: User) -> GiftCard:
    """The card with this code that is valid in the cinema. Wrong codes count for the cashier.

    Raises `RateLimited` and `GiftCardUnknown`. Owns its transaction.
    """
    cashier = f"staff {actor.pk}"
    rate_limits.check("gift_card", person=cashier, at=at)
    try:
        return find_gift_card(typed, legal_entity=cinema.legal_entity_id)
    except GiftCardUnknown:
        rate_limits.hit("gift_card", person=cashier, at=at)
        raise


def pay_with_gift_card(order: Order, *, card: GiftCard, shift: Shift, at: datetime, actor: User) -> Decimal:
    """Pay what is left of an unpaid order with the card, as far as its balance goes; returns what it paid.

    Raises `CardUnclear`, and as `orders.services.pay_with_gift_card`. Owns its transaction.
    """
    check_terminal(order)
    return services.pay_with_gift_card(order, card=card, shift=shift, at=at, actor=actor)


def take_back(
    card: GiftCard, *, reason: str, shift: Shift, at: datetime, actor: User, decided_by: User | None = None
) -> GiftCardMovement:
    """Undo the sale of an unused card, which counts towards the same limit for one person as refunds.

    `decided_by` is the person whose limit counts, if not the actor. Raises `ApprovalRequired`, and as
    `take_back_gift_card`. Owns its transaction.
    """
    with transaction.atomic():
        done = take_back_gift_card(card, reason=reason, shift=shift, at=at, actor=actor, decided_by=decided_by)
        decider = decided_by or actor
        require_approval_above_limit("orders.refund", -done.amount, actor=decider, approver=None, at=at)
        return done


def sold_in(shift: Shift) -> QuerySet[GiftCard]:
    """The cards that were sold in this shift and not taken back, the latest first. One query. Reads only."""
    kinds = GiftCardMovement.Kind
    sold = GiftCard.objects.filter(movements__shift=shift, movements__kind=kinds.SOLD)
    return sold.exclude(movements__kind=kinds.TAKEN_BACK)
