"""What Stripe has paid out automatically, and the operations that each payout settles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from payments.gateways.stripe import _call, _money

PAGE = 100  # rows of an answer; Stripe allows no more


@dataclass(frozen=True)
class Payout:
    id: str
    paid_on: date  # when the money reached the account


@dataclass(frozen=True)
class Settled:
    """An operation. The amount of a refund is negative, as Stripe has it."""

    id: str  # of the balance transaction, by which the itemized report calls it too
    category: str  # `reporting_category`
    reference: str  # of the charge or refund
    payment: str  # the `uid` of ours, where Stripe knows it
    amount: Decimal
    fee: Decimal
    currency: str
    at: datetime


def payouts(since: datetime) -> Sequence[Payout]:
    """Automatic payouts that were made since and have arrived. Talks to Stripe; raises `GatewayError`."""
    query = {"status": "paid", "created": {"gte": int(since.timestamp())}, "limit": PAGE}
    return _call(
        lambda stripe: [
            Payout(each.id, datetime.fromtimestamp(each.arrival_date, UTC).date())
            for each in stripe.payouts.list(query).auto_paging_iter()
            if each.automatic
        ]
    )


def settled_by(payout: Payout) -> Sequence[Settled]:
    """All operations of a payout. Talks to Stripe; raises `GatewayError`."""
    query = {"payout": payout.id, "limit": PAGE, "expand": ["data.source"]}
    return _call(lambda stripe: [_settled(each) for each in stripe.balance_transactions.list(query).auto_paging_iter()])


def _settled(row: Any) -> Settled:
    source = row.source
    metadata = getattr(source, "metadata", None)
    return Settled(
        id=row.id,
        category=row.reporting_category,
        reference=str(getattr(source, "id", None) or row.id),
        payment=str(getattr(metadata, "payment", None) or ""),
        amount=_money(row.amount),
        fee=_money(row.fee),
        currency=row.currency.upper(),
        at=datetime.fromtimestamp(row.created, UTC),
    )
