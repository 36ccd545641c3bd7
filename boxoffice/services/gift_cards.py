"""Gift cards at the till: looked up, and an order paid with one, in part or in full."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import rate_limits, require_approval_above_limit
from boxoffice.services.sales import check_terminal, left_to_pay
from orders.errors import AlreadyPaid
from orders.locks import lock_order
from orders.models import Order
from orders.services import mark_paid
from payments.errors import GiftCardEmpty, GiftCardUnknown
from payments.gift_cards import lock_card
from payments.models import Gateway, GiftCard, GiftCardMovement, Payment, Shift
from payments.services import find_gift_card, redeem_gift_card, take_back_gift_card
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

    It is a part of the price, or all of it, as with any other tender. Raises `AlreadyPaid`, `CardUnclear`,
    `GiftCardEmpty` and `ShiftNotOpen`. Owns its transaction.
    """
    check_terminal(order)
    with transaction.atomic():
        row = lock_order(order)
        amount = min(lock_card(card.pk).balance, left_to_pay(row))
        if row.status not in Order.UNPAID:
            raise AlreadyPaid(
                _("Order %(order)s is not awaiting payment, so no payment can be taken.") % {"order": row}
            )
        if not amount:
            raise GiftCardEmpty
        number = f"gift-card-{uuid.uuid4()}"
        paid: dict[str, Any] = {"gateway": Gateway.GIFT_CARD, "amount": amount, "external_id": number, "part": True}
        mark_paid(row, **paid, at=at, actor=actor, shift=shift)
        payment = Payment.objects.get(gateway=Gateway.GIFT_CARD, external_id=number)
        redeem_gift_card(card, payment=payment, at=at, actor=actor)
        return amount


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
