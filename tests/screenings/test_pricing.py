"""What a ticket costs is recomputed from docs/prices.md, in tests/docs/test_prices.py."""

from decimal import Decimal

import pytest

from screenings.models import SeatKind
from screenings.pricing import surcharges, ticket_price
from tests.helpers.screening_rows import hall


def test_a_ticket_costs_whole_cents_whatever_its_share():
    for percent in range(101):
        price = ticket_price(session_price=Decimal("349.99"), percent=percent, surcharge=Decimal("0.01"))

        assert price.as_tuple().exponent == -2


@pytest.mark.django_db
def test_a_cinemas_surcharges_are_read_at_once(django_assert_num_queries):
    cinema = hall().cinema
    cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("150.00"))
    cinema.seat_surcharges.create(kind=SeatKind.LOVE_SEAT, amount=Decimal("50.00"))
    hall().cinema.seat_surcharges.create(kind=SeatKind.VIP, amount=Decimal("900.00"))

    with django_assert_num_queries(1):
        found = surcharges(cinema)

    assert found == {SeatKind.VIP: Decimal("150.00"), SeatKind.LOVE_SEAT: Decimal("50.00")}
