"""Rows for tests of screenings."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from model_bakery import baker

from screenings.models import Cinema, Film, Hall, PriceList, PriceQuote, Session

AT = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
PRICE = Decimal("350.00")


def hall(time_zone: str = "Europe/Moscow", **fields: Any) -> Hall:
    """A hall with 15 minutes of cleaning, in a new cinema with 10 minutes of adverts."""
    cinema = fields.pop("cinema", None) or baker.make(Cinema, name="Aurora", time_zone=time_zone, adverts_minutes=10)
    return baker.make(Hall, **{"cinema": cinema, "name": "Big hall", "cleaning_minutes": 15, **fields})


def film(minutes: int = 120) -> Film:
    return baker.make(Film, title="Solaris", duration_minutes=minutes)


def session(*, start: datetime = AT, minutes: int = 130, cleaning: int = 15, **fields: Any) -> Session:
    """A saved session, in a new hall unless one is given."""
    end = start + timedelta(minutes=minutes)
    return Session.objects.create(
        **{
            "film": fields.pop("film", None) or film(),
            "hall": fields.pop("hall", None) or hall(),
            "start_datetime": start,
            "end_datetime": end,
            "free_from": end + timedelta(minutes=cleaning),
            "ticket_price": PRICE,
            **fields,
        }
    )


def a_price_quote(session: Session, price: str, *, at: datetime = AT - timedelta(days=1)) -> PriceQuote:
    """A quote of this price that is in force."""
    quote = session.price_quotes.create(
        at=at,
        price=Decimal(price),
        list_price=session.ticket_price,
        lowest=session.ticket_price * 8 / 10,
        highest=session.ticket_price * 13 / 10,
        inputs={},
        inputs_hash="",
        reasons=[],
        policy="",
        version="",
    )
    session.quoted_price, session.price_quote = quote.price, quote
    session.save(update_fields=["quoted_price", "price_quote"])
    return quote


def a_price_list(
    cinema: Cinema,
    *rows: tuple[str, str, dict[str, Any]],
    valid_from: date = date(2026, 1, 1),
    published: bool = True,
) -> PriceList:
    """A price list with these rows: name, price, and other columns."""
    price_list = PriceList.objects.create(cinema=cinema, valid_from=valid_from, published_at=AT if published else None)
    for position, (name, price, columns) in enumerate(rows):
        price_list.rows.create(name=name, price=Decimal(price), position=position, **columns)
    return price_list
