"""Actions that are worth a look: who refunds, cancels and gives away how much, against their colleagues."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from allocations.models import Comp, GroupBooking
from bonuses.models import BonusTransaction
from concessions.models import StockMovement
from orders.models import Order, OrderEvent, Scan, Ticket
from orders.reasons import Reason
from payments.models import GiftCardMovement, GiftCardReplacement, Refund
from reports.catalogue.takings import subtitle
from reports.reading import Period
from reports.tables import Column, Kind, Table
from screenings.models import TicketType

#: A rate is pointed out from so many actions on, and if it is so many times that of all the others together.
FEWEST, TIMES = 3, 2
LATE = timedelta(minutes=30)  # after the sale
OF_ITSELF = (Reason.CHANGED, Reason.EXPIRED)

ACTIONS = {
    "refunds": gettext_lazy("Refunds"),
    "late_voids": gettext_lazy("Sales undone late"),
    "gift_cards": gettext_lazy("Gift cards taken back or replaced"),
    "voids": gettext_lazy("Unpaid orders cancelled"),
    "free_tickets": gettext_lazy("Free tickets"),
    "groups": gettext_lazy("Group bookings"),
    "overrides": gettext_lazy("Admissions outside hours"),
    "vouchers": gettext_lazy("Vouchers for trouble"),
    "write_offs": gettext_lazy("Write-offs"),
    "points": gettext_lazy("Points adjusted"),
}

HANDLED = "handled"  # orders, of which actions are a share
Counts = Mapping[int, int]  # by person


def actions(period: Period, *, with_points: bool) -> Table:
    """The actions of each member of staff. Three queries.

    Points belong to no cinema, so `with_points` is for people who work for all of them.
    """
    handled, voids = _of_events(period)
    asked = [
        _number(_refunded_alone(period), HANDLED, "actor", "order"),
        _number(_by_staff(period), "refunds", "actor"),
        _number(_late_voids(period), "late_voids", "paid_out_by", "order"),
        _number(_cards_taken_back(period), "gift_cards", "shift__cashier"),
        _number(_within(period, GiftCardReplacement, "at", "card__cinema"), "gift_cards", "shift__cashier"),
        _number(_free_tickets(period), "free_tickets", "actor", "order__tickets"),
        _number(_given_tickets(period), "free_tickets", "actor", "order__tickets"),
        _number(_within(period, GroupBooking, "at", "cinema"), "groups", "actor"),
        _number(_overrides(period), "overrides", "actor"),
        # Vouchers are read through their orders: they themselves are on the floor above.
        _number(
            Order.objects.filter(_condition(period, "vouchers__at", "cinema")),
            "vouchers",
            "vouchers__actor",
            "vouchers",
        ),
        _number(_write_offs(period), "write_offs", "actor"),
        *([_number(_adjustments(period), "points", "actor")] if with_points else []),
    ]
    counted: dict[str, Counter[int]] = {key: Counter() for key in ACTIONS if with_points or key != "points"}
    counted["voids"] = voids
    for found in asked[0].union(*asked[1:], all=True):
        (handled if found["of"] == HANDLED else counted[found["of"]])[found["person"]] += found["number"]
    shown = {key: ACTIONS[key] for key in counted}
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
        Column("handled", _("Orders handled"), Kind.INTEGER),
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
                "Orders handled are those whose status the person changed or that they refunded. A person is far above "
                "their colleagues with at least %(fewest)d actions, and %(times)d times as many per 100 orders as all "
                "others who do the same together. That is a reason to ask, not a verdict."
            )
            % {"fewest": FEWEST, "times": TIMES},
            _(
                "Sales undone late were undone at a till after the start of their screening, or more than "
                "%(minutes)d minutes after they were made. They count for whoever gave the money back."
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


def _overrides(period: Period) -> QuerySet[Scan]:
    """Guests let in at another time; the scans that were undone have reasons too."""
    scans: QuerySet[Scan] = _within(period, Scan, "at", "ticket__order__cinema")
    return scans.filter(undone=False).exclude(override="")


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


def _within(period: Period, model: Any, instant: str, cinema: str) -> QuerySet[Any]:
    """What members of staff did in the period."""
    rows: QuerySet[Any] = model._default_manager.filter(_condition(period, instant, cinema), actor__is_staff=True)
    return rows


def _number(rows: QuerySet[Any], of: str, person: str, counted: str = "pk") -> QuerySet[Any, Any]:
    """How many of the rows, or of what `counted` names, there are of each person."""
    named = rows.order_by().annotate(of=Value(of), person=F(person)).values("of", "person")
    return named.filter(person__isnull=False).annotate(number=Count(counted, distinct=counted != "pk"))


def _of_events(period: Period) -> tuple[Counter[int], Counter[int]]:
    """Orders whose status the person changed, and orders that they cancelled before they were paid, house holds
    apart. One query."""
    void = Q(to_status=Order.Status.CANCELLED) & ~Q(reason__in=OF_ITSELF) & ~Q(order__channel=Order.Channel.HOUSE)
    found = _events(period).order_by().values("actor").annotate(orders=Count("order", distinct=True))
    rows = list(found.annotate(voids=Count("pk", filter=void)).values_list("actor", "orders", "voids"))
    handled = Counter({actor: orders for actor, orders, _voids in rows})
    return handled, Counter({actor: number for actor, _orders, number in rows if number})


def _events(period: Period) -> QuerySet[OrderEvent]:
    return _within(period, OrderEvent, "at", "order__cinema")


def _refunds(period: Period) -> QuerySet[Refund]:
    return _within(period, Refund, "requested_at", "order__cinema")


def _refunded_alone(period: Period) -> QuerySet[Refund]:
    """Refunds of orders whose status the person did not change: those in part, which keep the status."""
    return _refunds(period).filter(~Exists(_events(period).filter(order=OuterRef("order"), actor=OuterRef("actor"))))


def _by_staff(period: Period) -> QuerySet[Refund]:
    return _refunds(period).exclude(reason=Reason.BY_CUSTOMER)


def _late_voids(period: Period) -> QuerySet[Refund]:
    """Sales undone after the start of their screening, or long after they were made."""
    started = Ticket.objects.filter(order=OuterRef("order"), session__start_datetime__lte=OuterRef("requested_at"))
    long_ago = Q(order__paid_at__lt=F("requested_at") - LATE)
    return _refunds(period).filter(Exists(started) | long_ago, is_void=True)


def _cards_taken_back(period: Period) -> QuerySet[GiftCardMovement]:
    """Sales of gift cards undone; they count for the cashier who gave the money back, whoever decided it."""
    return _within(period, GiftCardMovement, "at", "card__cinema").filter(kind=GiftCardMovement.Kind.TAKEN_BACK)


def _free_tickets(period: Period) -> QuerySet[OrderEvent]:
    """The events of orders with a ticket whose price is 0 and without a reason that were made, and paid."""
    free = _events(period).filter(from_status="", order__tickets__price=0, order__paid_at__isnull=False)
    return free.filter(order__comp__isnull=True)


def _given_tickets(period: Period) -> QuerySet[Comp]:
    """Complimentary tickets, which count for whoever decided it."""
    given = _within(period, Comp, "at", "order__cinema")
    return given.filter(order__tickets__price=0, order__paid_at__isnull=False, order__exchanged_from__isnull=True)


def _write_offs(period: Period) -> QuerySet[StockMovement]:
    written_off = StockMovement.Kind.WRITE_OFF
    return _within(period, StockMovement, "at", "concession_item__cinema").filter(kind=written_off)


def _adjustments(period: Period) -> QuerySet[BonusTransaction]:
    bounds = _bounds(period)
    return BonusTransaction.objects.filter(
        transaction_type=BonusTransaction.Type.ADJUSTMENT,
        order__isnull=True,
        transaction_date__gte=min(start for start, _end in bounds),
        transaction_date__lt=max(end for _start, end in bounds),
        actor__is_staff=True,
    )


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
