"""Which row of a price list a session falls under, and what its ticket types cost there."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from orders.availability.seat_map import SeatMap
from orders.errors import TicketTypeNotSold
from orders.services import hold
from screenings.models import Holiday, Session, TicketType
from screenings.price_lists import rows_for
from screenings.services import copy_day, schedule
from screenings.ticket_price import PRICE_PARTS
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_hall, a_session, an_adult, free_seats
from tests.helpers.screening_rows import a_price_list

pytestmark = pytest.mark.django_db

SATURDAY = date(2026, 11, 7)


@pytest.fixture
def hall():
    return a_hall()


def at(hall, day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), hall.cinema.zone)


def row_of(hall, start, **facts):
    film = facts.pop("film", None) or a_session(start=NOON + timedelta(days=300)).film
    [row] = rows_for([Session(hall=hall, film=film, start_datetime=start, **facts)])
    return row and row.name


def test_the_first_row_that_fits_applies(hall):
    a_price_list(
        hall.cinema,
        ("Saturday night", "500", {"weekdays": "5", "starts_from": time(18), "starts_before": time(2)}),
        ("Weekend", "450", {"weekdays": "56"}),
        ("Before noon", "250", {"starts_before": time(12)}),
        ("All", "350", {}),
    )

    assert row_of(hall, at(hall, SATURDAY, 18)) == "Saturday night"
    assert row_of(hall, at(hall, SATURDAY + timedelta(days=1), 1, 59)) == "Saturday night"  # of the evening before
    assert row_of(hall, at(hall, SATURDAY, 17, 59)) == "Weekend"
    assert row_of(hall, at(hall, SATURDAY + timedelta(days=2), 11, 59)) == "Before noon"
    assert row_of(hall, at(hall, SATURDAY + timedelta(days=2), 12)) == "All"


def test_holidays_formats_halls_and_weeks_of_the_film_are_conditions(hall):
    Holiday.objects.create(day=date(2026, 11, 4), name="Unity Day")
    other = a_hall(hall.cinema)
    film = a_session(other, start=at(hall, date(2026, 11, 2), 10)).film
    a_price_list(
        hall.cinema,
        ("Holiday", "600", {"holidays": "ONLY"}),
        ("3D", "550", {"format": "3D"}),
        ("Small hall", "300", {"hall": other}),
        ("New film", "400", {"week_until": 1}),
        ("Older film", "320", {"week_from": 2, "holidays": "NEVER"}),
    )

    assert row_of(hall, at(hall, date(2026, 11, 4), 19), film=film) == "Holiday"
    assert row_of(hall, at(hall, date(2026, 11, 5), 19), film=film, format="3D") == "3D"
    assert row_of(other, at(hall, date(2026, 11, 5), 19), film=film) == "Small hall"
    assert row_of(hall, at(hall, date(2026, 11, 8), 19), film=film) == "New film"
    assert row_of(hall, at(hall, date(2026, 11, 9), 19), film=film) == "Older film"


def test_a_version_applies_from_its_day_and_a_draft_not_at_all(hall):
    a_price_list(hall.cinema, ("Old", "300", {}), valid_from=date(2026, 1, 1))
    a_price_list(hall.cinema, ("New", "400", {}), valid_from=SATURDAY)
    a_price_list(hall.cinema, ("Draft", "500", {}), valid_from=SATURDAY - timedelta(days=1), published=False)

    assert row_of(hall, at(hall, date(2025, 12, 31), 19)) is None
    assert row_of(hall, at(hall, SATURDAY - timedelta(days=1), 19)) == "Old"
    assert row_of(hall, at(hall, SATURDAY, 19)) == "New"
    assert row_of(a_hall(), at(hall, SATURDAY, 19)) is None  # another cinema


def test_the_number_of_queries_does_not_depend_on_the_number_of_sessions(hall, django_assert_num_queries):
    a_price_list(hall.cinema, ("All", "350", {}))
    sessions = [a_session(hall, start=NOON + timedelta(days=number)) for number in range(10)]

    with django_assert_num_queries(4):
        assert len(rows_for(sessions)) == 10


def test_a_new_session_remembers_its_row_and_keeps_the_price_it_was_given(hall):
    a_price_list(hall.cinema, ("All", "350", {}))

    session = schedule(
        film=a_session().film, hall=hall, start=at(hall, SATURDAY, 19), ticket_price=Decimal("410.00"), at=NOON
    )

    assert (session.price_row.name, Session.objects.get(pk=session.pk).ticket_price) == ("All", Decimal("410.00"))


def test_a_copy_has_the_list_price_of_its_own_day_unless_the_original_was_priced_by_hand(hall):
    a_price_list(hall.cinema, ("Weekend", "450", {"weekdays": "56"}), ("All", "350", {}))
    friday = SATURDAY - timedelta(days=1)
    listed = a_session(hall, start=at(hall, friday, 10), price=Decimal("350.00"))
    special = a_session(hall, start=at(hall, friday, 20), price=Decimal("777.00"))
    assert listed.price_row.name == special.price_row.name == "All"

    result = copy_day(hall.cinema, day=friday, to=SATURDAY, at=NOON)

    assert [each.ticket_price for each in result.created] == [Decimal("450.00"), Decimal("777.00")]
    assert {each.price_row.name for each in result.created} == {"Weekend"}


def test_a_row_gives_ticket_types_another_share_a_fixed_price_or_does_not_sell_them(hall):
    child, student, senior = (
        TicketType.objects.create(name=name, price_percent=50) for name in ("Child", "Student", "Senior")
    )
    an_adult()
    price_list = a_price_list(hall.cinema, ("All", "350", {}))
    row = price_list.rows.get()
    row.ticket_types.create(ticket_type=child, percent=80)
    row.ticket_types.create(ticket_type=student, fixed_price=Decimal("200.00"))
    row.ticket_types.create(ticket_type=senior)
    row.surcharges.create(kind="STANDARD", amount=Decimal("30.00"))
    session = a_session(hall, start=at(hall, SATURDAY, 19), price=Decimal("350.00"))
    seats = free_seats(session)

    order = hold(cinema=hall.cinema, tickets=[(session, seats[0], child), (session, seats[1], student)], at=NOON)
    with raises_unchanged(TicketTypeNotSold):
        hold(cinema=hall.cinema, tickets=[(session, seats[2], senior)], at=NOON)

    assert list(order.tickets.order_by("seat__number").values_list(*PRICE_PARTS)) == [
        (Decimal("310.00"), Decimal("350.00"), 80, Decimal("30.00"), None),
        (Decimal("230.00"), Decimal("200.00"), 100, Decimal("30.00"), None),
    ]
    seat_map = SeatMap(session, at=NOON)
    assert {each.name for each in seat_map.types} == {"Adult", "Child", "Student"}
    assert seat_map.prices["STANDARD"] == Decimal("380.00")


def test_terms_of_one_channel_come_before_those_of_both(hall):
    child, senior = (TicketType.objects.create(name=name, price_percent=50) for name in ("Child", "Senior"))
    row = a_price_list(hall.cinema, ("All", "350", {})).rows.get()
    row.ticket_types.create(ticket_type=child, channel="ONLINE", percent=60)
    row.ticket_types.create(ticket_type=child, percent=80)
    row.ticket_types.create(ticket_type=senior, channel="ONLINE")
    row.ticket_types.create(ticket_type=senior, channel="BOX_OFFICE", fixed_price=Decimal("99.00"))
    session = a_session(hall, start=at(hall, SATURDAY, 19), price=Decimal("350.00"))
    seats = iter(free_seats(session))

    def price(ticket_type, channel):
        sold = hold(cinema=hall.cinema, tickets=[(session, next(seats), ticket_type)], channel=channel, at=NOON)
        return sold.final_amount

    prices = [price(child, "ONLINE"), price(child, "BOX_OFFICE"), price(senior, "BOX_OFFICE")]
    with raises_unchanged(TicketTypeNotSold):
        price(senior, "ONLINE")

    assert prices == [Decimal("210.00"), Decimal("280.00"), Decimal("99.00")]
    assert price(senior, "RESERVATION") == Decimal("99.00")
    assert {each.name for each in SeatMap(session, at=NOON).types} == {"Adult", "Child"}
