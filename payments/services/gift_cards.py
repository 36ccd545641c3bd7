"""Gift cards sold at the till, looked up, spent, replaced when lost, and taken back in the shift that sold them.

The sale is an advance, not revenue: no order, no points. Orders are paid with a card as with any other tender; what is
refunded of it goes back onto the card (`payments.gateways.gift_card`).
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from cinema.codes import random_code
from cinema.validators import clean_reason
from payments.errors import (
    GiftCardBlocked,
    GiftCardEmpty,
    GiftCardExpired,
    GiftCardNotReturnable,
    GiftCardSoldBefore,
    GiftCardTooLarge,
    GiftCardUnknown,
)
from payments.gift_cards import CODE_LENGTH, hash_of, hashes_of, lock_card, post, valid_until
from payments.models import CashMovement, Gateway, GiftCard, GiftCardMovement, GiftCardReplacement, Payment, Shift
from payments.services.cash import book, check_amount, lock_open_shift

Kind = GiftCardMovement.Kind


def sell_gift_card(
    shift: Shift, *, amount: Decimal, tender: str, request: UUID, at: datetime, actor: User
) -> tuple[GiftCard, str]:
    """Sell a card for an amount that was taken in cash or on the card terminal; returns it with its code.

    The code is stored nowhere. `request` names the form, which sells one card however often it is sent. Raises
    `WrongCashAmount`, `GiftCardTooLarge`, `GiftCardSoldBefore` and `ShiftNotOpen`. Owns its transaction.
    """
    check_amount(amount)
    if amount > settings.GIFT_CARD_LARGEST:
        raise GiftCardTooLarge(settings.GIFT_CARD_LARGEST)
    code = random_code(CODE_LENGTH)
    card = GiftCard(cinema_id=shift.cinema_id, code_hash=hash_of(code), last4=code[-4:], sold_at=at, request=request)
    card.valid_until = valid_until(at)
    try:
        with transaction.atomic():
            row = lock_open_shift(shift)
            card.save(force_insert=True)
            _take_money(card, Kind.SOLD, amount, shift=row, tender=tender, at=at, cashier=actor)
    except IntegrityError as error:
        if GiftCard.objects.filter(request=request).exists():
            raise GiftCardSoldBefore from error
        raise
    card.balance = amount
    return card, code


def of_seller(cinema: Any, *, path: str = "cinema") -> Q:
    """Cards that were sold by the legal entity of the cinema: an advance is settled by whoever took it.

    While no legal entity is entered for the cinema, only its own: nobody knows whose the other cinemas are. `path`
    leads from the rows to the cinema. Reads only.
    """
    if cinema.legal_entity_id is None:
        return Q(**{path: cinema.pk})
    return Q(**{f"{path}__legal_entity": cinema.legal_entity_id})


def find_gift_card(typed: str, *, cinema: Any) -> GiftCard:
    """The card with this code, if it is valid in the cinema: see `of_seller`.

    Raises `GiftCardUnknown`, and `GiftCardBlocked` for the former code of a lost card. Two queries. Reads only.
    """
    hashes = list(hashes_of(typed))
    card = GiftCard.objects.filter(of_seller(cinema), code_hash__in=hashes).first()
    if card is not None:
        return card
    former = GiftCardReplacement.objects.filter(of_seller(cinema, path="card__cinema"), former_hash__in=hashes)
    raise GiftCardBlocked if former.exists() else GiftCardUnknown


def lock_named(card: GiftCard) -> GiftCard:
    """The card as it is now. Raises `GiftCardBlocked` if it has been given another code since it was looked up.

    Must be called inside a transaction (it is locked until its end).
    """
    row = lock_card(card.pk)
    if row.code_hash != card.code_hash:
        raise GiftCardBlocked
    return row


def replace_gift_card(
    card: GiftCard, *, reason: str, shift: Shift, at: datetime, actor: User, decided_by: User
) -> tuple[GiftCard, str]:
    """Block the code of a lost card and give it another one, valid as long as if it was sold now; returns it with the
    new code, which is not stored.

    Nobody has proved by a code that the card is theirs, so a second person decides it (`decided_by`). Raises
    `ReasonNeeded`, `GiftCardEmpty`, `GiftCardBlocked` if it was replaced since it was read, and `ShiftNotOpen`. Owns
    its transaction.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        row = lock_named(card)
        if not row.balance:
            raise GiftCardEmpty
        code = random_code(CODE_LENGTH)
        GiftCardReplacement.objects.create(
            card=row,
            former_hash=row.code_hash,
            former_last4=row.last4,
            balance=row.balance,
            at=at,
            actor=actor,
            decided_by=decided_by,
            shift=lock_open_shift(shift),
            reason=reason,
        )
        row.code_hash, row.last4, row.valid_until = hash_of(code), code[-4:], valid_until(at)
        row.save(update_fields=["code_hash", "last4", "valid_until"])
        return row, code


