"""What authors' societies are owed: a percentage of the box office, by the rate on the day of the screening."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cinema.money import ZERO, rounded
from reports import definitions
from reports.catalogue.takings import subtitle
from reports.models import SocietyRate, TicketFigures
from reports.reading import Period, booked_between
from reports.tables import Column, Kind, Table
from screenings.models import Cinema

HUNDRED = Decimal(100)
BASES = {
    SocietyRate.Base.BOX_OFFICE: definitions.BOX_OFFICE,
    SocietyRate.Base.WITHOUT_VAT: definitions.NET_BOX_OFFICE,
}


class SocietyRates:
    """Finds the rates of a cinema on a day. Creating it costs one query; `on` costs none."""

    def __init__(self) -> None:
        self._rates: defaultdict[str, list[SocietyRate]] = defaultdict(list)
        for rate in SocietyRate.objects.order_by("society", "-valid_from", "pk"):
            self._rates[rate.society].append(rate)

    def on(self, cinema: Cinema, day: Any) -> Iterable[SocietyRate]:
        """The rate of each society that has one: that of the cinema, else of its legal entity, else of all cinemas."""
        for rates in self._rates.values():
            valid = [rate for rate in rates if rate.valid_from <= day]
            for is_its in (
                lambda rate: rate.cinema_id == cinema.pk,
                lambda rate: rate.legal_entity_id is not None and rate.legal_entity_id == cinema.legal_entity_id,
                lambda rate: rate.cinema_id is None and rate.legal_entity_id is None,
            ):
                found = next(filter(is_its, valid), None)
                if found is not None:
                    yield found
                    break


def societies(period: Period) -> Table:
    """What the closed days of the period booked, by society, legal entity and rate. Two queries."""
    rows = booked_between(TicketFigures, period.cinemas, period.first, period.last, "cinema", "about")
    cinemas = {cinema.pk: cinema for cinema in period.cinemas}
    return table_of(rows, cinemas, about=subtitle(period))


def table_of(rows: Iterable[Mapping[str, Any]], cinemas: Mapping[int, Cinema], *, about: Any) -> Table:
    """Of rows of `TicketFigures` by cinema and date. One query."""
    rates = SocietyRates()
    bases: defaultdict[tuple[str, str, Any, SocietyRate], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        cinema = cinemas[row["cinema"]]
        for rate in rates.on(cinema, row["about"]):
            key = (rate.society, str(cinema.legal_entity or ""), rate.valid_from, rate)
            bases[key] += BASES[SocietyRate.Base(rate.base)].of(row) or ZERO
    found = []
    for society, entity, valid_from, rate in sorted(bases, key=lambda key: (*key[:3], key[3].pk)):
        base = bases[society, entity, valid_from, rate]
        found.append(
            {
                "society": society,
                "entity": entity,
                "percent": rate.percent,
                "of": rate.get_base_display(),
                "base": base,
                "owed": rounded(base * rate.percent / HUNDRED),
            }
        )
    return Table(
        title=_("Owed to authors’ societies"),
        subtitle=about,
        columns=[
            Column("society", _("Society")),
            Column("entity", _("Legal entity")),
            Column("percent", _("Rate"), Kind.PERCENT),
            Column("of", _("Base")),
            Column("base", _("Amount of the base"), Kind.MONEY),
            Column("owed", _("Owed"), Kind.MONEY, definitions.OWED_TO_SOCIETIES, is_summed=True),
        ],
        rows=[row for row in found if row["percent"] or row["owed"]],
        notes=[
            _(
                "The rate is that of the day of the screening. A refund of an earlier screening counts on the day on "
                "which it was booked."
            )
        ],
    )
