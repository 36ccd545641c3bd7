"""What the bar will need: units of each item, from the forecast of screenings and what their guests usually take; and
what they take together.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Sum

from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import ExpectedUse, expect_use
from pricing.models import SessionForecast
from reports.models import BarFigures, StockFigures, TicketFigures
from screenings.models import Cinema, Session

DAY = timedelta(days=1)
USUAL = 28  # days up to yesterday, over which the units per guest are counted
WEEK = 7
ENOUGH = 3  # orders with both, before one item is recommended with the other
USED = [StockMovement.Kind.HOLD, StockMovement.Kind.RETURN]


def expect_locked(items: Sequence[ConcessionItem], *, at: datetime) -> None:
    """Write onto the items how much of each is expected to be used today and in a week, and which item sells with it.

    Nothing is known of an item whose cinema had no guests in the last weeks, or has no forecast. Eight queries, however
    many items. Must be called inside a transaction (the items are locked).
    """
    cinemas = {cinema.pk: cinema for cinema in Cinema.objects.filter(pk__in={item.cinema_id for item in items})}
    days = {pk: cinema.business_date(at) for pk, cinema in cinemas.items()}
    rates = _units_per_guest(items, days)
    guests = _guests(cinemas, days, at)
    uses = {}
    for item in items:
        expected, rate = guests.get(item.cinema_id), rates.get(item.pk)
        if expected is not None and rate is not None:
            today, week = expected
            uses[item.pk] = ExpectedUse(math.ceil(rate * today - 1e-6), math.ceil(rate * week - 1e-6))
    expect_use(items, uses, goes_with=_goes_with(items, at), at=at)


def _goes_with(items: Sequence[ConcessionItem], at: datetime) -> dict[int, int]:
    """By item, what is in most orders of the last weeks that have it, if it still sells. Parts of combos do not count:
    nobody chose them together. One query.
    """
    pairs = (
        ConcessionPreorder.objects.filter(
            concession_item__in=items,
            combo=None,
            order__paid_at__range=(at - USUAL * DAY, at),
            order__preorders__combo=None,
            order__preorders__concession_item__is_active=True,
        )
        .order_by()
        .values_list("concession_item", "order__preorders__concession_item")
        .annotate(orders=Count("order", distinct=True))
    )
    found: dict[int, int] = {}
    for item, other, orders in sorted(pairs, key=lambda pair: (-pair[2], pair[1])):
        if item != other and orders >= ENOUGH:
            found.setdefault(item, other)
    return found


def _units_per_guest(items: Sequence[ConcessionItem], days: Mapping[int, date]) -> dict[int, float]:
    """By item, from the closed days of the last weeks; nothing of items whose cinema had no guests.

    Of ingredients it is what went into what was sold. Two queries, three with ingredients.
    """
    first, last = min(days.values()) - USUAL * DAY, max(days.values()) - DAY
    within = {"cinema__in": list(days), "about__range": (first, last)}
    tickets = TicketFigures.objects.filter(**within).order_by().values("cinema")
    guests = dict(tickets.annotate(guests=Sum("sold") - Sum("refunded")).values_list("cinema", "guests"))
    sold = BarFigures.objects.filter(**within, item__in=items).order_by().values("item")
    units = dict(sold.annotate(units=Sum("sold") - Sum("refunded")).values_list("item", "units"))
    if any(item.kind == item.Kind.INGREDIENT for item in items):
        moved = StockFigures.objects.filter(**within, item__in=items, item__kind="INGREDIENT", kind__in=USED).order_by()
        units |= dict(moved.values("item").annotate(used=-Sum("units")).values_list("item", "used"))
    return {
        item.pk: max(units.get(item.pk, 0), 0) / guests[item.cinema_id]
        for item in items
        if guests.get(item.cinema_id, 0) > 0
    }


def _guests(cinemas: Mapping[int, Cinema], days: Mapping[int, date], at: datetime) -> dict[int, tuple[float, float]]:
    """By cinema that has a forecast: guests expected today, and in the week that begins today. One query."""
    horizon = at + (WEEK + 1) * DAY
    rows = (
        SessionForecast.objects.filter(
            session__hall__cinema__in=list(cinemas),
            session__start_datetime__gt=at - DAY,
            session__start_datetime__lt=horizon,
            session__status__in=[Session.Status.SCHEDULED, Session.Status.ONGOING, Session.Status.COMPLETED],
        )
        .order_by("-horizon")
        .values_list("session", "session__hall__cinema", "session__start_datetime", "mean")
    )
    latest = {session: (cinema, start, mean) for session, cinema, start, mean in rows}
    by_day: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for cinema, start, mean in latest.values():
        by_day[cinema][(cinemas[cinema].business_date(start) - days[cinema]).days] += mean
    return {cinema: (found[0], sum(found[day] for day in range(WEEK))) for cinema, found in by_day.items()}