def gift_cards_of(order: int) -> list[tuple[GiftCard, Decimal]]:
    """The cards that paid for an order, with what each paid. One query. Reads only."""
    paid = GiftCardMovement.objects.filter(kind=Kind.REDEEMED, payment__order=order).select_related("card")
    return [(each.card, -each.amount) for each in paid.order_by("pk")]


def redeem_gift_card(
    card: GiftCard, *, order: int, amount: Decimal, shift: Shift | None, at: datetime, actor: User | None
) -> Payment:
    """Take an amount from the card for a new payment of the order, which the caller books as it books others.

    Raises `GiftCardExpired`, `GiftCardEmpty` if there is less on it, and `ShiftNotOpen`. Must be called inside a
    transaction (the order is locked).
    """
    if card.has_expired(at):
        raise GiftCardExpired
    payment = Payment(order_id=order, gateway=Gateway.GIFT_CARD, amount=amount, created_at=at, actor=actor)
    payment.external_id = f"gift-card-{payment.uid}"
    payment.shift = None if shift is None else lock_open_shift(shift)
    payment.save(force_insert=True)
    post(card, kind=Kind.REDEEMED, amount=-amount, payment=payment, at=at, actor=actor)
    return payment


def take_back_gift_card(
    card: GiftCard, *, reason: str, shift: Shift, at: datetime, actor: User, decided_by: User | None = None
) -> GiftCardMovement:
    """Undo the sale of a card that nobody has used, in the shift that sold it; the money goes back as it came.

    `decided_by` stands in the movement of the card, if it is not the actor, who gives the money out. The caller checks
    the limit. Raises `ReasonNeeded`, `GiftCardNotReturnable`, `ShiftNotOpen` and `NotEnoughCash`. Owns its transaction.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        row = lock_card(card.pk)
        movements = list(row.movements.all())
        if [each.kind for each in movements] != [Kind.SOLD] or movements[0].shift_id != shift.pk:
            raise GiftCardNotReturnable
        open_shift, tender = lock_open_shift(shift), movements[0].tender
        stamps: dict[str, Any] = {"tender": tender, "at": at, "actor": decided_by or actor, "reason": reason}
        return _take_money(row, Kind.TAKEN_BACK, -row.balance, shift=open_shift, cashier=actor, **stamps)


def _take_money(
    card: GiftCard,
    kind: str,
    amount: Decimal,
    *,
    shift: Shift,
    tender: str,
    at: datetime,
    cashier: User,
    **movement_fields: Any,
) -> GiftCardMovement:
    """Book the sale of a card, or its undoing with a negative amount; cash goes into the drawer, or out of it."""
    fields = {"actor": cashier, **movement_fields}
    movement = post(card, kind=kind, amount=amount, shift=shift, tender=tender, at=at, **fields)
    if tender == Gateway.CASH:
        cash: dict[str, Any] = {"kind": CashMovement.Kind.GIFT_CARD, "amount": amount, "gift_card_movement": movement}
        book(shift.drawer, **cash, shift=shift, at=at, actor=cashier)
    return movement
