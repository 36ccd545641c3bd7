"""Money of one order that pays for another: it stays where it is, and keeps the way in which it was paid.

In the books of each tender it went back for the old order and came for the new one at the same moment. A refund of the
new order goes back through the original payment.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from cinema.money import ZERO, split
from cinema.status import transition
from payments.gift_cards import post
from payments.models import Gateway, GiftCard, GiftCardMovement, Payment, Refund
from payments.services.ledger import balances, save_refunds

Kind = GiftCardMovement.Kind
Pay = Callable[[str, Decimal, str], object]


def move_money(refunds: Sequence[Refund], *, amount: Decimal, pay: Pay, at: datetime) -> None:
    """Keep `amount` of these requested refunds of one order, in proportion, for another one; the rest still goes back.

    `pay(gateway, amount, external_id)` books each part for the other order. The first refund is the one with the items.
    Must be called inside a transaction (the orders are locked, and nobody else has seen the refunds yet).
    """
    rests = []
    for refund, part in zip(refunds, split(amount, [each.amount for each in refunds]), strict=True):
        paid = refund.payment
        if not part or paid is None:
            continue
        if refund.amount > part:
            fields = {"reason": refund.reason, "actor": refund.actor, "along_with": refunds[0]}
            rest = refund.amount - part
            rests.append(Refund(order_id=refund.order_id, payment=paid, amount=rest, requested_at=at, **fields))
        number = f"{Refund.MOVED}{uuid4()}"
        transition([refund], Refund.Status.SUCCEEDED, amount=part, external_id=number, succeeded_at=at)
        pay(paid.gateway, part, number)
        payment = Payment.objects.get(gateway=paid.gateway, external_id=number)
        root = paid.moved_from_id or paid.pk
        Payment.objects.filter(pk=payment.pk).update(moved_from=root, next_poll_at=None)
        if paid.gateway == Gateway.GIFT_CARD:
            card = GiftCard.objects.get(movements__payment=paid)
            post(card, kind=Kind.REFUNDED, amount=part, refund=refund, at=at, actor=refund.actor)
            post(card, kind=Kind.REDEEMED, amount=-part, payment=payment, at=at, actor=refund.actor)
    save_refunds(rests)


def parts_to_book(payment: Payment, amount: Decimal, *, orders: Collection[int]) -> list[tuple[Payment, Decimal]]:
    """The payments that an amount reduces which the gateway sent back of this one: itself, as far as there is something
    left of it, then what was moved from it to the other ones of these (locked) orders, the latest first.

    All of it reduces this one if nothing was moved, or if less is left of all of them. At most two queries. Reads only.
    """
    moved = list(payment.moved_to.filter(order__in=orders).order_by("-pk"))
    left = {key: rest for each in balances(orders).values() for key, rest in each.left.items()} if moved else {}
    chain = [(each, max(left.get(each.pk, ZERO), ZERO)) for each in (payment, *moved)]
    if not moved or sum((rest for _each, rest in chain), ZERO) < amount:
        return [(payment, amount)]
    parts = []
    for each, rest in chain:
        if part := min(rest, amount):
            parts.append((each, part))
            amount -= part
    return parts
