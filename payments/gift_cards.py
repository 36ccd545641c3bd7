"""Gift cards: their codes, and the only code that changes a balance. Each change is a movement.

A card is locked after orders and before shifts and places of cash; see orders/locks.py.
"""

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, Value

from cinema.keyboards import readings
from cinema.money import ZERO, MoneyField
from payments.errors import GiftCardEmpty
from payments.models import GiftCard, GiftCardMovement

CODE_LENGTH = 16  # 80 random bits: a hash of them needs no salt


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
