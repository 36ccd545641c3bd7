from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orders.services import check_in, refund
from payments.models import Subject, Vat, VatRate
from reports.catalogue.takings import added
from reports.counting import tickets
from reports.days import Days, JoinedDays, planned_day
from reports.models import TicketFigures
from screenings.models import TicketType
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_paid_order, a_promocode, a_session, an_order

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FOREVER = NOON + 400 * DAY


def count(cinema, *, as_of=FOREVER):
    """The rows of the business day of NOON."""
    return list(tickets.count(Days([planned_day(cinema, NOON.date())], cinemas=[cinema.pk]), as_of))


def sold_on(cinema, first, last):
    """Tickets by date."""
    days = Days([planned_day(cinema, first), planned_day(cinema, last)], cinemas=[cinema.pk])
    sold = Counter()
    for row in tickets.count(days, FOREVER + 800 * DAY):
        sold[row["about"]] += row["sold"]
    return sold


def test_an_order_in_every_measure():
    """Two adults at 500.00 with 10 % off; one came, the other was refunded. The rate of tickets is 10 %."""
    VatRate.objects.create(subject=Subject.TICKETS, valid_from=date(2026, 1, 1), vat=Vat.TEN)
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + HOUR, price=Decimal(500))
    order = a_paid_order(session, seats=2, promocode=a_promocode())
    first, second = order.tickets.order_by("pk")
    check_in(first, at=session.start_datetime)
    refund(order, lines=[second], reason="Ill", at=session.start_datetime + MINUTE)

    [row] = count(cinema)

    measures = {
        key: row[key] for key in ("sold", "refunded", "comps", "used", "no_shows", "gross", "discount", "points")
    }
    assert measures == {
        "sold": 2,
        "refunded": 1,
        "comps": 0,
        "used": 1,
        "no_shows": 0,
        "gross": Decimal(1000),
        "discount": Decimal(100),
        "points": Decimal(0),
    }
    assert (row["refunded_value"], row["refunded_money"]) == (Decimal(450), Decimal(450))
    assert row["vat"] == Decimal("40.91")  # of the 450.00 that are kept: 450 × 10 / 110


def test_what_had_not_happened_by_the_instant_is_not_counted():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + HOUR)
    order = a_paid_order(session, at=NOON)
    check_in(order.tickets.get(), at=NOON + 50 * MINUTE)
    refund(order, reason="Power cut", at=NOON + 2 * HOUR)

    def figures(as_of):
        return [(row["sold"], row["used"], row["refunded"]) for row in count(cinema, as_of=as_of)]

    assert figures(NOON) == []
    assert figures(NOON + MINUTE) == [(1, 0, 0)]
    assert figures(NOON + HOUR) == [(1, 1, 0)]
    assert figures(NOON + 3 * HOUR) == [(1, 0, 1)]


def test_a_free_ticket_is_a_comp_and_an_unpaid_one_is_nothing():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + HOUR)
    TicketType.objects.update(price_percent=0)
    a_paid_order(session, seats=2, gateway="")
    an_order(session)

    [row] = count(cinema)

    assert (row["sold"], row["comps"], row["gross"]) == (2, 2, Decimal(0))


def test_by_screening_there_is_one_row_with_the_sums_of_the_others():
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + HOUR)
    a_paid_order(session, seats=2)
    a_paid_order(session, promocode=a_promocode())
    refund(a_paid_order(session), reason="Ill", at=NOON + MINUTE)
    days = Days([planned_day(cinema, NOON.date())], cinemas=[cinema.pk])

    lines, [row] = list(tickets.count(days, FOREVER)), tickets.count_by_screening(days, FOREVER)

    assert len(lines) == 2
    assert {measure: row[measure] for measure in TicketFigures.MEASURES} == added(TicketFigures.MEASURES, lines)


def test_a_film_half_an_hour_past_midnight_belongs_to_the_evening_before():
    cinema = a_cinema()
    hall = a_hall(cinema)
    for hours in (9.5, 12.5, 16):  # 00:30, 03:30 and 07:00 by the clock of Moscow, where NOON is 15:00
        a_paid_order(a_session(hall, start=NOON + timedelta(hours=hours)))

    assert sold_on(cinema, date(2026, 11, 5), date(2026, 11, 6)) == {date(2026, 11, 5): 2, date(2026, 11, 6): 1}


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        (date(2026, 3, 28), 23),  # Berlin's clocks go forward at 02:00 on the 29th
        (date(2026, 10, 24), 25),  # and back at 03:00 on 25 October
        (date(2028, 2, 29), 24),
    ],
)
def test_the_last_film_of_a_night_in_which_the_clocks_change(night, hours):
    cinema = a_cinema(time_zone="Europe/Berlin")
    day = planned_day(cinema, night)
    hall = a_hall(cinema)
    for start in (day.ends_at - MINUTE, day.ends_at + 3 * HOUR):
        a_paid_order(a_session(hall, start=start), at=start - DAY)

    assert day.ends_at - day.starts_at == timedelta(hours=hours)
    assert sold_on(cinema, night, night + DAY) == {night: 1, night + DAY: 1}


def test_cinemas_of_two_zones_count_one_instant_on_two_dates():
    moscow, new_york = a_cinema(), a_cinema(time_zone="America/New_York")
    start = datetime(2026, 11, 6, 3, tzinfo=UTC)  # 06:00 in Moscow; still 22:00 of the day before in New York
    for cinema in (moscow, new_york):
        a_paid_order(a_session(a_hall(cinema), start=start))
    groups = [
        Days([planned_day(cinema, date(2026, 11, day)) for day in (5, 6)], cinemas=[cinema.pk])
        for cinema in (moscow, new_york)
    ]

    rows = list(tickets.count(JoinedDays(groups), FOREVER))

    assert {row["cinema_id"]: (row["about"], row["gross"]) for row in rows} == {
        moscow.pk: (date(2026, 11, 6), PRICE),
        new_york.pk: (date(2026, 11, 5), PRICE),
    }
