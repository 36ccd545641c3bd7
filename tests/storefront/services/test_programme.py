from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.availability.seat_map import SeatMap
from screenings.models import Film, TicketType
from screenings.services import start_outage
from storefront.services import programme
from storefront.services.programme import Showing, with_seats_left
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def showings(*, first: date, days: int = 1) -> list[Showing]:
    return programme.showings(first=first, days=days, at=NOON)


def test_a_week_takes_as_many_queries_as_one_session(django_assert_num_queries):
    cinema = factories.a_cinema()
    halls = [factories.a_hall(cinema) for _number in range(3)]
    first = NOON.date()
    factories.a_session(halls[0], start=NOON + HOUR)
    with django_assert_num_queries(7):
        assert len(showings(first=first, days=7)) == 1

    for day in range(1, 6):
        for hall in halls:
            session = factories.a_session(hall, start=NOON + timedelta(days=day), minutes=90 + day)
            factories.an_order(session, seats=2)
    for hall in halls:
        start_outage(hall.seats.all()[:5], since=NOON, reason="Wet")
    with django_assert_num_queries(7):
        assert len(showings(first=first, days=7)) == 16


def test_the_price_is_that_of_a_standard_seat_on_the_seat_map():
    session = factories.a_session(price=Decimal("350.00"))
    TicketType.objects.update(price_percent=80)
    session.hall.cinema.seat_surcharges.create(kind="STANDARD", amount=Decimal("20.00"))

    [showing] = showings(first=date(2026, 11, 6))

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("300.00")


def test_the_price_is_that_of_a_ticket_type_that_is_sold_for_the_film():
    session = factories.a_session(price=Decimal("400.00"))
    Film.objects.update(age_rating="18+")
    TicketType.objects.update(highest_rating="12+")
    TicketType.objects.create(name="Student", price_percent=80)
    session.refresh_from_db()

    [showing] = showings(first=date(2026, 11, 6))

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("320.00")


def test_without_sessions_there_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert with_seats_left([], at=NOON) == []
