"""Find the box office's card payments and refunds that the lines of an acquirer's file are about, also those of gift
cards: a sale is a payment, and a sale undone is a refund.

A line is matched by its reference: the RRN that the cashier copied from the slip, or the number that we stored. Where
we know neither, it is matched by its calendar date and its amount: the first of our payments of that day and amount
that has no line yet, one without an RRN before one with another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from payments.models import Gateway, GiftCardMovement, Payment, Refund
from reports.models import BusinessDay, MoneyFigures, PayoutLine
from reports.services.operations import Operation
from screenings.models import Cinema

Ours = Payment | Refund | GiftCardMovement
Kind = PayoutLine.Kind
A_DAY = timedelta(days=1)
FILE_WITHIN = timedelta(days=7)  # an acquirer’s file is there
LOOKED_BACK = timedelta(days=60)  # for days without one


@dataclass(frozen=True)
class Facts:
    """What a line of a file says of ours; the amount is never negative."""

    kind: str
    amount: Decimal
    cinema: Cinema
    at: datetime
    reference: str
    rrn: str


def facts_of(ours: Ours) -> Facts:
    """The facts of a payment, refund or movement of a gift card, read with its cinema. Reads only."""
    if isinstance(ours, GiftCardMovement):
        kind = Kind.PAYMENT if ours.kind == GiftCardMovement.Kind.SOLD else Kind.REFUND
        return Facts(kind, abs(ours.amount), ours.card.cinema, ours.at, str(ours.card), "")
    assert ours.succeeded_at is not None
    kind = Kind.PAYMENT if isinstance(ours, Payment) else Kind.REFUND
    return Facts(kind, ours.amount, ours.order.cinema, ours.succeeded_at, ours.external_id, ours.rrn)


def with_ours(
    operations: Sequence[Operation], cinemas: Collection[Cinema] | None
) -> list[tuple[Operation, Ours | None]]:
    """Each operation with the payment or refund that it is about, if there is one. Six queries. Reads only."""
    found: dict[str, Ours] = {}
    for kind in (Kind.PAYMENT, Kind.REFUND):
        of_kind = [each for each in operations if each.kind == kind]
        if not of_kind:
            continue
        without_line = _without_line(kind, cinemas)
        references = [each.reference for each in of_kind if each.reference]
        known = without_line.filter(Q(external_id__in=references) | Q(rrn__in=references))
        by_reference = {each: ours for ours in known for each in (ours.rrn, ours.external_id) if each in references}
        taken: set[Ours] = set()
        for each in of_kind:
            if (named := by_reference.get(each.reference)) and named not in taken:
                found[each.identity] = named
                taken.add(named)
        by_day: defaultdict[tuple[date, Decimal], list[Ours]] = defaultdict(list)
        candidates = [*_on_days(without_line, of_kind), *_on_days(_cards_without_line(kind, cinemas), of_kind)]
        for ours in sorted(candidates, key=lambda ours: (bool(facts_of(ours).rrn), facts_of(ours).at)):
            if ours not in taken:
                by_day[_day(ours), facts_of(ours).amount].append(ours)
        for each in of_kind:
            if each.identity not in found and each.day and (same := by_day.get((each.day, each.amount))):
                found[each.identity] = same.pop(0)
    return [(each, found.get(each.identity)) for each in operations]


def missing(operations: Sequence[Operation], cinemas: Collection[Cinema] | None) -> Iterator[Ours]:
    """Payments, refunds and gift cards of the days from the first to the last of the operations that are in no file.
    Four queries. Reads only.
    """
    for kind in (Kind.PAYMENT, Kind.REFUND):
        yield from _on_days(_without_line(kind, cinemas, or_missing=False), operations)
        yield from _on_days(_cards_without_line(kind, cinemas, or_missing=False), operations)


def days_without_file(*, at: datetime) -> QuerySet[BusinessDay]:
    """The closed days that took cards on terminals and of which an acquirer's file says nothing a week later, in the
    cinemas that have had such a file. Reads only.
    """
    terminal = PayoutLine.objects.filter(gateway=Gateway.CARD_TERMINAL)
    of_day = {"payment__succeeded_at__gte": OuterRef("starts_at"), "payment__succeeded_at__lt": OuterRef("ends_at")}
    taken = MoneyFigures.objects.filter(day=OuterRef("pk"), tender=Gateway.CARD_TERMINAL, received__gt=0)
    return BusinessDay.objects.filter(
        Exists(taken),
        Exists(terminal.filter(cinema=OuterRef("cinema"))),
        ~Exists(terminal.filter(payment__order__cinema=OuterRef("cinema"), **of_day)),
        ends_at__range=(at - LOOKED_BACK, at - FILE_WITHIN),
    )


def _without_line(kind: str, cinemas: Collection[Cinema] | None, *, or_missing: bool = True) -> QuerySet[Any]:
    """Those that no file has; with `or_missing` also those of which a line says that."""
    model, path, on_line = (
        (Payment, "gateway", "payment") if kind == Kind.PAYMENT else (Refund, "payment__gateway", "refund")
    )
    of_cinemas = Q() if cinemas is None else Q(order__cinema__in=[cinema.pk for cinema in cinemas])
    moved = Q(moved_from__isnull=False) if kind == Kind.PAYMENT else Q(external_id__startswith=Refund.MOVED)
    rows: QuerySet[Any] = model._default_manager.filter(
        of_cinemas,
        ~moved,
        ~_on_a_line(on_line, or_missing),
        **{path: Gateway.CARD_TERMINAL},
        status=model.Status.SUCCEEDED,
        amount__gt=0,
    )
    return rows.select_related("order__cinema").order_by("succeeded_at", "pk")


def _cards_without_line(
    kind: str, cinemas: Collection[Cinema] | None, *, or_missing: bool = True
) -> QuerySet[GiftCardMovement]:
    """Gift cards sold on the terminal, or taken back there, that no file has; `or_missing` as for payments."""
    kinds = GiftCardMovement.Kind
    rows = GiftCardMovement.objects.filter(
        ~_on_a_line("gift_card", or_missing),
        kind=kinds.SOLD if kind == Kind.PAYMENT else kinds.TAKEN_BACK,
        tender=Gateway.CARD_TERMINAL,
    )
    if cinemas is not None:
        rows = rows.filter(card__cinema__in=[cinema.pk for cinema in cinemas])
    return rows.select_related("card__cinema").order_by("at", "pk")


def _on_a_line(on_line: str, or_missing: bool) -> Exists:
    lines = PayoutLine.objects.filter(**{on_line: OuterRef("pk")})
    return Exists(lines.exclude(outcome=PayoutLine.Outcome.MISSING_THERE) if or_missing else lines)


def _on_days(rows: QuerySet[Any], operations: Iterable[Operation]) -> list[Ours]:
    """The rows of the calendar dates, by the clock of their cinema, from the first to the last of the operations."""
    days = [each.day for each in operations if each.day is not None]
    if not days:
        return []
    first, last = min(days), max(days)
    instant = "at" if rows.model is GiftCardMovement else "succeeded_at"
    near = rows.filter(**{f"{instant}__date__gte": first - A_DAY, f"{instant}__date__lte": last + A_DAY})
    return [ours for ours in near if first <= _day(ours) <= last]


def _day(ours: Ours) -> date:
    facts = facts_of(ours)
    return facts.at.astimezone(facts.cinema.zone).date()
