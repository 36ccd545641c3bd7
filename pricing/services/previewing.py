"""What adaptive prices would have made at past screenings, against the list price. Reads only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cinema.money import ZERO
from orders.models import Ticket
from pricing.models import PricingMode, SessionForecast
from pricing.services.facts import DAY, LONGEST, Facts, facts_of, forecast_for_quotes, inputs_of
from pricing.services.history import KEPT
from pricing.simulated_sales import DRAWS, Pair, Seen, like_seen, pairs
from screenings.models import Cinema, Film, Session

BACK = timedelta(days=28)
MOST = 10  # screenings simulated at once: more take longer than a page may


@dataclass
class Past:
    """A past screening: what it sold and made, and what was simulated of it (nothing without sales)."""

    session: Session
    tickets: int = 0
    made: Decimal = ZERO
    capacity: int = 0
    pairs: list[Pair] = field(default_factory=list)
    is_forecast: bool = False  # without a forecast, adaptive prices are the list price

    @property
    def sold_out(self) -> bool:
        return self.tickets >= self.capacity > 0


def past_sessions(cinema: Cinema, film: Film | None, *, at: datetime) -> "QuerySet[Session]":
    """The screenings of the last four weeks that took place, had a forecast, and sold tickets; the last first."""
    sold = Ticket.objects.filter(session=OuterRef("pk"), status__in=KEPT)
    rows = Session.objects.filter(
        Exists(SessionForecast.objects.filter(session=OuterRef("pk"))),
        Exists(sold),
        hall__cinema=cinema,
        start_datetime__gt=at - BACK,
        end_datetime__lte=at,
        ticket_price__gt=0,
    ).exclude(status=Session.Status.CANCELLED)
    return (rows if film is None else rows.filter(film=film)).order_by("-start_datetime", "-pk")


def spread_over(rows: "QuerySet[Session]") -> list[Session]:
    """At most `MOST` of these screenings, evenly from the whole, in their order. Two queries."""
    keys = list(rows.values_list("pk", flat=True))
    if len(keys) > MOST:
        keys = [keys[number * (len(keys) - 1) // (MOST - 1)] for number in range(MOST)]
    return list(rows.filter(pk__in=keys).select_related("film", "hall__cinema"))


def previewed(sessions: Sequence[Session], mode: PricingMode, *, at: datetime, draws: int = DRAWS) -> list[Past]:
    """For each screening, simulated sales to people like those who came, at the list price and at adaptive prices.

    `mode` need not be saved: its bounds, its largest change and its step apply to all of them. The same screenings give
    the same figures. A constant number of queries.
    """
    bought, made = _bought(sessions)
    forecasts: dict[int, list[SessionForecast]] = defaultdict(list)
    rows = SessionForecast.objects.filter(session__in=sessions).select_related("basis")
    for row in rows.order_by("-horizon"):
        forecasts[row.session_id].append(row)
    found = []
    for facts in facts_of(sessions, at=at):
        session = facts.session
        seen = bought.get(session.pk, [])
        past = Past(
            session,
            tickets=sum(each.seats for each in seen),
            made=made.get(session.pk, ZERO),
            capacity=facts.capacity,
            is_forecast=session.pk in forecasts,
        )
        if seen and facts.capacity:
            past.pairs = _simulated(facts, mode, seen, forecasts.get(session.pk, []), draws)
        found.append(past)
    return found


def _simulated(
    facts: Facts, mode: PricingMode, seen: Sequence[Seen], forecasts: Sequence[SessionForecast], draws: int
) -> list[Pair]:
    session = facts.session
    start = session.start_datetime
    longest = max(each.days_left for each in seen)
    on_sale = (start - facts.since) / DAY if facts.since is not None else longest
    opened = min(max(on_sale, longest, 0.25), LONGEST / DAY)
    people = like_seen(seen, base=float(session.ticket_price), opened=opened, draws=draws, seed=str(session.pk))
    payload = inputs_of(mode, session.ticket_price, floor=facts.floor, capacity=facts.capacity)
    known = [((start - each.made_at) / DAY, forecast_for_quotes(each)) for each in forecasts]
    return pairs({**payload, "days_left": opened}, people, forecasts=known)


def _bought(sessions: Sequence[Session]) -> tuple[dict[int, list[Seen]], dict[int, Decimal]]:
    """By session: the orders that were kept, and what their tickets cost before discounts and points. One query."""
    start = {each.pk: each.start_datetime for each in sessions}
    list_price = {each.pk: each.ticket_price for each in sessions}
    kept = Ticket.objects.filter(session__in=sessions, status__in=KEPT).order_by("session", "order", "pk")
    columns = ("session", "order", "order__created_at", "price", "base_price", "percent", "surcharge", "price_quote")
    orders: dict[tuple[int, int], Any] = {}
    made: dict[int, Decimal] = defaultdict(Decimal)
    for session, order, created, price, base, percent, surcharge, quote in kept.values_list(*columns):
        made[session] += price
        row = orders.setdefault((session, order), {"days": (start[session] - created) / DAY, "seats": 0})
        row["seats"] += 1
        full = list_price[session]
        if base is None:  # sold before the parts of prices were kept
            row["share"] = row.get("share", ZERO) + price / full
        elif quote is not None or base == full:
            row["share"] = row.get("share", ZERO) + Decimal(percent) / 100
            row["fixed"] = row.get("fixed", ZERO) + surcharge
            row["price"] = base
        else:
            row["fixed"] = row.get("fixed", ZERO) + price
    bought: dict[int, list[Seen]] = defaultdict(list)
    for (session, _order), row in orders.items():
        bought[session].append(
            Seen(
                max(0.0, row["days"]),
                row["seats"],
                float(row.get("share", 0)),
                float(row.get("price", list_price[session])),
                float(row.get("fixed", 0)),
            )
        )
    return bought, made
