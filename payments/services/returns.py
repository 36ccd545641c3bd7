"""How the money of a refund goes back, for messages and pages: how much, and through which gateway."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cinema.money import ZERO
from payments.models import Payment, Refund


@dataclass(frozen=True)
class Returned:
    """`amount` goes back now by `way` (a `Gateway`, or empty for nothing); `before` was returned outside earlier."""

    amount: Decimal = ZERO
    way: str = ""
    before: Decimal = ZERO

    def context(self) -> dict[str, Any]:
        """These values for the context of a message; see `notifications.services.queueing`."""
        return {"amount": str(self.amount), "way": self.way, "before": str(self.before)}


def returned_by(refunds: Iterable[tuple[Refund, Decimal]]) -> dict[int, Returned]:
    """How each refund returns the price of its lines, by the refund's primary key. One query. Reads only."""
    prices = list(refunds)
    sent = {refund.pk: refund.amount for refund, _price in prices if refund.status == Refund.Status.REQUESTED}
    ways = dict(Payment.objects.filter(refunds__in=sent.keys()).values_list("refunds", "gateway"))
    return {
        refund.pk: Returned(sent.get(refund.pk, ZERO), ways.get(refund.pk, ""), price - sent.get(refund.pk, ZERO))
        for refund, price in prices
    }
