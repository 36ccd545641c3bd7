"""Book the figures of a day: what is known by its end about it and about earlier days, and not booked yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from bonuses.models import BonusTransaction
from cinema.money import ZERO
from concessions.models import StockMovement
from payments.models import CashMovement, GiftCardMovement
from reports import definitions
from reports.days import Days, Row
from reports.models import (
    CASH,
    FIGURES,
    GIFT_CARDS_SOLD,
    BarFigures,
    BusinessDay,
    CashFigures,
    Figures,
    GiftCardFigures,
    MoneyFigures,
    StockFigures,
    Tender,
    TicketFigures,
)
from reports.reading import booked_sums, counted_once, difference, shortest

BATCH = 1000
BALANCES = ("advances", "stock_value", *CASH, "on_gift_cards")


def book(days: Iterable[BusinessDay], counted: Days, *, as_of: datetime) -> int:
    """Write, as rows of `days`, the difference between the figures of `counted` as of `as_of` and those booked so far.

    `days` are one of each of the cinemas. Returns the number of rows. A constant number of queries for each table. Must
    be called inside a transaction (the days are locked).
    """
    day_of = {day.cinema_id: day for day in days}
    found = counted_once(counted, as_of=as_of)
    return sum(_book(table, day_of, counted, found(table)) for table in FIGURES)


def set_balances(days: Sequence[BusinessDay]) -> None:
    """Set, and do not save, the balances of advances, stock, cash and gift cards at the end of each of these days,
    which follow each other.

    At most ten queries. Must be called inside a transaction (the days are locked).
    """
    balances = _balances_before(days[0])
    pks = [day.pk for day in days]
    cards, on_cards = _gift_cards_by_day(pks)
    changes = (_kept_by_day(pks, cards), _stock_by_day(pks), *_cash_by_day(pks), on_cards)
    for day in days:
        balances = [balance + of_day[day.pk] for balance, of_day in zip(balances, changes, strict=True)]
        for field, balance in zip(BALANCES, balances, strict=True):
            setattr(day, field, balance)


def set_points(days: Iterable[BusinessDay]) -> None:
    """Set, and do not save, the points of all customers at the end of the days.

    One query. Must be called inside a transaction (the days are locked).
    """
    nets: defaultdict[int, int] = defaultdict(int)
    held = owed = 0
    moved = (
        BonusTransaction.objects.order_by("transaction_date")
        .values_list("transaction_date", "bonus_account", "amount")
        .iterator(chunk_size=2 * BATCH)
    )
    following = next(moved, None)
    for day in sorted(days, key=lambda each: each.ends_at):
        while following is not None and following[0] < day.ends_at:
            _at, account, amount = following
            before, after = nets[account], nets[account] + amount
            held += max(after, 0) - max(before, 0)
            owed += max(-after, 0) - max(-before, 0)
            nets[account] = after
            following = next(moved, None)
        day.points_held, day.points_owed = held, owed


def _balances_before(day: BusinessDay) -> list[Decimal]:
    """The balances at the end of the day before; on the first day, of what was there already."""
    before = BusinessDay.objects.filter(cinema=day.cinema_id, starts_at__lt=day.starts_at).order_by("-starts_at")
    found = before.values_list(*BALANCES).first()
    if found is not None:
        return list(found)
    there = StockMovement.objects.filter(concession_item__cinema=day.cinema_id, at__lt=day.starts_at)
    cash = CashMovement.objects.filter(place__cinema=day.cinema_id, at__lt=day.starts_at).order_by()
    held: dict[str, Decimal] = dict(cash.values_list("place__kind").annotate(Sum("amount")))
    return [
        ZERO,
        there.aggregate(value=Sum("value", default=ZERO))["value"],
        *(held.get(kind, ZERO) for kind in CASH.values()),
        GiftCardMovement.objects.filter(card__cinema=day.cinema_id, at__lt=day.starts_at).aggregate(
            sum=Sum("amount", default=ZERO)
        )["sum"],
    ]


def _stock_by_day(days: Sequence[int]) -> defaultdict[int, Decimal]:
    rows = booked_sums(StockFigures, StockFigures.objects.filter(day__in=days), ["day"])
    return defaultdict(lambda: ZERO, {row["day"]: row["value"] for row in rows})


def _cash_by_day(days: Sequence[int]) -> list[defaultdict[int, Decimal]]:
    """What each day adds to the cash of each kind of place. One query."""
    rows = booked_sums(CashFigures, CashFigures.objects.filter(day__in=days), ["day", "place__kind"])
    return [
        defaultdict(lambda: ZERO, {row["day"]: row["amount"] for row in rows if row["place__kind"] == kind})
        for kind in CASH.values()
    ]


def _gift_cards_by_day(days: Sequence[int]) -> list[defaultdict[int, Decimal]]:
    """What each day took for gift cards, and what it adds to the money on them. One query."""
    rows = booked_sums(GiftCardFigures, GiftCardFigures.objects.filter(day__in=days), ["day", "kind"])
    sold: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    moved: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        moved[row["day"]] += row["amount"]
        if row["kind"] in GIFT_CARDS_SOLD:
            sold[row["day"]] += row["amount"]
    return [sold, moved]


def _kept_by_day(days: Sequence[int], for_gift_cards: Mapping[int, Decimal]) -> defaultdict[int, Decimal]:
    """What each day adds to the balance: money received less refunds, less what screenings and the bar kept of it.

    Not what was taken for gift cards: that is on them until they pay for an order.
    """
    kept: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for day, amount in for_gift_cards.items():
        kept[day] -= amount
    money = booked_sums(MoneyFigures, MoneyFigures.objects.filter(day__in=days).exclude(tender=Tender.POINTS), ["day"])
    for row in money:
        kept[row["day"]] += row["received"] - row["refunded"]
    for table in (TicketFigures, BarFigures):
        booked = shortest(table, ["day"])._default_manager.filter(day__in=days)
        for row in booked_sums(table, booked, ["day"]):
            kept[row["day"]] -= definitions.EARNED.of(row) or ZERO
    return kept


def _book(table: type[Figures], day_of: Mapping[int, BusinessDay], counted: Days, rows: Iterable[Row]) -> int:
    differences = {key: row for key, row in difference(table, rows, counted).items() if any(row)}
    columns = ("cinema_id", "about", *table.KEY)
    table._default_manager.bulk_create(
        [
            table(
                day=day_of[key[0]],
                **dict(zip(columns, key, strict=True)),
                **dict(zip(table.MEASURES, row, strict=True)),
            )
            for key, row in differences.items()
        ],
        batch_size=BATCH,
    )
    return len(differences)
