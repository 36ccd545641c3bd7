"""Ticket prices. The examples in docs/prices.md are checked in tests/docs/test_prices.py."""

from decimal import Decimal

import pytest

from screenings.models import Film, SeatKind, Session, TicketType
from screenings.ticket_price import Quote, Terms, full_price, quote, sold_online, terms_of, ticket_price
from tests.helpers.screening_rows import a_price_quote, session


def test_a_ticket_costs_whole_cents_whatever_its_share():
    for percent in range(101):
        price = ticket_price(session_price=Decimal("349.99"), percent=percent, surcharge=Decimal("0.01"))

        assert price.as_tuple().exponent == -2


@pytest.mark.django_db
def test_a_seat_is_quoted_by_session_kind_and_ticket_type():
    showing = session(ticket_price=Decimal("350.00"))
    terms = Terms({SeatKind.VIP: Decimal("150.00")})

    def found(kind, percent):
        asked = None if percent is None else TicketType(price_percent=percent)
        return quote(showing, seat_kind=kind, ticket_type=asked, terms=terms)

    assert found(SeatKind.STANDARD, None) == Quote(Decimal("350.00"), 100, Decimal("0.00"))
    assert found(SeatKind.VIP, 50).price == Decimal("325.00")
    assert found(SeatKind.VIP, 0) == Quote(Decimal("350.00"), 0, Decimal("0.00"))


@pytest.mark.django_db
def test_a_session_that_has_a_price_quote_costs_what_it_says():
    given = a_price_quote(session(ticket_price=Decimal("350.00")), "380.00")
    showing = given.session

    found = quote(showing, seat_kind="STANDARD", ticket_type=TicketType(price_percent=50), terms=Terms())

    assert (found.price, found.base, found.price_quote) == (
        Decimal("190.00"),
        Decimal("380.00"),
        showing.price_quote_id,
    )
    assert showing.ticket_price == Decimal("350.00")


@pytest.mark.django_db
def test_the_terms_of_several_sessions_take_one_query(django_assert_num_queries):
    showings = [session() for _number in range(3)]
    showings[0].hall.cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("150.00"))
    showings[1].hall.cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("90.00"))

    with django_assert_num_queries(1):
        found = terms_of(showings)

    assert [dict(found[each.pk].surcharges) for each in showings] == [
        {"VIP": Decimal("150.00")},
        {"VIP": Decimal("90.00")},
        {},
    ]


@pytest.mark.parametrize(
    ("types", "price"),
    [
        ([], "400.00"),
        ([("ANYBODY", 50), ("ANYBODY", 80)], "320.00"),
        ([("ANYBODY", 50), ("COMPANION", 100)], "200.00"),
        ([("ANYBODY", 0)], "0.00"),
    ],
)
def test_the_full_price_is_that_of_the_most_expensive_type_open_to_everyone(types, price):
    showing = Session(film=Film(age_rating="6+"), ticket_price=Decimal("400.00"))
    offered = [TicketType(sold_to=sold_to, price_percent=share) for sold_to, share in types]

    assert full_price(showing, seat_kind="STANDARD", types=offered, terms=Terms()) == Decimal(price)


@pytest.mark.django_db
def test_box_office_types_and_inactive_types_are_not_sold_online():
    adult = TicketType.objects.create(name="Adult")
    TicketType.objects.create(name="Comp", sold_to=TicketType.SoldTo.TILL)
    TicketType.objects.create(name="Old", is_active=False)

    assert sold_online() == [adult]
