"""Tables and charts of simulated sales: at the list price, and at adaptive prices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median_low
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cinema.money import format_money
from pricing.services.previewing import Past
from pricing.simulated_sales import LOCATIONS, Pair, Sale, in_ten, low_mean_high
from reports import charts
from reports.tables import Chart, Column, Kind, Link, Table

Part = Table | Chart
Range = tuple[float, float, float]


def of_many(found: Sequence[Past], *, chosen: Mapping[str, Any]) -> list[Part]:
    """Of a sample of past screenings: all together, and each, with a link to its own page with the bounds chosen."""
    if not found:
        return [_nothing()]
    draws = [[each.pairs[number] for each in found] for number in range(len(found[0].pairs))]
    earliest_first = found[::-1]
    series: dict[Any, Any] = {
        _("At the list price"): [round(_mean(each, "listed")) for each in earliest_first],
        _("At adaptive prices"): [round(_mean(each, "adaptive")) for each in earliest_first],
    }
    labels = [_when(each) for each in earliest_first]
    label = Column("screening", _("Screening"))
    return [
        _takings(draws, _("Takings of these screenings together"), notes=_limits(found)),
        charts.grouped(_("Takings by screening, average"), labels, series, label=label),
        _each(found, chosen),
    ]


def of_one(past: Past) -> list[Part]:
    """Of one past screening: what it made, and what other prices would have made."""
    if not past.pairs:
        return [_nothing()]
    seen = Table(
        title=_("What the screening made"),
        columns=[
            Column("list", _("List price"), Kind.MONEY),
            Column("tickets", _("Tickets"), Kind.INTEGER),
            Column("made", _("Takings"), Kind.MONEY),
        ],
        rows=[{"list": past.session.ticket_price, "tickets": past.tickets, "made": past.made}],
        notes=[_("Before discounts and points, with surcharges, without refunded tickets.")],
    )
    return [seen, *of_pairs(past.pairs, list_price=past.session.ticket_price, notes=_limits([past]))]


def of_pairs(pairs: Sequence[Pair], *, list_price: Decimal, notes: Sequence[str]) -> list[Part]:
    """Of one screening: how the price moved, how many seats were sold, and what that made."""
    steps = [[pair.adaptive.steps[number] for pair in pairs] for number in range(len(pairs[0].adaptive.steps))]
    days = [*(_days(each[0].days_left) for each in steps), 0]
    prices = [[step.price for step in each] for each in [*steps, steps[-1]]]
    bands = [low_mean_high(each) for each in prices]
    label = Column("days", _("Days before the start"), Kind.DECIMAL)
    seats: dict[Any, Any] = {
        _("At adaptive prices"): _sold_by([pair.adaptive for pair in pairs]),
        _("At the list price"): _sold_by([pair.listed for pair in pairs]),
    }
    return [
        _takings([[pair] for pair in pairs], _("Takings"), notes=notes),
        charts.band(
            _("Price of a full ticket"),
            days,
            low=[_rounded(low) for low, _mean, _high in bands],
            middle=[_rounded(median_low(each)) for each in prices],
            high=[_rounded(high) for _low, _mean, high in bands],
            actual=[list_price] * len(days),
            actual_name=_("List price"),
            names=(_("low estimate"), _("Adaptive price, median"), _("high estimate")),
            kind=Kind.MONEY,
            label=label,
        ),
        charts.lines(_("Seats sold, average"), days, seats, kind=Kind.INTEGER, label=label),
        _seats(pairs),
    ]


def _takings(draws: Sequence[Sequence[Pair]], title: str, *, notes: Sequence[str]) -> Table:
    """`draws` has the pairs of all screenings for each draw."""
    gained = [sum(pair.gained for pair in each) for each in draws]
    parts = len(LOCATIONS)
    rows = [
        (_("At the list price"), low_mean_high([sum(pair.listed.revenue for pair in each) for each in draws])),
        (_("At adaptive prices"), low_mean_high([sum(pair.adaptive.revenue for pair in each) for each in draws])),
        (_("Gain"), low_mean_high(gained)),
        (_("– if people mind the price more than assumed"), low_mean_high(gained[0::parts])),
        (_("– if they mind it as assumed"), low_mean_high(gained[1::parts])),
        (_("– if they mind it less"), low_mean_high(gained[2::parts])),
    ]
    return Table(title=title, columns=_columns(Kind.MONEY), rows=[_row(*each) for each in rows], notes=notes)


def _seats(pairs: Sequence[Pair]) -> Table:
    rows = [
        (_("At the list price"), low_mean_high([pair.listed.sold for pair in pairs])),
        (_("At adaptive prices"), low_mean_high([pair.adaptive.sold for pair in pairs])),
    ]
    return Table(title=_("Seats sold"), columns=_columns(Kind.INTEGER), rows=[_row(*each) for each in rows])


def _columns(kind: Kind) -> list[Column]:
    return [
        Column("what", _("Prices")),
        Column("low", _("low estimate"), kind),
        Column("mean", _("average"), kind),
        Column("high", _("high estimate"), kind),
    ]


def _row(what: str, values: Range) -> dict[str, Any]:
    low, mean, high = (Decimal(round(value)) for value in values)
    return {"what": what, "low": low, "mean": mean, "high": high}


def _each(found: Sequence[Past], chosen: Mapping[str, Any]) -> Table:
    rows = []
    for past in found:
        query = urlencode({"session": past.session.pk, **chosen})
        low, mean, high = low_mean_high([pair.gained for pair in past.pairs])
        prices = [step.price for pair in past.pairs for step in pair.adaptive.steps]
        rows.append(
            {
                "screening": Link(_when(past), f"{reverse('admin:pricing_preview')}?{query}"),
                "film": past.session.film.title,
                "list": past.session.ticket_price,
                "prices": " – ".join(format_money(Decimal(str(each))) for each in sorted({min(prices), max(prices)})),
                "tickets": past.tickets,
                "made": past.made,
                "low": round(low),
                "mean": round(mean),
                "high": round(high),
            }
        )
    return Table(
        title=_("Each screening"),
        columns=[
            Column("screening", _("Screening")),
            Column("film", _("Film")),
            Column("tickets", _("Tickets"), Kind.INTEGER),
            Column("made", _("Takings"), Kind.MONEY),
            Column("low", _("Gain: low"), Kind.MONEY),
            Column("mean", _("Gain: average"), Kind.MONEY),
            Column("high", _("Gain: high"), Kind.MONEY),
            Column("list", _("List price"), Kind.MONEY),
            Column("prices", _("Adaptive prices")),
        ],
        rows=rows,
        notes=[_("Open a screening to see how its price would have moved.")],
    )


def _limits(found: Sequence[Past]) -> list[str]:
    """What the figures rest on, and what they leave out."""
    draws = len(found[0].pairs)
    full = sum(1 for each in found if each.sold_out)
    notes = [
        _(
            "People like those who came are drawn %(draws)s times: about as many, at times like theirs. About "
            "%(share)s in 10 further draws would be between the low and the high estimate. "
            "How many would pay another price is assumed, not known."
        )
        % {"draws": draws, "share": in_ten(draws)}
    ]
    if not all(each.is_forecast for each in found):
        notes.append(_("The screening had no forecast, so that its adaptive price would have been the list price."))
    if full:
        notes.append(_("Sold out: %s. Whoever found no seat is not known, so the gain there is put too low.") % full)
    return notes


def _nothing() -> Table:
    return Table(
        title=_("Takings"),
        columns=_columns(Kind.MONEY),
        rows=[],
        notes=[_("No past screening that had a forecast and sold tickets: there is nothing to simulate.")],
    )


def _when(past: Past) -> str:
    session = past.session
    local = session.hall.cinema.local(session.start_datetime)
    return f"{date_format(local, 'D j')}, {local:%H:%M}"


def _mean(past: Past, which: str) -> float:
    return low_mean_high([getattr(pair, which).revenue for pair in past.pairs])[1]


def _sold_by(sales: Sequence[Sale]) -> list[int]:
    """At each review, and at the start: the average of what was sold by then."""
    reviews = [[sale.steps[number].sold for sale in sales] for number in range(len(sales[0].steps))]
    return [round(low_mean_high(each)[1]) for each in [*reviews, [sale.sold for sale in sales]]]


def _days(days_left: float) -> Decimal | int:
    return round(days_left) if days_left == round(days_left) else Decimal(str(round(days_left, 2)))


def _rounded(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))
