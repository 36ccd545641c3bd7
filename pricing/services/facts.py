"""Reads what the prices of sessions are computed from. No customer is part of it: orders count, whoever made them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q

from cinema.money import ZERO
from orders.models import Order, Ticket
from pricing.models import PricingMode, SessionForecast, multipliers
from screenings.models import PriceQuote, Seat, Session, TicketTypeTerm

VERSION = "2026-11"  # of the rules below; part of each quote
SLOT = timedelta(hours=6)  # the longest review period that a quote is told of
LONGEST = timedelta(days=14)  # what was before is not looked at
DAY = timedelta(days=1)

# How willingness to pay is assumed to fall with the price, in parts of the list price: docs/prices.md.
LOCATION, SCALE = Decimal("1.25"), Decimal("0.25")


@dataclass
class Facts:
    """What is known of one session at one moment."""

    session: Session
    mode: PricingMode | None
    capacity: int = 0
    sold: int = 0
    held: int = 0
    floor: Decimal = ZERO  # the price never falls below it
    since: datetime | None = None  # tickets have been on sale; None: not known
    orders: list[datetime] = field(default_factory=list)  # when each was made, in order
    quotes: list[tuple[datetime, Decimal]] = field(default_factory=list)  # prices and since when, in order
    forecast: SessionForecast | None = None

    @property
    def is_adaptive(self) -> bool:
        return self.mode is not None and self.mode.mode == PricingMode.Mode.ADAPTIVE and self.session.ticket_price > 0

    def inputs(self, at: datetime) -> dict[str, Any]:
        """What `pricing.quotes.price_quote` takes. Only for an adaptive session."""
        assert self.mode is not None
        found = {
            **inputs_of(self.mode, self.session.ticket_price, floor=self.floor, capacity=self.capacity),
            "sold": self.sold,
            "held": self.held,
            "days_left": self._days_left(at),
            "history": self.history(at),
        }
        if self.forecast is not None:
            found["forecast"] = forecast_for_quotes(self.forecast)
        return found

    def history(self, at: datetime) -> list[dict[str, Any]]:
        """The past review periods: of six hours, counted back from the start, and cut where the price changed."""
        known = [self.since or at, *self.orders[:1], *(since for since, _price in self.quotes[:1])]
        begins = max(min(known), at - LONGEST)
        cuts = {begins, *(since for since, _price in self.quotes if begins < since < at)}
        slots = (self.session.start_datetime - at) // SLOT + 1
        edge = self.session.start_datetime - slots * SLOT
        while edge > begins:
            if edge < at:
                cuts.add(edge)
            edge -= SLOT
        periods = sorted(each for each in cuts if each < at)
        ends = [*periods[1:], at][: len(periods)]
        changes = [since for since, _price in self.quotes]
        rows = []
        for start, end in zip(periods, ends, strict=True):
            number = bisect_right(changes, start)
            price = self.quotes[number - 1][1] if number else self.session.ticket_price
            made = bisect_right(self.orders, end) - bisect_right(self.orders, start)
            rows.append({"days_left": self._days_left(start), "price": str(price), "orders": made})
        return rows

    def _days_left(self, at: datetime) -> float:
        return round((self.session.start_datetime - at) / DAY, 6)


def inputs_of(mode: PricingMode, base: Decimal, *, floor: Decimal = ZERO, capacity: int) -> dict[str, Any]:
    """The part of what `pricing.quotes.price_quote` takes that does not change while a session is sold."""
    lowest, highest = mode.bounds(base, floor=floor)
    return {
        "base_price": str(base),
        "bounds": multipliers(base, lowest, highest),
        "capacity": capacity,
        "demand": {
            "kind": "logit",
            "location": str(base * LOCATION),
            "scale": str(base * SCALE),
            "base": str(base),
            "shift": [],
        },
        "config": {
            "step": str(mode.step),
            "max_change_per_day": str(Decimal(mode.daily_percent) / 100),
            "never_decrease": False,
            "max_moves_per_day": None,
            "enabled": True,
            "version": VERSION,
        },
    }


def forecast_for_quotes(forecast: SessionForecast) -> dict[str, Any]:
    """As `pricing.quotes.price_quote` takes it: without advance sales, from which a quote learns itself."""
    return {
        "expected_at_base": forecast.unaided,
        "levels": forecast.levels,
        "curve": forecast.basis.curve,
        "party_mean": max(1.0, forecast.basis.party_mean),
    }


def modes_of(sessions: Sequence[Session]) -> dict[int, PricingMode]:
    """The mode of each session by primary key; none for those that have the list price by default. One query."""
    cinemas = {each.hall.cinema_id for each in sessions}
    modes: dict[tuple[str, int, int], PricingMode] = {}
    for mode in PricingMode.objects.filter(cinema__in=cinemas).order_by("pk"):
        if mode.session_id is not None:
            modes["session", mode.session_id, 0] = mode
        elif mode.film_id is not None:
            modes["film", mode.cinema_id, mode.film_id] = mode
        else:
            modes["cinema", mode.cinema_id, 0] = mode
    found = {}
    for each in sessions:
        cinema = each.hall.cinema_id
        keys = [("session", each.pk, 0), ("film", cinema, each.film_id), ("cinema", cinema, 0)]
        if closest := [modes[key] for key in keys if key in modes]:
            found[each.pk] = closest[0]
    return found


def facts_of(sessions: Sequence[Session], *, at: datetime) -> list[Facts]:
    """In the order of the sessions, whose film and hall are loaded. Eight queries, however many sessions."""
    modes = modes_of(sessions)
    seats = Seat.objects.filter(hall__in={each.hall_id for each in sessions}).order_by()
    capacity = dict(seats.values("hall").annotate(number=Count("pk")).values_list("hall", "number"))
    forecasts = {}
    for forecast in SessionForecast.objects.filter(session__in=sessions).order_by("-horizon").select_related("basis"):
        forecasts[forecast.session_id] = forecast
    since = _on_sale_since(sessions)
    floors = _floors(sessions)
    found = {
        each.pk: Facts(
            each,
            modes.get(each.pk),
            capacity=capacity.get(each.hall_id, 0),
            floor=floors[each.pk],
            since=since.get(each.pk),
            forecast=forecasts.get(each.pk),
        )
        for each in sessions
    }
    # As of `at`, whether or not the jobs that release the seats of such orders have run by now.
    released = Q(status=Ticket.Status.RESERVED, order__expires_at__lte=at) | Q(order__status=Order.Status.REFUNDED)
    by_house = Q(order__channel=Order.Channel.HOUSE, status=Ticket.Status.RESERVED)  # nobody's demand
    live = Ticket.objects.live().filter(~released, ~by_house, session__in=sessions).order_by()
    for session, status, number in live.values_list("session", "status").annotate(Count("pk")):
        if status == Ticket.Status.RESERVED:
            found[session].held += number
        else:
            found[session].sold += number
    made = live.values_list("session", "order", "order__created_at").distinct()
    for session, _order, created in made:
        found[session].orders.append(created)
    for session, since_then, price in _quotes(sessions):
        found[session].quotes.append((since_then, price))
    for facts in found.values():
        facts.orders.sort()
    return list(found.values())


def _quotes(sessions: Sequence[Session]) -> Any:
    quotes = PriceQuote.objects.filter(session__in=sessions).order_by("session", "at")
    return quotes.values_list("session", "at", "price")


def _on_sale_since(sessions: Sequence[Session]) -> Mapping[int, datetime]:
    """When each session was added, by its history."""
    records = Session.history.filter(id__in=[each.pk for each in sessions]).order_by()
    return dict(records.values("id").annotate(since=Min("history_date")).values_list("id", "since"))


def _floors(sessions: Sequence[Session]) -> dict[int, Decimal]:
    """The film's agreed minimum, and the fixed prices below the list price: a fixed price is a concession, which never
    costs more than a full ticket."""
    rows = {each.price_row_id for each in sessions} - {None}
    fixed: dict[int, list[Decimal]] = {}
    for row, amount in TicketTypeTerm.objects.filter(row__in=rows).order_by().values_list("row", "fixed_price"):
        if amount is not None:
            fixed.setdefault(row, []).append(amount)
    return {
        each.pk: max(
            each.film.minimum_price or ZERO,
            *(amount for amount in [ZERO, *fixed.get(each.price_row_id or 0, [])] if amount <= each.ticket_price),
        )
        for each in sessions
    }
