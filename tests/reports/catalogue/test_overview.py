from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.catalogue.overview import Overview
from reports.catalogue.takings import takings
from reports.models import BusinessDay
from reports.reading import Period
from screenings.models import Cinema
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)  # a Thursday, on which the week of cinemas begins
HOUR = timedelta(hours=1)


def sold(cinema: Cinema, start: datetime, seats: int, *, snacks: int = 0) -> None:
    """A screening with an order for some seats, paid an hour before it starts."""
    session = a_session(a_hall(cinema), start=start)
    items = [(an_item(cinema), snacks)] if snacks else []
    a_paid_order(session, seats=seats, snacks=items, at=start - HOUR)


def takings_of(cinema: Cinema, first: date, last: date, at: datetime) -> dict:
    return takings(Period([cinema], first, last, at)).totals


def test_the_figures_of_today_are_those_of_the_takings_page():
    cinema = a_cinema()
    sold(cinema, NOON + HOUR, 3, snacks=2)
    sold(cinema, NOON + 3 * HOUR, 1)

    [today] = Overview([cinema], NOON + 2 * HOUR).today(with_figures=True)

    of_page = takings_of(cinema, TODAY, TODAY, NOON + 2 * HOUR)
    assert today.date == TODAY
    assert {key: today.figures[key] for key in ("admissions", "box_office", "bar_takings", "spend_per_head")} == {
        "admissions": 3, "box_office": 1050, "bar_takings": 240, "spend_per_head": 80,
    }  # fmt: skip
    assert {key: of_page[key] for key in of_page} == {key: today.figures[key] for key in of_page}


def test_each_screening_has_its_seats_and_its_own_figures():
    cinema = a_cinema()
    sold(cinema, NOON + HOUR, 3, snacks=1)
    a_paid_order(snacks=[(an_item(cinema), 1)])  # of no screening
    sold(cinema, NOON + 13 * HOUR, 1)  # at 01:00: it belongs to today
    sold(cinema, NOON + 24 * HOUR, 2)  # tomorrow
    called_off = a_session(a_hall(cinema), start=NOON + 2 * HOUR)
    cancel_session(called_off, reason="The projector broke", at=NOON)

    at = NOON + 12 * HOUR + timedelta(minutes=30)
    [today] = Overview([cinema], at).today(with_figures=True)

    shown = ("admissions", "box_office", "spend_per_head")
    assert [(each.seats.sold, each.seats.capacity, *map(each.figures.get, shown)) for each in today.screenings] == [
        (3, 20, 3, 1050, 40),
        (1, 20, 1, 350, 0),
    ]
    assert (today.taken, today.capacity) == (4, 40)


def test_without_figures_there_is_only_how_full_it_is():
    cinema = a_cinema()
    sold(cinema, NOON + HOUR, 3)

    [today] = Overview([cinema], NOON).today(with_figures=False)

    assert today.figures is None
    assert [(each.seats.sold, each.figures) for each in today.screenings] == [(3, None)]


def test_yesterday_and_the_week_are_compared_with_the_week_before():
    cinema, other = a_cinema(), a_cinema()
    for days, seats in ((1, 4), (3, 1), (8, 2), (10, 1), (15, 5)):
        sold(cinema, NOON - days * timedelta(days=1), seats)
    call_command("close_business_day", at=NOON)

    overview = Overview([cinema, other], NOON)
    yesterday, week = overview.yesterday(), overview.week()

    rows = [row for each in (yesterday, week) for row in each.table.rows]
    assert [(row["cinema"], row["box_office"], row["week_before"], row["change_from_week"]) for row in rows] == [
        (str(cinema), 1400, 700, 100),
        (str(other), 0, 0, None),
        (str(cinema), 1750, 1050, Decimal("66.7")),  # on its first day, of the week before it: 29 October on
        (str(other), 0, 0, None),
    ]
    assert week.dates[cinema.pk] == (date(2026, 10, 29), date(2026, 11, 4))
    assert week.table.totals["box_office"] == 1750


def test_the_week_that_has_begun_ends_yesterday():
    cinema = a_cinema()

    week = Overview([cinema], NOON + timedelta(days=2)).week()

    assert week.dates[cinema.pk] == (TODAY, date(2026, 11, 6))


def test_closed_days_and_open_ones_have_the_figures_of_the_takings_page():
    cinema = a_cinema()
    for days in range(1, 9):
        sold(cinema, NOON - days * timedelta(days=1), days % 3 + 1, snacks=days % 2)
    call_command("close_business_day", at=NOON - timedelta(days=3))
    assert BusinessDay.objects.closed().filter(cinema=cinema).exists()

    overview = Overview([cinema], NOON)

    for compared in (overview.yesterday(), overview.week()):
        [row] = compared.table.rows
        of_page = takings_of(cinema, *compared.dates[cinema.pk], NOON)
        assert {key: row[key] for key in ("admissions", "box_office", "bar_takings", "spend_per_head")} == {
            key: of_page[key] for key in ("admissions", "box_office", "bar_takings", "spend_per_head")
        }


def test_today_goes_on_as_stored_when_days_are_made_to_end_later():
    cinema = a_cinema()
    sold(cinema, NOON + HOUR, 1)
    early = datetime(2026, 11, 6, 2, 30, tzinfo=UTC)  # 05:30 in Moscow: the 6th has begun
    sold(cinema, early + HOUR, 2)
    call_command("close_business_day", at=early)
    cinema.day_ends_at = time(8)
    cinema.save()

    [today] = Overview([cinema], early + HOUR).today(with_figures=True)

    assert (today.date.day, today.figures["admissions"]) == (6, 2)


def test_each_cinema_has_a_today_of_its_own():
    far, near = a_cinema(time_zone="Asia/Kamchatka"), a_cinema()
    evening = datetime(2026, 11, 5, 18, tzinfo=UTC)  # 06:00 of the 6th on Kamchatka, 21:00 of the 5th in Moscow
    sold(far, evening + HOUR, 2, snacks=1)
    sold(near, evening + HOUR, 1, snacks=2)

    days = Overview([far, near], evening + HOUR / 2).today(with_figures=True)

    assert [(day.date.day, day.figures["admissions"], day.figures["bar_takings"]) for day in days] == [
        (6, 2, 120),
        (5, 1, 240),
    ]


def test_more_cinemas_zones_and_screenings_cost_no_more_queries():
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            overview = Overview(list(Cinema.objects.all()), NOON + HOUR / 2)
            overview.today(with_figures=True)
            overview.yesterday()
            overview.week()
        return len(queries)

    sold(a_cinema(), NOON + HOUR, 1, snacks=1)
    few = cost()
    for zone in ("Asia/Kamchatka", "Asia/Omsk", "Europe/Kaliningrad"):
        for _number in range(2):
            sold(a_cinema(time_zone=zone), NOON + HOUR, 1, snacks=1)

    assert cost() == few <= 14
