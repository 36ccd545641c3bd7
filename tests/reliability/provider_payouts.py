"""What Stripe has paid out, for the job that fetches it: the first two payments of the scenario, one each, and a refund
that we know nothing of.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from payments.gateways.stripe_payouts import Payout, Settled
from tests.helpers.factories import NOON, PRICE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def payouts(since: datetime) -> Sequence[Payout]:
    return [Payout(f"po_{number}", (NOON - DAY).date()) for number in range(2)]


def settled_by(payout: Payout) -> Sequence[Settled]:
    number = int(payout.id.removeprefix("po_"))
    at = NOON - 3 * DAY + number * HOUR
    return [
        _settled(f"txn_{number}", "charge", f"ch_{number}", PRICE, at),
        _settled(f"txn_back_{number}", "refund", f"re_{number}", -PRICE, at + HOUR),
        _settled(f"txn_out_{number}", "payout", payout.id, Decimal(0), at + DAY),
    ]


def _settled(key: str, category: str, reference: str, amount: Decimal, at: datetime) -> Settled:
    return Settled(
        id=key, category=category, reference=reference, payment="", amount=amount, fee=Decimal(0),
        currency=settings.CURRENCY, at=at,
    )  # fmt: skip
