"""Actions that are worth a look: who refunds, cancels and gives away how much, against their colleagues."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import User
from allocations.models import Comp
from bonuses.models import BonusTransaction
from orders.models import Ticket
from reports.catalogue.takings import subtitle
from reports.counting.actions import LATE
from reports.models import Action, ActionFigures
from reports.reading import Period, sums
from reports.tables import Column, Kind, Table
from screenings.models import TicketType

#: A rate is pointed out from so many actions on, and if it is so many times that of all the others together.
FEWEST, TIMES = 3, 2
POINTS = "points"

Counts = Mapping[int, int]  # by person


def actions(period: Period, *, with_points: bool) -> Table:
    """The actions of each member of staff. At most five queries.

    Points belong to no cinema, so they are counted live, and `with_points` is for people who work for all of them.
    """
    counted: dict[str, Counter[int]] = {action.value: Counter() for action in Action}
    for found in sums(ActionFigures, period, by=["person_id", "action"]):
        if found["number"] > 0:  # what is known by now; a correction may have taken all away
            counted[found["action"]][found["person_id"]] = found["number"]
    handled = counted.pop(Action.HANDLED)
    shown: dict[str, Any] = {action.value: action.label for action in Action if action in counted}
    if with_points:
        counted[POINTS] = Counter(dict(_adjustments(period)))
        shown[POINTS] = _("Points adjusted")
    people = User.objects.in_bulk({pk for of_action in counted.values() for pk in of_action})
    totals = {key: sum(counts.values()) for key, counts in counted.items()}
    all_handled = sum(handled.get(pk, 0) for pk in people)
    rows = []
    for pk, person in sorted(people.items(), key=lambda each: str(each[1])):
        counts = {key: counted[key].get(pk, 0) for key in shown}
        row: dict[str, Any] = {"person": str(person), "handled": handled.get(pk, 0), **counts}
        row |= {f"{key}_rate": _per_hundred(counts[key], row["handled"]) for key in shown}
        row["above"] = ", ".join(
            f"{shown[key]} ×{number_format(times)}" for key in shown if (times := _times(pk, counted[key], handled))
        )
        rows.append(row)
    columns = [
        Column("person", _("Person")),
        Column("above", _("Far above colleagues")),
        Column("handled", Action.HANDLED.label, Kind.INTEGER),
    ]
    for key, label in shown.items():
        columns += [
            Column(key, label, Kind.INTEGER),
            Column(f"{key}_rate", _("per 100 orders"), Kind.DECIMAL),
        ]
    return Table(
        title=_("Actions to check"),
        subtitle=subtitle(period),
        columns=columns,
        rows=rows,
        totals={
            "handled": all_handled,
            **totals,
            **{f"{key}_rate": _per_hundred(totals[key], all_handled) for key in shown},
        },
        notes=[
            _(
                "Orders handled are those whose status the person changed or of which they refunded something, once "
                "for each day. A person is far above their colleagues with at least %(fewest)d actions, and %(times)d "
                "times as many per 100 orders as all others who do the same together. That is a reason to ask, not a "
                "verdict."
            )
            % {"fewest": FEWEST, "times": TIMES},
            _(
                "Refunds are those that staff decided, not those that a customer asked for or that follow from a "
                "cancelled screening. Sales undone late were undone at a till after the start of their screening, or "
                "more than %(minutes)d minutes after they were made. They count for whoever gave the money back."
            )
            % {"minutes": LATE // timedelta(minutes=1)},
        ],
    )


def comps(period: Period) -> Table:
    """The complimentary tickets that are valid, by reason, and what their orders gave away. Two queries."""
    given = Ticket.objects.live().filter(
        _condition(period, "order__paid_at", "order__cinema"), price=0, ticket_type__sold_to=TicketType.SoldTo.TILL
    )
    found = given.order_by().values("order__comp__reason__name")
    by_reason = found.annotate(orders=Count("order", distinct=True), tickets=Count("pk"), base=Sum("base_price"))
    worth = Comp.objects.filter(order__in=given.values("order")).order_by().values_list("reason__name")
    values = dict(worth.annotate(Sum("value")))
    rows = [
        {**row, "reason": name or _("without a reason"), "value": values.get(name, row["base"])}
        for row in by_reason.order_by("-tickets", "order__comp__reason__name")
        for name in [row["order__comp__reason__name"]]
    ]
    return Table(
        title=_("Complimentary tickets by reason"),
        subtitle=subtitle(period),
        columns=[
            Column("reason", _("Reason")),
            Column("orders", _("Orders"), Kind.INTEGER),
            Column("tickets", _("Tickets"), Kind.INTEGER),
            Column("value", _("At the full price"), Kind.MONEY),
        ],
        rows=rows,
        totals={name: sum(row[name] for row in rows) for name in ("orders", "tickets", "value")},
    )


def _bounds(period: Period) -> dict[tuple[datetime, datetime], list[int]]:
    """The first and the last instant of the period, with the cinemas that share them."""
    groups: defaultdict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for cinema in period.cinemas:
        groups[cinema.day_bounds(period.first)[0], cinema.day_bounds(period.last)[1]].append(cinema.pk)
    return groups


def _condition(period: Period, instant: str, cinema: str) -> Q:
    bounds = _bounds(period)
    condition = Q(pk__in=[])
    for (start, end), cinemas in bounds.items():
        condition |= Q(**{f"{instant}__gte": start, f"{instant}__lt": end, f"{cinema}__in": cinemas})
    # An index serves the instants of all cinemas, but not those of each of several groups.
    first, last = min(start for start, _end in bounds), max(end for _start, end in bounds)
    return condition & Q(**{f"{instant}__gte": first, f"{instant}__lt": last})


def _adjustments(period: Period) -> QuerySet[BonusTransaction, tuple[int, int]]:
    """How often each person changed a customer's points by hand."""
    bounds = _bounds(period)
    adjusted = BonusTransaction.objects.filter(
        transaction_type=BonusTransaction.Type.ADJUSTMENT,
        order__isnull=True,
        transaction_date__gte=min(start for start, _end in bounds),
        transaction_date__lt=max(end for _start, end in bounds),
        actor__isnull=False,
    )
    return adjusted.order_by().values_list("actor").annotate(Count("pk"))


def _per_hundred(number: int, handled: int) -> Decimal | None:
    return (Decimal(number) * 100 / handled).quantize(Decimal("0.1")) if handled else None


def _times(person: int, counts: Counts, handled: Counts) -> Decimal | None:
    """How many times the rate of all others who do the same; None unless it is to be pointed out."""
    number, of_others = counts.get(person, 0), sum(counts.values()) - counts.get(person, 0)
    by_others = sum(handled.get(pk, 0) for pk in counts if pk != person)
    if number < FEWEST or not (handled.get(person) and of_others and by_others):
        return None
    times = Decimal(number) * by_others / (handled[person] * Decimal(of_others))
    return times.quantize(Decimal("0.1")) if times >= TIMES else None
