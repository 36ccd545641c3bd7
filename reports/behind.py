"""The rows behind a figure: the tickets, bar items, payments, refunds and movements that it counts.

Each figure is named as in its address, and counted as `reports.counting` does, by what is known now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils import timezone
from django.utils.functional import cached_property

from bonuses.models import BonusAccount, BonusTransaction
from cinema.money import ZERO
from concessions.models import ConcessionPreorder, ItemPart, StockMovement
from orders.models import Order, RefundLine, Ticket
from payments.models import Gateway, Payment, Refund
from reports.catalogue.programme import hours_of, past_screenings
from reports.counting import bar, tickets
from reports.counting.money import BY_HAND
from reports.days import Days
from reports.reading import Period, whole_period
from screenings.models import Session

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Asked:
    """What a figure was counted for: a period, and what else is in its address.

    `cell` is a part of the day and a weekday for occupancy, and a bar item and 0 for its stock.
    """

    period: Period
    cell: tuple[int, int] | None = None

    @cached_property
    def days(self) -> Days:
        """Of the period, as one day for each group of cinemas. One query."""
        return whole_period(self.period)


@dataclass(frozen=True)
class Behind:
    """Which rows of a model are behind a figure."""

    model: type[Model]
    select: Callable[[Rows, Asked], Rows]


PAID = Q(order__paid_at__isnull=False)
KEPT = PAID & Q(refund_line__isnull=True)
WITH_POINTS = Q(ticket__bonus_share__gt=ZERO) | Q(preorder__bonus_share__gt=ZERO)


def _tickets(condition: Q) -> Behind:
    def select(rows: Rows, asked: Asked) -> Rows:
        of_days = asked.days.within("session__start_datetime", "session__hall__cinema")
        return rows.filter(tickets.SOLD, condition, of_days)

    return Behind(Ticket, select)


def _occupancy(rows: Rows, asked: Asked) -> Rows:
    """Of the screenings that one cell of the occupancy counts."""
    part, weekday = asked.cell or (0, 0)
    in_cell = Q(pk__in=[])
    for zone in {cinema.time_zone for cinema in asked.period.cinemas}:
        hour = ExtractHour("session__start_datetime", tzinfo=ZoneInfo(zone))
        shown = (
            past_screenings(asked.period)
            .filter(cinema__time_zone=zone)
            .annotate(hour=hour, weekday=ExtractIsoWeekDay("about"))
            .filter(hour__in=hours_of(part), weekday=weekday + 1)
        )
        in_cell |= Q(session__in=shown.values("session"))
    return rows.filter(in_cell, tickets.SOLD, KEPT)


def _screenings(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(pk__in=past_screenings(asked.period).values("session"))


def _bar(rows: Rows, asked: Asked) -> Rows:
    sold = ConcessionPreorder.objects.filter(bar.SOLD, KEPT)
    with_tickets, without = (each.order_by().values("pk") for each in bar.by_instant(sold, asked.days))
    return rows.filter(Q(pk__in=with_tickets) | Q(pk__in=without))


def _received(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(asked.days.within("succeeded_at", "order__cinema"), status=Payment.Status.SUCCEEDED)


def _money_received(asked: Asked) -> Q:
    """The condition for orders whose money or points came in."""
    paid = _received(Payment.objects.filter(order=OuterRef("pk")), asked)
    return Q(Exists(paid)) | Q(asked.days.within("paid_at", "cinema"), bonus_amount__gt=ZERO)


def _all_received(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(_money_received(asked))


def _money_moved(rows: Rows, asked: Asked) -> Rows:
    refunds = _all_refunds(Refund.objects.filter(order=OuterRef("pk")), asked)
    return rows.filter(_money_received(asked) | Q(Exists(refunds)))


def _moved_by(gateway: str) -> Behind:
    """Orders whose money came or went by this payment method."""

    def select(rows: Rows, asked: Asked) -> Rows:
        paid = _received(Payment.objects.filter(order=OuterRef("pk"), gateway=gateway), asked)
        back = _refunds(Refund.objects.filter(order=OuterRef("pk"), payment__gateway=gateway), asked)
        return rows.filter(Exists(paid) | Exists(back))

    return Behind(Order, select)


def _points_moved(rows: Rows, asked: Asked) -> Rows:
    back = _refunds_of_points(Refund.objects.filter(order=OuterRef("pk")), asked)
    return rows.filter(Q(asked.days.within("paid_at", "cinema"), bonus_amount__gt=ZERO) | Q(Exists(back)))


def _paid_with_points(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(asked.days.within("paid_at", "cinema"), bonus_amount__gt=ZERO)


def _orders_with_bar(rows: Rows, asked: Asked) -> Rows:
    """Those with tickets and bar items: see `counting.orders`."""
    tickets_of = Exists(Ticket.objects.filter(order=OuterRef("pk")))
    snacks_of = Exists(ConcessionPreorder.objects.filter(order=OuterRef("pk")))
    return rows.filter(asked.days.within("paid_at", "cinema"), tickets_of, snacks_of)


def _refunds(rows: Rows, asked: Asked) -> Rows:
    made = asked.days.within("requested_at", "order__cinema")
    return rows.filter(made, payment__isnull=False, amount__gt=ZERO)


def _refunds_of_points(rows: Rows, asked: Asked) -> Rows:
    lines = RefundLine.objects.filter(WITH_POINTS, refund=OuterRef("pk"))
    made = asked.days.within("requested_at", "order__cinema")
    return rows.filter(Exists(lines), made, order__bonus_amount__gt=ZERO)


def _all_refunds(rows: Rows, asked: Asked) -> Rows:
    lines = RefundLine.objects.filter(WITH_POINTS, refund=OuterRef("pk"))
    of_money = Q(payment__isnull=False, amount__gt=ZERO)
    of_points = Q(Exists(lines), order__bonus_amount__gt=ZERO)
    return rows.filter(asked.days.within("requested_at", "order__cinema"), of_money | of_points)


def _paid_back(condition: Q) -> Behind:
    def select(rows: Rows, asked: Asked) -> Rows:
        of_days = asked.days.within("succeeded_at", "order__cinema")
        found = rows.filter(of_days, condition, status=Refund.Status.SUCCEEDED)
        return found.filter(payment__isnull=False, amount__gt=ZERO)

    return Behind(Refund, select)


def _moved(*kinds: StockMovement.Kind) -> Behind:
    def select(rows: Rows, asked: Asked) -> Rows:
        return rows.filter(asked.days.within("at", "concession_item__cinema"), kind__in=kinds)

    return Behind(StockMovement, select)


def _stock(rows: Rows, asked: Asked) -> Rows:
    """Every movement of the item and of what it is made of, which add up to what is in stock."""
    item, _zero = asked.cell or (0, 0)
    made_of = ItemPart.objects.filter(whole=item).values("part")
    return rows.filter(Q(concession_item=item) | Q(concession_item__in=made_of))


def _points(rows: Rows, asked: Asked) -> Rows:
    """Those of orders by business day, others by calendar date of the server's time zone: see `catalogue.points`."""
    zone, period = timezone.get_default_timezone(), asked.period
    begin, end = (datetime.combine(day, time(), zone) for day in (period.first, period.last + timedelta(days=1)))
    of_no_order = Q(order__isnull=True, transaction_date__gte=begin, transaction_date__lt=end)
    return rows.filter(asked.days.within("transaction_date", "order__cinema") | of_no_order)


