"""How the money of a refund goes back, for messages and pages: how much, and through which gateways."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from cinema.money import ZERO
from payments.models import AT_COUNTER, Gateway, Refund

NOT_SENT = AT_COUNTER | {Gateway.ACCOUNT}


@dataclass(frozen=True)
class Part:
    """`way` is a `Gateway`."""

    way: str
    amount: Decimal


@dataclass(frozen=True)
class Returned:
    """The `parts` go back now, first those for which the customer has to do something; `before` was returned outside
    earlier."""

    parts: tuple[Part, ...] = ()
    before: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), ZERO)

    def context(self) -> dict[str, Any]:
        """These values for the context of a message; see `notifications.services.queueing`."""
        first, *further = [{"amount": str(part.amount), "way": part.way} for part in self.parts or [Part("", ZERO)]]
        return {**first, "further": further, "before": str(self.before)}


def returned_by(refunds: Iterable[tuple[Refund, Decimal]]) -> dict[int, Returned]:
    """How each refund returns the price of its lines, by the refund's primary key. One query. Reads only."""
    prices = list(refunds)
    keys = [refund.pk for refund, _price in prices if refund.status == Refund.Status.REQUESTED]
    rows = Refund.objects.filter(Q(pk__in=keys) | Q(along_with__in=keys)).order_by("pk")
    sent: defaultdict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for key, along_with, amount, way in rows.values_list("pk", "along_with", "amount", "payment__gateway"):
        sent[along_with or key][way or ""] += amount
    return {refund.pk: _returned(sent[refund.pk], price=price) for refund, price in prices}


def _returned(sent: Mapping[str, Decimal], *, price: Decimal) -> Returned:
    parts = [Part(way, amount) for way, amount in sent.items() if amount]
    parts.sort(key=lambda part: (part.way not in NOT_SENT, -part.amount))
    return Returned(tuple(parts), before=price - sum(sent.values(), ZERO))
