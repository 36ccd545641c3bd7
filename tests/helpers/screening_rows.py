"""Rows for tests of screenings."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from model_bakery import baker

from screenings.models import Cinema, Film, Hall, Session

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
