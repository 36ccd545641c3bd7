"""Balances as of now: those of the last closed day, and what has happened since."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, CharField, F, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.functional import cached_property

from cinema.money import MINOR_UNITS, ZERO
from concessions.models import ConcessionItem
from payments.models import CashPlace, GiftCard, GiftCardMovement
from reports import definitions
from reports.catalogue.balances import NOTHING, PROVIDERS, Balances, Sums, by_cinema, points_of
from reports.catalogue.day_figures import NO_ACCOUNT, SEPARATOR
from reports.counting.advances import refunded_of_before
from reports.counting.points import Points, accounts_at, held_after, held_in, moved_between
from reports.models import CASH, GIFT_CARDS_SOLD, BarFigures, BusinessDay, MoneyFigures, Tender, TicketFigures
from reports.reading import Period, live
from reports.tables import Table
from screenings.models import Cinema


@dataclass
class BalancesNow(Balances):
    """The balances of the business day that goes on. Advances are those that will be left at its end if nothing more is
    sold, as on the day sheet: its screenings have earned theirs.
    """

    at: datetime

    @cached_property
    def days(self) -> dict[int, BusinessDay]:
        """What the open days would store if they were closed now. At most seven queries."""
        if not self.cinemas:
            return {}
        points, totals = self._totals()
        kept: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        for row in live(MoneyFigures, self._period, ["tender"]):
            if row["tender"] != Tender.POINTS:
                kept[row["cinema_id"]] += row.get("received", ZERO) - row.get("refunded", ZERO)
        for table in (TicketFigures, BarFigures):
            for row in live(table, self._period, ["cinema_id"]):
                kept[row["cinema_id"]] -= definitions.EARNED.of(dict.fromkeys(table.MEASURES, ZERO) | dict(row)) or ZERO
        found = {}
        for cinema in self.cinemas:
            last = self._closed.get(cinema.pk)
            day = BusinessDay(cinema=cinema, date=self.date, ends_at=self.at)
            kept[cinema.pk] += totals["refunded", cinema.pk] - totals["cards_sold", cinema.pk]
            day.advances = (last.advances if last else ZERO) + kept[cinema.pk]
            day.stock_value = totals["stock", cinema.pk]
            day.on_gift_cards = (last.on_gift_cards if last else ZERO) + totals["gift_cards", cinema.pk]
            for name, kind in CASH.items():
                setattr(day, name, totals[kind, cinema.pk])
            day.points_held, day.points_owed = points
            found[cinema.pk] = day
        return found

    @cached_property
    def of_providers(self) -> dict[tuple[int, str], Sums]:
        """With the payments and refunds of the open days, which `days` has counted."""
        found = {key: {**sums} for key, sums in super().of_providers.items()}
        for row in live(MoneyFigures, self._period, ["tender"]):
            if row["tender"] in PROVIDERS:
                sums = found.setdefault((row["cinema_id"], row["tender"]), {**NOTHING})
                sums["taken"] += row.get("received", ZERO)
                sums["returned"] += row.get("paid_back", ZERO)
        return {**found}

    @cached_property
    def _period(self) -> Period:
        """Of which all open days are a part."""
        return Period(self.cinemas, date.min, self.date, self.at)

    @cached_property
    def _closed(self) -> dict[int, BusinessDay]:
        """The last closed day of each cinema that has one."""
        self._period.open_days  # noqa: B018 - it reads them
        stored = self._period.stored[frozenset(self._keys)]
        return {pk: day for pk in self._keys for day in stored[pk] if day.closed_at is not None}

    def _totals(self) -> tuple[Points, defaultdict[tuple[str, int], Decimal]]:
        """The points of all customers; by what it is of and cinema, stock, cash, what moved on gift cards since the
        last closed day, and what was refunded of screenings of closed days. One query.

        Accounts and gift cards are too many to add up: it begins with what the last closed day has stored of them.
        """
        items = _named(ConcessionItem.objects.filter(cinema__in=self._keys), Value("stock"), "cinema")
        places = _named(CashPlace.objects.filter(cinema__in=self._keys), F("kind"), "cinema")
        new = [pk for pk in self._keys if pk not in self._closed]
        cards = _named(GiftCard.objects.filter(cinema__in=new), Value("gift_cards"), "cinema")
        parts: list[Any] = [
            cards.annotate(total=_big("balance")),
            items.annotate(total=_big("stock_value")),
            places.annotate(total=_big("cash")),
        ]
        for days in self._period.open_days:
            start, name = days.days[0].starts_at, _name(Value("refunded"), "refund__order__cinema")
            moved = GiftCardMovement.objects.filter(at__gte=start, at__lt=self.at, card__cinema__in=days.cinemas)
            sold = _named(moved.filter(kind__in=GIFT_CARDS_SOLD), Value("cards_sold"), "card__cinema")
            since_closed = _named(moved.exclude(card__cinema__in=new), Value("gift_cards"), "card__cinema")
            parts += [each.annotate(total=_big("amount")) for each in (sold, since_closed)]
            parts += refunded_of_before(start, days.cinemas, since=start, as_of=self.at, name=name)
        known = [day for day in self._closed.values() if day.points_held is not None]
        last = max(known, key=lambda day: day.ends_at) if known else None
        first, *others = [moved_between(last.ends_at, self.at)] if last else accounts_at(self.at)
        rows = list(first.union(*others, *(each.annotate(**NO_ACCOUNT) for each in parts), all=True))
        totals: defaultdict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
        for row in rows:
            what, mark, cinema = row["name"].partition(SEPARATOR)
            if mark:
                totals[what, int(cinema)] += Decimal(row["total"] or 0).scaleb(-MINOR_UNITS)
        return (held_after(points_of(last), rows) if last else held_in(rows)), totals


def _named(rows: QuerySet[Any], what: Combinable, cinema: str) -> QuerySet[Any]:
    return rows.order_by().annotate(text=_name(what, cinema)).values("text")  # these have a column `name`


def _name(what: Combinable, cinema: str) -> Combinable:
    text = Cast(what, CharField())
    return Concat(text, Value(SEPARATOR), Cast(F(cinema), CharField()), output_field=CharField())


def _big(amount: str) -> Combinable:
    return Cast(Coalesce(Sum(amount), 0, output_field=BigIntegerField()), BigIntegerField())


def balances_of(cinemas: Collection[Cinema], period: Period) -> Balances:
    """The balances at the end of the period: as of now if that is today."""
    if all(period.last >= cinema.business_date(period.at) for cinema in cinemas):
        return BalancesNow(cinemas, period.last, period.at)
    return Balances(cinemas, period.last)


def balances(period: Period) -> Table:
    """Balances by cinema at the end of the period, as a file. Four queries; as of now ten."""
    return by_cinema(balances_of(period.cinemas, period), with_costs=True)
