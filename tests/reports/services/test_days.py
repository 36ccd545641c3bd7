from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction

from reports.models import BusinessDay
from reports.services import open_days
from reports.services.days import to_open
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cinema():
    """It sells its first ticket on 5 November 2026."""
    cinema = a_cinema(time_zone="Europe/Berlin")
    a_paid_order(a_session(a_hall(cinema)))
    return cinema


def opened(*cinemas, at):
    with transaction.atomic():
        return open_days(cinemas, at=at)


def hours(cinema):
    """The length of each day in hours, by its date."""
    days = BusinessDay.objects.filter(cinema=cinema).order_by("starts_at")
    return {day.date: (day.ends_at - day.starts_at) / HOUR for day in days}


def test_the_first_day_is_that_of_the_first_order(cinema):
    assert opened(cinema, at=NOON) == 1
    assert opened(cinema, at=NOON) == 0

    day = BusinessDay.objects.get()
    assert (day.date, day.starts_at) == (date(2026, 11, 5), datetime(2026, 11, 5, 4, tzinfo=UTC))


def test_a_cinema_that_has_sold_nothing_has_no_days():
    cinema = a_cinema()

    assert opened(cinema, at=NOON) == 0
    assert list(to_open(NOON)) == []


def test_a_cinema_is_to_be_opened_when_no_stored_day_contains_the_instant(cinema):
    assert list(to_open(NOON)) == [cinema]
    assert list(to_open(NOON - DAY)) == []
    opened(cinema, at=NOON)
    end = BusinessDay.objects.get().ends_at

    assert list(to_open(end - timedelta(microseconds=1))) == []
    assert list(to_open(end)) == [cinema]


def test_days_have_23_and_25_hours_where_the_clocks_change_and_29_february_is_one_of_them(cinema):
    opened(cinema, at=datetime(2028, 3, 2, tzinfo=UTC))

    lengths = hours(cinema)
    assert {day: length for day, length in lengths.items() if length != 24} == {
        date(2027, 3, 27): 23,
        date(2027, 10, 30): 25,
    }
    assert [day for day in sorted(lengths) if day >= date(2028, 2, 28)] == [
        date(2028, 2, 28),
        date(2028, 2, 29),
        date(2028, 3, 1),
    ]


def test_each_day_begins_where_the_one_before_ended_whatever_is_changed(cinema):
    opened(cinema, at=NOON)
    cinema.day_ends_at = time(3)
    cinema.save()
    opened(cinema, at=NOON + 2 * DAY)

    days = list(BusinessDay.objects.order_by("starts_at"))
    assert [day.starts_at for day in days[1:]] == [day.ends_at for day in days[:-1]]
    assert list(hours(cinema).values()) == [24, 22, 24]


def test_cinemas_of_two_zones_begin_the_same_date_at_different_instants(cinema):
    moscow = a_cinema()
    a_paid_order(a_session(a_hall(moscow)))

    assert opened(cinema, moscow, at=NOON) == 2

    berlin_day, moscow_day = (BusinessDay.objects.get(cinema=each) for each in (cinema, moscow))
    assert berlin_day.date == moscow_day.date
    assert berlin_day.starts_at - moscow_day.starts_at == 2 * HOUR
