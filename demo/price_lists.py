"""Each cinema's price list in three versions: the first one, the one in force, and a draft of the next."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from demo import sample_data
from demo.chain import Chain, Venue
from screenings.models import Holiday, PriceList, PriceRow, RowSurcharge, Session, TicketType, TicketTypeTerm
from screenings.price_lists import rows_for

UNPRICED = Decimal(1)  # of a session before `priced`
NEXT = timedelta(days=7)  # until the draft would be in force
RISE = 20


@dataclass(frozen=True)
class Version:
    """`rise` is added to the prices of the sample data."""

    valid_from: date
    rise: int
    published: bool = True


def add_price_lists(chain: Chain, *, at: datetime, opened: timedelta) -> None:
    """The chain opened so long before `at`; prices rose when a third of that time was left."""
    _add_holidays((at - opened).year, (at + NEXT).year)
    for venue in chain.venues.values():
        today = venue.cinema.business_date(at)
        for version in (
            Version(today - opened - timedelta(days=1), rise=-RISE),
            Version(today - opened / 3, rise=0),
            Version(today + NEXT, rise=RISE, published=False),
        ):
            _add_version(venue, version, chain.ticket_types)


def priced(sessions: Sequence[Session]) -> Sequence[Session]:
    """The same sessions, each with its row of the price list and the price of that row."""
    for session, row in zip(sessions, rows_for(sessions), strict=True):
        assert row is not None
        session.price_row, session.ticket_price = row, row.price
    return sessions


def _add_holidays(first: int, last: int) -> None:
    Holiday.objects.bulk_create(
        Holiday(day=date(year, month, day), name=name)
        for year in range(first, last + 1)
        for (month, day), name in sample_data.HOLIDAYS.items()
    )


def _add_version(venue: Venue, version: Version, ticket_types: dict[str, TicketType]) -> None:
    begins, _ends = venue.cinema.day_bounds(version.valid_from)
    price_list = PriceList.objects.create(
        cinema=venue.cinema,
        valid_from=version.valid_from,
        published_at=begins - timedelta(hours=12) if version.published else None,
        published_by=venue.manager if version.published else None,
    )
    rows = PriceRow.objects.bulk_create(_numbered(_rows(venue, version, price_list)))
    terms, surcharges = [], []
    for row, facts in zip(rows, sample_data.PRICE_ROWS * (len(rows) // len(sample_data.PRICE_ROWS)), strict=True):
        for name, amounts in facts.types.items():
            terms.append(TicketTypeTerm(row=row, ticket_type=ticket_types[name], **amounts))
        surcharges += [
            RowSurcharge(row=row, kind=kind, amount=Decimal(amount)) for kind, amount in facts.surcharges.items()
        ]
    TicketTypeTerm.objects.bulk_create(terms)
    RowSurcharge.objects.bulk_create(surcharges)


def _numbered(rows: Iterable[PriceRow]) -> list[PriceRow]:
    numbered = list(rows)
    for number, row in enumerate(numbered, start=1):
        row.position = 10 * number
    return numbered


def _rows(venue: Venue, version: Version, price_list: PriceList) -> Iterator[PriceRow]:
    """All rows for each hall of prices of its own, then all for the others."""
    special = [(plan, hall) for plan, hall in venue.halls if plan.price_extra]
    for plan, hall in [*special, (None, None)]:
        for facts in sample_data.PRICE_ROWS:
            by_format = plan is not None and plan.format != Session.Format.TWO_D
            where = "" if plan is None else plan.format if by_format else plan.name
            yield PriceRow(
                price_list=price_list,
                name=f"{facts.name}, {where}" if where else facts.name,
                weekdays=facts.weekdays,
                starts_from=None if facts.since is None else time(facts.since),
                starts_before=None if facts.until is None else time(facts.until),
                holidays=PriceRow.OnHolidays.ONLY if facts.on_holidays else PriceRow.OnHolidays.ANY,
                week_until=facts.last_week,
                format=where if by_format else "",
                hall=None if by_format else hall,
                price=Decimal(facts.price + version.rise + (plan.price_extra if plan else 0)),
            )
