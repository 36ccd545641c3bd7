"""Gift cards in the shop: a code is looked up, what it covers is shown, and the card pays once the customer says so.

The browser's session remembers which card was named for which order, by the hash of its code.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.services import rate_limits
from cinema.http import client_address
from orders.models import Order
from orders.services import left_to_pay, pay_online_with_gift_card
from payments.errors import GiftCardEmpty, GiftCardExpired, GiftCardUnknown
from payments.gateways import smallest_payment
from payments.gift_cards import covered
from payments.models import GiftCard
from payments.services import find_gift_card
from screenings.models import Cinema

NAMED = "gift_cards"  # in the session: the hash of the card's code by the primary key of the order
REMEMBERED = 5  # orders of one browser


@dataclass(frozen=True)
class Offer:
    """What a card would pay of an order, and what is left to pay in another way."""

    card: GiftCard
    pays: Decimal
    left: Decimal


def look_up(request: HttpRequest, typed: str, *, cinema: Cinema, at: datetime) -> GiftCard:
    """The card with this code that is valid in the cinema and has money on it.

    It is looked up before anything is counted, so that whoever has a card is always served; wrong codes count for the
    IP address. Raises `GiftCardUnknown`, `GiftCardBlocked`, `GiftCardEmpty`, `GiftCardExpired` and `RateLimited`. Owns
    its transaction.
    """
    try:
        card = find_gift_card(typed, cinema=cinema)
    except GiftCardUnknown:
        rate_limits.hit("gift_card", address=client_address(request), at=at)
        raise
    if not card.balance:
        raise GiftCardEmpty
    if card.has_expired(at):
        raise GiftCardExpired
    return card


def name(request: HttpRequest, order: Order, card: GiftCard | None) -> None:
    """Remember the card for this order in this browser; None forgets it. The session is saved with the
    response. Owns its transaction.
    """
    named: dict[str, Any] = dict(request.session.get(NAMED, {}))
    named.pop(str(order.pk), None)
    if card is not None:
        named[str(order.pk)] = card.code_hash
    request.session[NAMED] = dict(list(named.items())[-REMEMBERED:])


def named(request: HttpRequest, order: Order) -> GiftCard | None:
    """The card that this browser named for the order. One query, if any. Reads only."""
    code_hash = request.session.get(NAMED, {}).get(str(order.pk))
    return None if code_hash is None else GiftCard.objects.filter(code_hash=code_hash, balance__gt=0).first()


def offer(request: HttpRequest, order: Order) -> Offer | None:
    """What the card that this browser named would pay. Two queries, if any. Reads only."""
    card = named(request, order)
    if card is None:
        return None
    left = left_to_pay(order)
    pays = covered(card.balance, left=left, least=smallest_payment())
    return Offer(card, pays, left - pays)


def pay(request: HttpRequest, order: Order, *, at: datetime, actor: User | None) -> Decimal:
    """Pay with the card that this browser named; returns the amount. Raises `GiftCardUnknown` if it named none, and as
    `pay_online_with_gift_card`. Must not be called inside a transaction: it talks to a network.
    """
    card = named(request, order)
    if card is None:
        raise GiftCardUnknown
    paid = pay_online_with_gift_card(order, card=card, least=smallest_payment(), at=at, actor=actor)
    name(request, order, None)
    return paid
