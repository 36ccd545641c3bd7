"""Lists for accountants: every payment, refund, receipt, stock movement and change of points of a period.

Each counts rows by the business day, as the day sheet does, so their sums are its figures.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from bonuses.models import BonusTransaction
from cinema.money import ZERO
from concessions.models import StockMovement
from orders.reasons import reason_label
from payments.models import Gateway, Payment, Receipt, Refund
from reports import definitions
from reports.catalogue.day_sheet import who
from reports.catalogue.takings import subtitle
from reports.models import BusinessDay
from reports.reading import Period
from reports.tables import Column, Kind, Table, only_first
from screenings.models import Cinema

CHUNK = 2_000  # rows in memory at a time
SHOWN = 100  # rows on a page
Cinemas = Mapping[int, Cinema]


@dataclass(frozen=True)
class Listing:
    """The rows of a list in the period: how each is shown, and the sums of all of them, by column."""

    title: str
    period: Period
    rows: QuerySet[Any]
    columns: Sequence[Column]
    row: Callable[[Any, Cinemas], dict[str, Any]]
    sums: Mapping[str, Any]
    note: str

    def table(self) -> Table:
        """All rows, read while they are used. Two queries."""
        return replace(self._empty(), rows=self._read(self.rows.iterator(chunk_size=CHUNK)), expected=self.rows.count())

    def first_rows(self) -> Table:
        """The first rows, and the sums of all. Two queries."""
        totals = self.rows.order_by().aggregate(**{f"sum_{key}": each for key, each in self.sums.items()})
        found = list(self.rows[: SHOWN + 1])
        table = self._empty()
        notes = [*table.notes]
        if len(found) > SHOWN:
            notes.append(only_first(SHOWN))
        return replace(
            table,
            rows=list(self._read(found[:SHOWN])),
            notes=notes,
            totals={key: totals[f"sum_{key}"] or ZERO for key in self.sums},
        )

    def _empty(self) -> Table:
        return Table(self.title, self.columns, (), subtitle=subtitle(self.period), notes=[self.note])

    def _read(self, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
        cinemas = {cinema.pk: cinema for cinema in self.period.cinemas}
        return (self.row(each, cinemas) for each in rows)


def on_days(period: Period, instant: str, cinema: str) -> Q:
    """The condition that the instant falls into the business days of the row's cinema, to which the path leads. One
    query.
    """
    sharing: defaultdict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for pk, both in bounds(period).items():
        sharing[both].append(pk)
    condition = Q(pk__in=[])
    for (start, end), cinemas in sharing.items():
        condition |= Q(**{f"{cinema}__in": cinemas, f"{instant}__gte": start, f"{instant}__lt": end})
    if not sharing:
        return condition
    # Says nothing new, but where cinemas have several time zones PostgreSQL reads the first rows of the period in order
    # only with one range for all; otherwise it begins with the first row ever.
    starts, ends = zip(*sharing, strict=True)
    return condition & Q(**{f"{instant}__gte": min(starts), f"{instant}__lt": max(ends)})


def payments(period: Period) -> Listing:
    labels = dict(Gateway.choices)

    def row(payment: Payment, cinemas: Cinemas) -> dict[str, Any]:
        cinema = cinemas[payment.order.cinema_id]
        return {
            **_at(payment.succeeded_at, cinema),
            "order": payment.order.number,
            "gateway": str(labels.get(payment.gateway, payment.gateway)),
            "reference": payment.external_id,
            "amount": payment.amount,
        }

    return Listing(
        title=_("Payments"),
        period=period,
        rows=Payment.objects.filter(on_days(period, "succeeded_at", "order__cinema"), status=Payment.Status.SUCCEEDED)
        .select_related("order")
        .order_by("succeeded_at", "pk"),
        columns=[
            Column("at", _("paid"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("order", _("order")),
            Column("gateway", _("payment method")),
            Column("reference", _("provider’s reference")),
            Column("amount", _("amount"), Kind.MONEY, definitions.RECEIVED, is_summed=True),
        ],
        row=row,
        sums={"amount": Sum("amount")},
        note=_("By the business day on which the money arrived. Times are those of the cinema."),
    )


def refunds(period: Period) -> Listing:
    labels = dict(Gateway.choices)

    def row(refund: Refund, cinemas: Cinemas) -> dict[str, Any]:
        gateway = refund.payment.gateway if refund.payment else ""
        return {
            **_at(refund.requested_at, cinemas[refund.order.cinema_id]),
            "order": refund.order.number,
            "gateway": str(labels.get(gateway, gateway)),
            "reason": reason_label(refund.reason),
            "by": who(refund),
            "status": refund.get_status_display(),
            "amount": refund.amount,
        }

    return Listing(
        title=_("Refunds"),
        period=period,
        rows=Refund.objects.filter(
            on_days(period, "requested_at", "order__cinema"), payment__isnull=False, amount__gt=ZERO
        )
        .select_related("order", "payment", "actor")
        .order_by("requested_at", "pk"),
        columns=[
            Column("at", _("Time"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("order", _("order")),
            Column("gateway", _("payment method")),
            Column("reason", _("Reason")),
            Column("by", _("Made by")),
            Column("status", _("Status")),
            Column("amount", _("amount"), Kind.MONEY, definitions.REFUNDS_MADE, is_summed=True),
        ],
        row=row,
        sums={"amount": Sum("amount")},
        note=_("By the business day on which the refund was made, whether or not the money has been paid back."),
    )


#: In which column the amount of each kind of receipt is: they are not to be added up with each other.
RECEIPT_COLUMNS = {Receipt.Kind.SALE: "sale", Receipt.Kind.REFUND: "refund", Receipt.Kind.SETTLEMENT: "settlement"}


def receipts(period: Period) -> Listing:
    def row(receipt: Receipt, cinemas: Cinemas) -> dict[str, Any]:
        return {
            **_at(receipt.created_at, cinemas[receipt.cinema_id]),
            "order": receipt.about,
            "number": receipt.external_id,
            "status": receipt.get_status_display(),
            RECEIPT_COLUMNS[Receipt.Kind(receipt.kind)]: receipt.amount,
        }

    return Listing(
        title=_("Receipts"),
        period=period,
        rows=Receipt.objects.filter(on_days(period, "created_at", "cinema"))
        .select_related("order", "gift_card_movement__card")
        .order_by("created_at", "pk"),
        columns=[
            Column("at", _("Time"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("order", _("order")),
            Column("number", _("number at the receipt service")),
            Column("status", _("Status")),
            *(Column(RECEIPT_COLUMNS[kind], kind.label, Kind.MONEY, is_summed=True) for kind in RECEIPT_COLUMNS),
        ],
        row=row,
        sums={key: Sum("amount", filter=Q(kind=kind)) for kind, key in RECEIPT_COLUMNS.items()},
        note=_("By the business day on which the receipt was made."),
    )


def stock(period: Period) -> Listing:
    def row(movement: StockMovement, cinemas: Cinemas) -> dict[str, Any]:
        preorder = movement.preorder
        return {
            **_at(movement.at, cinemas[movement.concession_item.cinema_id]),
            "item": movement.concession_item.name,
            "kind": movement.get_kind_display(),
            "order": preorder.order.number if preorder else "",
            "reason": reason_label(movement.reason),
            "units": movement.quantity,
            "unit_cost": movement.unit_cost,
            "value": movement.value,
        }

    return Listing(
        title=_("Stock movements"),
        period=period,
        rows=StockMovement.objects.filter(on_days(period, "at", "concession_item__cinema"))
        .select_related("concession_item", "preorder__order")
        .order_by("at", "pk"),
        columns=[
            Column("at", _("Time"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("item", _("bar item")),
            Column("kind", _("kind")),
            Column("order", _("order")),
            Column("reason", _("Reason")),
            Column("units", _("Units"), Kind.INTEGER, is_summed=True),
            Column("unit_cost", _("unit cost"), Kind.MONEY),
            Column("value", _("value"), Kind.MONEY, is_summed=True),
        ],
        row=row,
        sums={"units": Sum("quantity"), "value": Sum("value")},
        note=_("By the business day of the movement. What has no value was moved before its cost was known."),
    )


def points(period: Period) -> Listing:
    """Changes of points with orders of the cinemas; what staff adjust and what expires belongs to no cinema."""

    def row(moved: BonusTransaction, cinemas: Cinemas) -> dict[str, Any]:
        assert moved.order is not None
        return {
            **_at(moved.transaction_date, cinemas[moved.order.cinema_id]),
            "order": moved.order.number,
            "kind": moved.get_transaction_type_display(),
            "points": moved.amount,
        }

    return Listing(
        title=_("Changes of points"),
        period=period,
        rows=BonusTransaction.objects.filter(on_days(period, "transaction_date", "order__cinema"))
        .select_related("order")
        .order_by("transaction_date", "pk"),
        columns=[
            Column("at", _("Time"), Kind.INSTANT),
            Column("cinema", _("cinema")),
            Column("order", _("order")),
            Column("kind", _("kind")),
            Column("points", _("Points"), Kind.INTEGER, definitions.POINTS_MOVED, is_summed=True),
        ],
        row=row,
        sums={"points": Sum("amount")},
        note=_(
            "With orders of these cinemas, by the business day. Points that staff adjusted or that expired belong to "
            "no cinema: see Bonus transactions."
        ),
    )


#: By the name of the report that is the same as a file.
LISTS: dict[str, Callable[[Period], Listing]] = {
    "payments": payments,
    "refunds": refunds,
    "receipts": receipts,
    "stock": stock,
    "point_changes": points,
}


def _at(instant: datetime | None, cinema: Cinema) -> dict[str, Any]:
    return {"at": instant and timezone.localtime(instant, cinema.zone), "cinema": str(cinema)}


def bounds(period: Period) -> dict[int, tuple[datetime, datetime]]:
    """The first instant of the period at each cinema, and the first one after it. One query."""
    stored = {
        (day.cinema_id, day.date): day
        for day in BusinessDay.objects.filter(cinema__in=period.cinemas, date__in=[period.first, period.last])
    }
    found = {}
    for cinema in period.cinemas:
        first, last = stored.get((cinema.pk, period.first)), stored.get((cinema.pk, period.last))
        start = first.starts_at if first else cinema.day_bounds(period.first)[0]
        found[cinema.pk] = start, last.ends_at if last else cinema.day_bounds(period.last)[1]
    return found