def _held(rows: Rows, _asked: Asked) -> Rows:
    return rows.filter(balance__gt=0)


def _last_earned(rows: Rows, asked: Asked) -> Rows:
    """Points expire a certain time after their owner last earned some."""
    return _held(rows, asked).filter(last_accrual_date__date__range=(asked.period.first, asked.period.last))


BEHIND: dict[str, Behind] = {
    "admissions": _tickets(KEPT),
    "discounts": _tickets(PAID & Q(discount_share__gt=ZERO)),
    "refunded": _tickets(PAID & Q(refund_line__isnull=False)),
    "comps": _tickets(KEPT & Q(price=ZERO)),
    "no_shows": _tickets(KEPT & Q(used_at__isnull=True)),
    "occupancy": Behind(Ticket, _occupancy),
    "screenings": Behind(Session, _screenings),
    "bar": Behind(ConcessionPreorder, _bar),
    "received": Behind(Payment, _received),
    "all_received": Behind(Order, _all_received),
    "money_moved": Behind(Order, _money_moved),
    **{f"moved_by_{gateway}": _moved_by(gateway) for gateway in Gateway.values},
    "points_moved": Behind(Order, _points_moved),
    "paid_with_points": Behind(Order, _paid_with_points),
    "orders_with_bar": Behind(Order, _orders_with_bar),
    "refunds": Behind(Refund, _refunds),
    "refunds_of_points": Behind(Refund, _refunds_of_points),
    "all_refunds": Behind(Refund, _all_refunds),
    "paid_back": _paid_back(~BY_HAND),
    "paid_by_hand": _paid_back(BY_HAND),
    "all_paid_back": _paid_back(Q()),
    "written_off": _moved(StockMovement.Kind.WRITE_OFF),
    "shrinkage": _moved(StockMovement.Kind.COUNT),
    "stock": Behind(StockMovement, _stock),
    "points": Behind(BonusTransaction, _points),
    "points_held": Behind(BonusAccount, _held),
    "points_expiring": Behind(BonusAccount, _last_earned),
}
