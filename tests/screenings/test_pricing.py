"""Ticket prices. The examples in docs/prices.md are checked in tests/test_prices_page.py."""

from decimal import Decimal

import pytest

from screenings.models import SeatKind, TicketType
from screenings.pricing import full_percent, quote, sold_online, surcharges, surcharges_by_cinema, ticket_price
from tests.helpers.screening_rows import hall, session


def test_a_ticket_costs_whole_cents_whatever_its_share():
    for percent in range(101):
        price = ticket_price(session_price=Decimal("349.99"), percent=percent, surcharge=Decimal("0.01"))

        assert price.as_tuple().exponent == -2


@pytest.mark.django_db
def test_the_surcharges_of_a_cinema_take_one_query(django_assert_num_queries):
    cinema = hall().cinema
    cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("150.00"))
    cinema.seat_surcharges.create(kind=SeatKind.LOVE_SEAT, amount=Decimal("50.00"))
    hall().cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("900.00"))

    with django_assert_num_queries(1):
        found = surcharges(cinema)

    assert found == {SeatKind.VIP: Decimal("150.00"), SeatKind.LOVE_SEAT: Decimal("50.00")}


@pytest.mark.django_db
def test_a_seat_is_quoted_by_session_kind_and_percent():
    showing = session(ticket_price=Decimal("350.00"))
    extra = {SeatKind.VIP: Decimal("150.00")}

    def price(kind, percent):
        return quote(showing, seat_kind=kind, percent=percent, surcharges=extra)

    assert price(SeatKind.STANDARD, 100) == Decimal("350.00")
    assert price(SeatKind.VIP, 50) == Decimal("325.00")
    assert price(SeatKind.VIP, 0) == Decimal("0.00")


@pytest.mark.django_db
def test_the_surcharges_of_several_cinemas_take_one_query(django_assert_num_queries):
    cinemas = [hall().cinema for _number in range(3)]
    cinemas[0].seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("150.00"))
    cinemas[1].seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("90.00"))

    with django_assert_num_queries(1):
        found = surcharges_by_cinema(cinema.pk for cinema in cinemas)

    assert found == {cinemas[0].pk: {"VIP": Decimal("150.00")}, cinemas[1].pk: {"VIP": Decimal("90.00")}}


@pytest.mark.parametrize(
    ("types", "percent"),
    [
        ([], 100),
        ([("ANYBODY", 50), ("ANYBODY", 80)], 80),
        ([("ANYBODY", 50), ("COMPANION", 100)], 50),
    ],
)
def test_the_full_price_is_that_of_the_most_expensive_type_open_to_everyone(types, percent):
    assert full_percent(TicketType(sold_to=sold_to, price_percent=share) for sold_to, share in types) == percent


@pytest.mark.django_db
def test_box_office_types_and_inactive_types_are_not_sold_online():
    adult = TicketType.objects.create(name="Adult")
    TicketType.objects.create(name="Comp", sold_to=TicketType.SoldTo.TILL)
    TicketType.objects.create(name="Old", is_active=False)

    assert sold_online() == [adult]
