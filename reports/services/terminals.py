"""Find the box office's card payments and refunds that the lines of an acquirer's file are about.

A line is matched by its reference: the RRN that the cashier copied from the slip, or the number that we stored. Where
we know neither, it is matched by its calendar date and its amount: the first of our payments of that day and amount
that has no line yet, one without an RRN before one with another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from payments.models import Gateway, Payment, Refund
from reports.models import PayoutLine
from reports.services.operations import Operation
from screenings.models import Cinema

Ours = Payment | Refund
Kind = PayoutLine.Kind
A_DAY = timedelta(days=1)


def with_ours(
    operations: Sequence[Operation], cinemas: Collection[Cinema] | None
) -> list[tuple[Operation, Ours | None]]:
    """Each operation with the payment or refund that it is about, if there is one. Four queries. Reads only."""
    found: dict[str, Ours] = {}
    for kind in (Kind.PAYMENT, Kind.REFUND):
        of_kind = [each for each in operations if each.kind == kind]
        if not of_kind:
            continue
        without_line = _without_line(kind, cinemas)
        references = [each.reference for each in of_kind if each.reference]
        known = without_line.filter(Q(external_id__in=references) | Q(rrn__in=references))
        by_reference = {each: ours for ours in known for each in (ours.rrn, ours.external_id) if each in references}
        for each in of_kind:
            if each.reference in by_reference:
                ours = by_reference[each.reference]
                if ours not in found.values():
                    found[each.identity] = ours
        taken = {ours.pk for ours in found.values() if isinstance(ours, _model(kind))}
        by_day: defaultdict[tuple[date, Decimal], list[Ours]] = defaultdict(list)
        for ours in sorted(_on_days(without_line, of_kind), key=lambda ours: bool(ours.rrn)):
            if ours.pk not in taken:
                by_day[_day(ours), ours.amount].append(ours)
        for each in of_kind:
            if each.identity not in found and each.day and (same := by_day.get((each.day, each.amount))):
                found[each.identity] = same.pop(0)
    return [(each, found.get(each.identity)) for each in operations]


def missing(operations: Sequence[Operation], cinemas: Collection[Cinema] | None) -> Iterator[Ours]:
    """Payments and refunds of the days from the first to the last of the operations that are in no file. Two queries.
    Reads only.
    """
    for kind in (Kind.PAYMENT, Kind.REFUND):
        yield from _on_days(_without_line(kind, cinemas, or_missing=False), operations)


def _without_line(kind: str, cinemas: Collection[Cinema] | None, *, or_missing: bool = True) -> QuerySet[Any]:
    """Those that no file has; with `or_missing` also those of which a line says that."""
    model, path, on_line = (
        (Payment, "gateway", "payment") if kind == Kind.PAYMENT else (Refund, "payment__gateway", "refund")
    )
    lines = PayoutLine.objects.filter(**{on_line: OuterRef("pk")})
    if or_missing:
        lines = lines.exclude(outcome=PayoutLine.Outcome.MISSING_THERE)
    of_cinemas = Q() if cinemas is None else Q(order__cinema__in=[cinema.pk for cinema in cinemas])
    moved = Q(moved_from__isnull=False) if kind == Kind.PAYMENT else Q(external_id__startswith=Refund.MOVED)
    rows: QuerySet[Any] = model._default_manager.filter(
        of_cinemas, ~moved, ~Exists(lines), **{path: Gateway.CARD_TERMINAL}, status=model.Status.SUCCEEDED, amount__gt=0
    )
    return rows.select_related("order__cinema").order_by("succeeded_at", "pk")


def _on_days(rows: QuerySet[Any], operations: Iterable[Operation]) -> list[Ours]:
    """The rows of the calendar dates, by the clock of their cinema, from the first to the last of the operations."""
    days = [each.day for each in operations if each.day is not None]
    if not days:
        return []
    first, last = min(days), max(days)
    near = rows.filter(succeeded_at__date__gte=first - A_DAY, succeeded_at__date__lte=last + A_DAY)
    return [ours for ours in near if first <= _day(ours) <= last]


def _day(ours: Ours) -> date:
    assert ours.succeeded_at is not None
    return ours.succeeded_at.astimezone(ours.order.cinema.zone).date()


def _model(kind: str) -> type[Ours]:
    return Payment if kind == Kind.PAYMENT else Refund
