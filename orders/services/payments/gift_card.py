"""Pays orders with a gift card, in part or in full, at the till and in the shop."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from orders.errors import AlreadyPaid, PaymentInProgress
from orders.locks import lock_order
from orders.models import Order
from orders.services.payments.gateway import refuse_unpayable, settle_payment
from orders.services.payments.settlement import left_to_pay, mark_paid
from payments.errors import GiftCardEmpty, GiftCardTooLittle
from payments.gift_cards import covered
from payments.models import MANUAL_GATEWAYS, GiftCard, Payment, Shift
from payments.services import lock_named, redeem_gift_card


def pay_with_gift_card(
    order: Order, *, card: GiftCard, shift: Shift | None = None, at: datetime, actor: User | None = None
) -> Decimal:
    """Pay what is left of an unpaid order with the card, as far as its balance goes; returns what it paid.

    It is a part of the price, or all of it, as with any other tender. Raises `AlreadyPaid`, `GiftCardEmpty`,
    `GiftCardBlocked` and `ShiftNotOpen`. Owns its transaction.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status not in Order.UNPAID:
            raise AlreadyPaid(row)
        amount = covered(lock_named(card).balance, left=left_to_pay(row))
        if not amount:
            raise GiftCardEmpty
        _redeem(row, card=card, amount=amount, shift=shift, at=at, actor=actor)
        return amount


def pay_online_with_gift_card(
    order: Order, *, card: GiftCard, least: Decimal, at: datetime, actor: User | None = None
) -> Decimal:
    """Like `pay_with_gift_card`, for a customer who pays the rest, nothing or at least `least`, at a gateway.

    Pages of gateways on which a payment is open are closed first. One that cannot be closed takes the price that it was
    opened with: then the card pays only if it covers everything, and money that comes as well is returned. Raises
    `NotPayable`, `PaymentInProgress`, `GiftCardEmpty`, `GiftCardBlocked` and `GiftCardTooLittle`. Must not be called
    inside a transaction: it talks to a network.
    """
    for payment in _in_flight(order):
        settle_payment(payment, close=True, at=at)
    with transaction.atomic(durable=True):
        row = lock_order(order)
        refuse_unpayable(row, at=at)
        left, balance = left_to_pay(row), lock_named(card).balance
        amount = covered(balance, left=left, least=least)
        if not balance:
            raise GiftCardEmpty
        if not amount:
            raise GiftCardTooLittle(least)
        if amount < left and _in_flight(row):
            raise PaymentInProgress(
                _(
                    "You have already opened the payment page for this order, so a gift card can’t pay a part of it. "
                    "Pay there, or press “Change tickets, snacks or discounts” and enter the card before you pay."
                )
            )
        _redeem(row, card=card, amount=amount, shift=None, at=at, actor=actor)
        return amount


def _in_flight(order: Order) -> list[Payment]:
    open_ones = Payment.objects.filter(order=order, status=Payment.Status.PENDING)
    return list(open_ones.exclude(gateway__in=MANUAL_GATEWAYS).order_by("pk"))


def _redeem(
    order: Order, *, card: GiftCard, amount: Decimal, shift: Shift | None, at: datetime, actor: User | None
) -> None:
    payment = redeem_gift_card(card, order=order.pk, amount=amount, shift=shift, at=at, actor=actor)
    taken: dict[str, Any] = {"gateway": payment.gateway, "amount": amount, "external_id": payment.external_id}
    mark_paid(order, **taken, part=True, at=at, actor=actor)
