"""Balances at the end of any business day: advances, gift cards, stock, what payment providers owe, and points.

They are read from what days stored when they were closed and from rollups, so a balance is that of the last closed day
up to the date, and equals those of the day sheet and the month sheet.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cinema.money import ZERO
from payments.models import Gateway
from reports import definitions
from reports.catalogue import cash
from reports.catalogue.takings import column_of
from reports.counting.points import Points, held_at
from reports.models import BusinessDay, MoneyFigures, PayoutFigures
from reports.tables import Column, Kind, Table, cell_text
from screenings.models import Cinema

#: Whose money comes by payouts. Cash does not, and what is on a gift card came before.
PROVIDERS = [gateway for gateway in Gateway.values if gateway not in (Gateway.CASH, Gateway.GIFT_CARD)]
OF_PROVIDER = (
    definitions.TAKEN,
    definitions.RETURNED,
    definitions.PAID_OUT,
    definitions.FEES,
    definitions.OWED_BY_PROVIDERS,
)
Sums = Mapping[str, Decimal]
NOTHING: Sums = dict.fromkeys(("taken", "returned", "payments", "refunds", "fees"), ZERO)
FROM_FILES = gettext_lazy(
    "Payouts are known from the files that were uploaded under Payout files. Without files, all that was taken is "
    "still owed."
)


@dataclass
class Balances:
    """The balances of cinemas at the end of a business day: of each, its last day up to the date that is closed."""

    cinemas: Collection[Cinema]
    date: date
    at: datetime | None = None  # for balances as of now: see `balances_now`

    @cached_property
    def days(self) -> dict[int, BusinessDay]:
        """The last closed day of each cinema. One query."""
        return last_closed(self.cinemas, self.date)[0]

    @cached_property
    def of_providers(self) -> dict[tuple[int, str], Sums]:
        """By cinema and provider: what was taken and paid back, and what its payout files say. Two queries."""
        found: defaultdict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: {**NOTHING})
        money = MoneyFigures.objects.filter(
            day__cinema__in=self._keys, day__date__lte=self.date, tender__in=PROVIDERS
        ).order_by()
        for row in money.values("cinema", "tender").annotate(taken=Sum("received"), returned=Sum("paid_back")):
            found[row["cinema"], row["tender"]].update(taken=row["taken"], returned=row["returned"])
        paid_out = PayoutFigures.objects.filter(until_closed(self.days)).order_by()
        sums = {f"of_{key}": Sum(key) for key in ("payments", "refunds", "fees")}
        by_gateway: Any = paid_out.values("cinema", "gateway").annotate(**sums)
        for each in by_gateway:
            found[each["cinema"], each["gateway"]].update({key.removeprefix("of_"): each[key] for key in sums})
        return {**found}

    @cached_property
    def by_provider(self) -> dict[str, Sums]:
        """The same of all cinemas together, by provider."""
        totals: dict[str, dict[str, Decimal]] = {}
        for (_pk, gateway), sums in self.of_providers.items():
            total = totals.setdefault(gateway, {**NOTHING})
            for key, amount in sums.items():
                total[key] += amount
        return {**totals}

    def owed_to(self, cinema: int) -> Decimal:
        """What all providers owe the cinema."""
        of_cinema = [sums for (pk, _gateway), sums in self.of_providers.items() if pk == cinema]
        return Decimal(sum(definitions.OWED_BY_PROVIDERS.of(sums) or ZERO for sums in of_cinema))

    @cached_property
    def points(self) -> Points:
        """Of all customers of the chain, at the end of the latest of the days. At most one query beside the days."""
        if not self.days:
            return Points(0, 0)
        return points_of(max(self.days.values(), key=lambda each: each.ends_at))

    @property
    def _keys(self) -> list[int]:
        return [cinema.pk for cinema in self.cinemas]


def last_closed(cinemas: Collection[Cinema], *dates: date) -> list[dict[int, BusinessDay]]:
    """For each of the dates, by cinema: the last closed day up to it. One query."""
    wanted = Q(pk__in=[])
    for each in dates:
        closed = BusinessDay.objects.closed().filter(cinema=OuterRef("pk"), date__lte=each).order_by("-date")
        last = Cinema.objects.filter(pk__in=[cinema.pk for cinema in cinemas])
        wanted |= Q(pk__in=last.annotate(day=Subquery(closed.values("pk")[:1])).values("day"))
    days = list(BusinessDay.objects.filter(wanted).order_by("date"))
    return [{day.cinema_id: day for day in days if day.date <= each} for each in dates]


def until_closed(days: Mapping[int, BusinessDay]) -> Q:
    """The condition that a payout was made by the end of the last closed day of its cinema."""
    condition = Q(pk__in=[])
    for cinema, day in days.items():
        condition |= Q(cinema=cinema, paid_on__lte=day.date)
    return condition


def points_of(day: BusinessDay) -> Points:
    """Those of all customers at the end of a closed day; counted if they were not stored, with one query."""
    if day.points_held is None or day.points_owed is None:
        return held_at(day.ends_at)
    return Points(day.points_held, day.points_owed)


def moment(balances: Balances) -> str:
    """Of when the balances are."""
    if balances.at is not None:
        return _("now, and as if the screenings of today were over")
    return _("at the end of the business day %(date)s") % {"date": cell_text(balances.date, Kind.DATE)}


def tables(balances: Balances, *, with_costs: bool) -> Sequence[Table]:
    """The stock only for people who may see costs. At most four queries."""
    return [
        by_cinema(balances, with_costs=with_costs, with_cash=False),
        cash_by_cinema(balances),
        providers(balances),
        points(balances),
    ]


def cash_by_cinema(balances: Balances) -> Table:
    rows = [
        {"cinema": str(cinema), **{each.key: getattr(day, each.key) if day else ZERO for each in cash.BALANCES}}
        for cinema in sorted(balances.cinemas, key=lambda each: (each.name, each.pk))
        for day in [balances.days.get(cinema.pk)]
    ]
    return Table(
        title=_("Cash"),
        subtitle=moment(balances),
        columns=[Column("cinema", _("Cinema")), *(column_of(each, summed=True) for each in cash.BALANCES)],
        rows=rows,
    )


def by_cinema(balances: Balances, *, with_costs: bool, with_cash: bool = True) -> Table:
    """The page has a table of its own for cash; a file has all balances in one."""
    of_cash = cash.BALANCES if with_cash else ()
    shown = [
        definitions.ADVANCES,
        definitions.ON_GIFT_CARDS,
        *([definitions.STOCK_AT_COST] if with_costs else []),
        *of_cash,
    ]
    rows, is_now = [], balances.at is not None
    for cinema in sorted(balances.cinemas, key=lambda each: (str(each.legal_entity or ""), each.name, each.pk)):
        day = balances.days.get(cinema.pk)
        row: dict[str, Any] = {
            "entity": str(cinema.legal_entity or ""),
            "cinema": str(cinema),
            "advances": day.advances if day else ZERO,
            "on_gift_cards": day.on_gift_cards if day else ZERO,
            "stock_value": day.stock_value if day else ZERO,
            **{each.key: getattr(day, each.key) if day else ZERO for each in cash.BALANCES},
            "owed_by_providers": balances.owed_to(cinema.pk),
            "date": day.date if day else None,
        }
        rows.append(row)
    return Table(
        title=_("Balances"),
        subtitle=moment(balances),
        columns=[
            Column("entity", _("Legal entity")),
            Column("cinema", _("Cinema")),
            *(column_of(each, summed=True) for each in (*shown, definitions.OWED_BY_PROVIDERS)),
            *([] if is_now else [Column("date", _("Last closed day"), Kind.DATE)]),
        ],
        rows=rows,
        notes=[] if is_now else [_("Balances are those of the last closed day up to the date.")],
    )


def providers(balances: Balances) -> Table:
    """What each provider owes the cinemas together."""
    names = dict(Gateway.choices)
    totals = balances.by_provider
    return Table(
        title=_("Payment providers"),
        subtitle=_("since the first day, by the business day of payments and refunds and the day of payouts"),
        columns=[Column("provider", _("Payment provider")), *(column_of(each, summed=True) for each in OF_PROVIDER)],
        rows=[
            {"provider": names[gateway], **{each.key: each.of(totals[gateway]) for each in OF_PROVIDER}}
            for gateway in PROVIDERS
            if gateway in totals
        ],
        notes=[FROM_FILES],
    )


def points(balances: Balances) -> Table:
    """Points are those of the whole chain: customers may use them in every cinema."""
    held, owed = balances.points
    value = settings.BONUS_POINT_VALUE
    return Table(
        title=_("Points of all customers of the chain"),
        subtitle=_("Now") if balances.at is not None else moment(balances),
        columns=[
            Column("name", _("Balance")),
            Column("points", _("Points"), Kind.INTEGER),
            Column("value", _("Value"), Kind.MONEY),
        ],
        rows=[
            (definitions.HELD.name, held, held * value),
            (definitions.DEBTS.name, owed, owed * value),
        ],
        notes=[definitions.DEBTS.sentence],
    )
