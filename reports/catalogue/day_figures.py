"""The figures of one business day of a cinema: those booked when it was closed, or counted now while it is open."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from bonuses.models import BonusTransaction
from cinema.money import MINOR_UNITS, ZERO
from payments.models import CashMovement, GiftCardMovement, Rates, Receipt
from reports import definitions
from reports.catalogue import gift_cards
from reports.catalogue.balances import points_of
from reports.counting import COUNTS
from reports.counting.advances import earned_from_advances, refunded_of_before
from reports.counting.points import Points, accounts_at, held_after, held_in, moved_between
from reports.days import Day, Days
from reports.models import (
    CASH,
    BarFigures,
    BusinessDay,
    CashFigures,
    Figures,
    GiftCardFigures,
    MoneyFigures,
    PointsFigures,
    ReceiptFigures,
    Tender,
    TicketFigures,
)
from reports.reading import booked_sums, grouped, unclosed_days
from reports.tables import Kind, cell_text
from screenings.models import Cinema

#: The tables of a day sheet, and the columns beside `about` that its figures are grouped by.
TABLES: dict[type[Figures], tuple[str, ...]] = {
    TicketFigures: (),
    BarFigures: (),
    MoneyFigures: ("tender",),
    ReceiptFigures: ("date", "kind", "subject", "vat_rate"),
}
Rows = list[dict[str, Any]]
NO_POINTS = Points(0, 0)
SEPARATOR, BEFORE, NO_PLACE = "|", "before", Value("")  # parts of the names of sums
NO_ACCOUNT = {name: Value(0, output_field=BigIntegerField()) for name in ("owes", "since")}  # columns of `accounts_at`


@dataclass
class DayFigures:
    """`rows` are those that the day booked: its own, and corrections of earlier dates (`about`)."""

    cinema: Cinema
    day: Day
    as_of: datetime
    closed_at: datetime | None
    rates: Rates
    rows: dict[type[Figures], Rows] = field(default_factory=dict)
    opening: Decimal = ZERO  # advances at the start of the day
    closing: Decimal = ZERO
    earned_from_advances: Decimal = ZERO
    cash: Rows = field(default_factory=list)  # what moved, by `about`, place (`CashPlace.Kind`) and kind
    cash_opening: dict[str, Decimal] = field(default_factory=dict)  # by place, for those of `CASH`
    gift_cards: dict[str, Decimal] = field(default_factory=dict)  # what moved the money on them, by kind of movement
    gift_cards_opening: Decimal = ZERO
    points: Points = NO_POINTS  # of all customers
    receipts: dict[str, int] = field(default_factory=dict)  # by status

    def own(self, table: type[Figures]) -> Rows:
        return [row for row in self.rows[table] if row["about"] == self.day.date]

    def corrections(self, table: type[Figures]) -> Rows:
        return [row for row in self.rows[table] if row["about"] != self.day.date]

    def moved(self, place: str, kind: str = "") -> Decimal:
        """The cash that came to the places of a kind on the day, or left them."""
        return sum((row["amount"] for row in self.cash if row["place"] == place and kind in ("", row["kind"])), ZERO)

    @property
    def starts(self) -> str:
        return self._local(self.day.starts_at)

    @property
    def ends(self) -> str:
        return self._local(self.day.ends_at)

    @property
    def closed(self) -> str:
        return self._local(self.closed_at) if self.closed_at else ""

    def _local(self, instant: datetime) -> str:
        return cell_text(instant, Kind.INSTANT, zone=self.cinema.zone)

    @property
    def received_in_advance(self) -> Decimal:
        """Money received for later screenings, less what was refunded of it."""
        return self.closing - self.opening + self.earned_from_advances


def day_figures(cinema: Cinema, date: date, *, at: datetime) -> DayFigures | None:
    """The figures of the day; None if the cinema had no such day by `at`. At most ten queries."""
    last_closed = BusinessDay.objects.closed().filter(cinema=cinema, date__lt=date).order_by("-starts_at")
    stored = list(
        BusinessDay.objects.filter(
            Q(closed_at__isnull=True) | Q(date=date) | Q(pk__in=last_closed.values("pk")[:1]),
            cinema=cinema,
            date__lte=date,
        ).order_by("starts_at")
    )
    before = next((each for each in reversed(stored) if each.closed_at and each.date < date), None)
    opening = before.advances if before else ZERO
    if stored and stored[-1].date == date and stored[-1].closed_at is not None:
        return _closed(cinema, stored[-1], opening)
    days = [day for day in unclosed_days(cinema, stored, at=at) if day.date <= date]
    return _live(cinema, days, before, at) if days and days[-1].date == date else None


def _closed(cinema: Cinema, day: BusinessDay, opening: Decimal) -> DayFigures:
    found = DayFigures(cinema, day, day.ends_at, day.closed_at, Rates(), opening=opening, closing=day.advances)
    for table, keys in TABLES.items():
        found.rows[table] = booked_sums(table, table._default_manager.filter(day=day), ("about", *keys))
    points = _by_name(PointsFigures.objects.filter(day=day), "points", (NO_PLACE, F("kind"), F("about")), F("points"))
    cash = CashFigures.objects.filter(day=day)
    moved = _by_name(cash, "cash", (F("place__kind"), F("kind"), F("about")), F("amount"))
    cards = GiftCardFigures.objects.filter(day=day)
    on_cards = _by_name(cards, "gift_cards", (NO_PLACE, F("kind"), F("about")), F("amount"))
    _add_totals(found, earned_from_advances(day, cinema.pk, as_of=day.ends_at), [points, moved, on_cards])
    found.cash_opening = {kind: getattr(day, name) - found.moved(kind) for name, kind in CASH.items()}
    found.gift_cards_opening = day.on_gift_cards - sum(found.gift_cards.values(), ZERO)
    found.points = points_of(day)
    return found


def _live(cinema: Cinema, unclosed: Sequence[Day], before: BusinessDay | None, at: datetime) -> DayFigures:
    """The last of the open days; those before it have ended, but are not closed yet."""
    first, day = unclosed[0], unclosed[-1]
    as_of = min(at, day.ends_at)
    days = Days(unclosed, cinemas=[cinema.pk])
    found = DayFigures(cinema, day, as_of, None, days.rates)
    rows = {table: grouped(table, COUNTS[table](days, as_of), ("about", *keys)) for table, keys in TABLES.items()}
    found.rows = {table: [row for row in rows[table] if row["about"] == day.date] for table in TABLES}
    held_before = points_of(before) if before and before.points_held is not None else None
    today = Days([day], cinemas=[cinema.pk])
    points = BonusTransaction.objects.filter(today.within("transaction_date", "order__cinema"))
    points = points.filter(transaction_date__lt=as_of)
    when = Case(When(at__lt=day.starts_at, then=Value(BEFORE)), default=Value(day.date.isoformat()))
    moved = CashMovement.objects.filter(place__cinema=cinema, at__gte=first.starts_at, at__lt=as_of)
    on_cards = GiftCardMovement.objects.filter(card__cinema=cinema, at__gte=first.starts_at, at__lt=as_of)
    totals = _add_totals(
        found,
        earned_from_advances(day, cinema.pk, as_of=as_of),
        refunded_of_before(first.starts_at, [cinema.pk], since=first.starts_at, as_of=as_of, name=Value("of_closed")),
        refunded_of_before(day.starts_at, [cinema.pk], since=day.starts_at, as_of=as_of, name=Value("of_earlier")),
        [_by_name(points, "points", (NO_PLACE, F("transaction_type"), Value(day.date.isoformat())), F("amount"))],
        [_by_name(moved, "cash", (F("place__kind"), F("kind"), when), F("amount"))],
        [_by_name(on_cards, "gift_cards", (NO_PLACE, F("kind"), when), F("amount"))],
        held_before=held_before,
        accounts=[moved_between(before.ends_at, as_of)] if before and held_before else accounts_at(as_of),
    )
    # Refunds of closed days are in the money of today already, and in the figures of their screenings not before today
    # is closed. Those of the other open days are in the figures of these.
    cards_before = {kind.value: totals[f"{BEFORE} {kind}"] for kind in GiftCardMovement.Kind}
    cards_sold = gift_cards.sold(found.gift_cards)
    closing = (before.advances if before else ZERO) + advances(rows) + totals["of_closed"]
    found.closing = closing - cards_sold - gift_cards.sold(cards_before)
    found.opening = found.closing - advances(found.rows) + cards_sold - totals["of_earlier"]
    found.gift_cards_opening = (before.on_gift_cards if before else ZERO) + sum(cards_before.values(), ZERO)
    for name, kind in CASH.items():
        found.cash_opening[kind] = (getattr(before, name) if before else ZERO) + totals[f"{BEFORE} {kind}"]
    return found


def _by_name(rows: QuerySet[Any], what: str, parts: Sequence[Any], amount: Combinable) -> QuerySet[Any]:
    """The sums of rows, in minor units for money, by a name that says what they are of: see `_add_totals`."""
    texts = [Cast(part, CharField()) for part in parts]
    name = Concat(Value(what), *(each for text in texts for each in (Value(SEPARATOR), text)), output_field=CharField())
    return rows.order_by().annotate(name=name).values("name").annotate(total=Cast(Sum(amount), BigIntegerField()))


def advances(rows: dict[type[Figures], Rows]) -> Decimal:
    """Money received and not refunded, for gift cards too, less what the screenings and the bar kept of it."""
    received = sum(
        (row["received"] - row["refunded"] for row in rows[MoneyFigures] if row["tender"] != Tender.POINTS), ZERO
    )
    return received - sum(
        (definitions.EARNED.of(row) or ZERO for table in (TicketFigures, BarFigures) for row in rows[table]),
        ZERO,
    )


def _add_totals(
    found: DayFigures, *amounts: Iterable[Any], accounts: Iterable[Any] = (), held_before: Points | None = None
) -> defaultdict[str, Decimal]:
    """Receipts by status, the given sums, and the points of the given accounts, with one query.

    The sums are of money, but for points. Names with separators are those of cash, points and gift cards that moved: by
    place, kind and date.
    """
    receipts = (
        Receipt.objects.filter(
            cinema=found.cinema,
            created_at__gte=found.day.starts_at,
            created_at__lt=found.as_of,
        )
        .order_by()
        .annotate(name=Cast(F("status"), CharField()))
        .values("name")
        .annotate(total=Cast(Count("pk"), BigIntegerField()))
    )
    parts = [query.annotate(**NO_ACCOUNT) for query in (receipts, *(each for part in amounts for each in part))]
    rows = list(parts[0].union(*parts[1:], *accounts, all=True))
    totals: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    found.rows[PointsFigures] = []
    for row in rows:
        if row["name"] in Receipt.Status:
            found.receipts[row["name"]] = row["total"]
        elif SEPARATOR in row["name"]:
            _add_moved(found, totals, row["name"], row["total"])
        else:
            totals[row["name"]] += Decimal(row["total"] or 0).scaleb(-MINOR_UNITS)
    found.points = held_in(rows) if held_before is None else held_after(held_before, rows)
    found.earned_from_advances = totals["earned"]
    return totals


def _add_moved(found: DayFigures, totals: defaultdict[str, Decimal], name: str, total: int) -> None:
    what, place, kind, about = name.split(SEPARATOR)
    amount = Decimal(total).scaleb(-MINOR_UNITS)
    if about == BEFORE:
        totals[f"{BEFORE} {place or kind}"] += amount
    elif what == "gift_cards":
        found.gift_cards[kind] = found.gift_cards.get(kind, ZERO) + amount
    elif what == "points":
        found.rows[PointsFigures].append({"about": date.fromisoformat(about), "kind": kind, "points": total})
    else:
        found.cash.append({"about": date.fromisoformat(about), "place": place, "kind": kind, "amount": amount})
