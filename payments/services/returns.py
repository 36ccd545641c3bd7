"""How the money of a refund goes back, for messages and pages: how much, and through which gateway."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from cinema.money import ZERO
from payments.models import Refund


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
    """How each refund returns the price of its lines, by the refund's primary key. One query. Reads only.

    Where several payments are paid back, the way is that of the largest part, and the amount that of all.
    """
    prices = list(refunds)
    keys = [refund.pk for refund, _price in prices if refund.status == Refund.Status.REQUESTED]
    parts = Refund.objects.filter(Q(pk__in=keys) | Q(along_with__in=keys)).order_by("amount", "-pk")
    ways: dict[int, str] = {}
    sent: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for key, along_with, amount, way in parts.values_list("pk", "along_with", "amount", "payment__gateway"):
        ways[along_with or key] = way or ""
        sent[along_with or key] += amount
    return {
        refund.pk: Returned(sent[refund.pk], ways.get(refund.pk, ""), price - sent[refund.pk])
        for refund, price in prices
    }
