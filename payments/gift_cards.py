"""Gift cards: their codes, and the only code that changes a balance. Each change is a movement.

A card is locked after orders and before shifts and places of cash; see orders/locks.py.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Value

from cinema.keyboards import readings
from cinema.money import ZERO, MoneyField
from payments.errors import GiftCardEmpty
from payments.models import GiftCard, GiftCardMovement, Refund

CODE_LENGTH = 16  # 80 random bits: a hash of them needs no salt


def valid_until(at: datetime) -> datetime | None:
    """Until when a card is valid that is sold now, or gets a new code; None if cards do not expire."""
    return at + settings.GIFT_CARD_VALIDITY if settings.GIFT_CARD_VALIDITY else None


def in_groups(code: str) -> str:
    """The code as it is printed: 4 groups of 4."""
    return " ".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def hash_of(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def hashes_of(typed: str) -> Iterable[str]:
    """Of what somebody may have typed or scanned, with or without spaces and dashes, on any keyboard."""
    close = "".join(typed.split()).replace("-", "")[: 2 * CODE_LENGTH]
    return [hash_of(code) for code in readings(close)]


def lock_card(key: int) -> GiftCard:
    """The card as it is now. Must be called inside a transaction (it is locked until its end)."""
    return GiftCard.objects.select_for_update(of=("self",), no_key=True).get(pk=key)


def post(card: GiftCard, *, kind: str, amount: Decimal, **movement: Any) -> GiftCardMovement:
    """Change the balance by a signed amount and record the movement. Raises `GiftCardEmpty`.

    Must be called inside a transaction (the card is locked by its change).
    """
    rows = GiftCard.objects.filter(pk=card.pk)
    if amount < ZERO:
        rows = rows.filter(balance__gte=-amount)
    if not rows.update(balance=F("balance") + Value(amount, MoneyField())):
        raise GiftCardEmpty
    return GiftCardMovement.objects.create(card=card, kind=kind, amount=amount, **movement)


def covered(balance: Decimal, *, left: Decimal, least: Decimal = ZERO) -> Decimal:
    """What a card pays of `left`, such that nothing remains to be paid in another way, or at least `least`."""
    paid = min(balance, left)
    if ZERO < left - paid < least:
        paid = left - least
    return max(paid, ZERO)


def number_of(refund: Refund) -> str:
    """The reference of a refund that is back on its card."""
    return f"gift-card-{refund.uid}"


def cards_of(refunds: Iterable[Refund]) -> dict[int, int]:
    """The card that each payment of the refunds was made with; others are left out. One query. Reads only."""
    payments = [refund.payment_id for refund in refunds]
    paid = GiftCardMovement.objects.filter(payment__in=payments)
    return {payment: card for payment, card in paid.values_list("payment", "card") if payment is not None}


def put_back(refunds: Sequence[Refund], cards: dict[int, int]) -> None:
    """Book saved refunds onto their cards, each of them once. Five queries for any number of refunds.

    Must be called inside a transaction (the cards are locked here, by primary key).
    """
    keys = {cards[refund.payment_id] for refund in refunds if refund.payment_id}
    locked = GiftCard.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    rows = {card.pk: card for card in locked}
    booked = set(GiftCardMovement.objects.filter(refund__in=refunds).values_list("refund", flat=True))
    movements = []
    for refund in refunds:
        if refund.pk in booked or not refund.payment_id:
            continue
        card = rows[cards[refund.payment_id]]
        card.balance += refund.amount
        kind, fields = GiftCardMovement.Kind.REFUNDED, {"at": refund.requested_at, "actor": refund.actor}
        movements.append(GiftCardMovement(card=card, kind=kind, amount=refund.amount, refund=refund, **fields))
    GiftCard.objects.bulk_update(rows.values(), ["balance"])
    GiftCardMovement.objects.bulk_create(movements)
