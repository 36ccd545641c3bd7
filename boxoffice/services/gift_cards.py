"""Gift cards at the till: sold, sent, looked up, replaced when lost, and an order paid with one, in part or in full."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from accounts.models import User
from accounts.services import rate_limits, require_approval_above_limit
from boxoffice.services.buyers import check_buyer
from boxoffice.services.sales import check_terminal
from notifications.models import MessageKind
from notifications.services import Message, queue
from orders import services
from orders.models import Order
from payments.errors import GiftCardUnknown
from payments.gift_cards import in_groups
from payments.models import GiftCard, GiftCardMovement, Shift
from payments.services import find_gift_card, of_seller, replace_gift_card, sell_gift_card, take_back_gift_card
from screenings.models import Cinema


def look_up(typed: str, *, cinema: Cinema, at: datetime, actor: User) -> GiftCard:
    """The card with this code that is valid in the cinema. Wrong codes count for the cashier.

    Raises `RateLimited`, `GiftCardUnknown` and `GiftCardBlocked`. Owns its transaction.
    """
    cashier = f"staff {actor.pk}"
    rate_limits.check("gift_card", person=cashier, at=at)
    try:
        return find_gift_card(typed, cinema=cinema)
    except GiftCardUnknown:
        rate_limits.hit("gift_card", person=cashier, at=at)
        raise


def pay_with_gift_card(order: Order, *, card: GiftCard, shift: Shift, at: datetime, actor: User) -> Decimal:
    """Pay what is left of an unpaid order with the card, as far as its balance goes; returns what it paid.

    Raises `CardUnclear`, `StaffOrder`, and as `orders.services.pay_with_gift_card`. Owns its transaction.
    """
    check_buyer(order, actor=actor)
    check_terminal(order)
    return services.pay_with_gift_card(order, card=card, shift=shift, at=at, actor=actor)


def sell(
    shift: Shift, *, amount: Decimal, tender: str, request: UUID, email: str, language: str, at: datetime, actor: User
) -> tuple[GiftCard, str]:
    """Sell a card; returns it with its code, which is sent to the e-mail address too, if there is one.

    The code leaves the message as soon as it is sent. Raises as `sell_gift_card`. Owns its transaction.
    """
    with transaction.atomic():
        sold: dict[str, Any] = {"amount": amount, "tender": tender, "request": request}
        card, code = sell_gift_card(shift, **sold, at=at, actor=actor)
        with translation.override(language):
            names = [cinema.shown.name for cinema in taken_in(card)]
        until = card.cinema.local(card.valid_until).isoformat() if card.valid_until else ""
        context = {"amount": str(amount), "gift_code": in_groups(code), "cinemas": names, "valid_until": until}
        message = Message(
            MessageKind.GIFT_CARD, email, f"gift card {card.pk}", language, context, cinema=card.cinema_id
        )
        queue([message], at=at)
        return card, code


def taken_in(card: GiftCard) -> QuerySet[Cinema]:
    """The cinemas where it pays: those of its seller. One query. Reads only."""
    entity = card.cinema.legal_entity_id
    cinemas = Cinema.objects.filter(pk=card.cinema_id) if entity is None else Cinema.objects.filter(legal_entity=entity)
    return cinemas.order_by("name", "pk")


def lost_cards(cinema: Cinema, *, last4: str = "", amount: Decimal | None = None) -> QuerySet[GiftCard]:
    """The cards that a guest may have lost, by their last four characters, or by what they were sold for, the latest
    first. At most one query. Reads only.
    """
    cards = GiftCard.objects.filter(of_seller(cinema), balance__gt=0)
    if last4:
        return cards.filter(last4=last4.upper())
    sold = GiftCardMovement.objects.filter(kind=GiftCardMovement.Kind.SOLD, amount=amount)
    return cards.filter(movements__in=sold) if amount else cards.none()


def replace(
    card: GiftCard, *, reason: str, shift: Shift, at: datetime, actor: User, decided_by: User
) -> tuple[GiftCard, str]:
    """Block a lost card and give it another code, which counts towards the limit for refunds of whoever decided it.

    Raises `ApprovalRequired`, and as `replace_gift_card`. Owns its transaction.
    """
    with transaction.atomic():
        new, code = replace_gift_card(card, reason=reason, shift=shift, at=at, actor=actor, decided_by=decided_by)
        require_approval_above_limit("orders.refund", new.balance, actor=decided_by, approver=None, at=at)
        return new, code


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
