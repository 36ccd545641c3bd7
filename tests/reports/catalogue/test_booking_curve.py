from datetime import timedelta

import pytest

from orders.services import refund
from reports.catalogue.booking_curve import booking_curve
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

DAY, WEEK, HOUR = timedelta(days=1), timedelta(days=7), timedelta(hours=1)
EVENING = NOON + 5 * HOUR  # 20:00 in Moscow


def sold(session: Session, *, days: float, seats: int = 1) -> None:
    """Paid so many days before the start."""
    a_paid_order(session, seats=seats, at=session.start_datetime - days * DAY)


def series(session: Session, at=NOON) -> dict[str, list]:
    chart = booking_curve(session, at)
    names = [str(column.label) for column in chart.table.columns]
    return dict(zip(names, zip(*chart.table.rows, strict=True), strict=True))


def test_a_point_is_what_was_sold_until_so_many_days_before():
    session = a_session(start=EVENING)
    for days, seats in ((6, 1), (3.5, 2), (3, 1), (0.5, 4)):
        sold(session, days=days, seats=seats)

    shown = series(session)

    assert dict(zip(shown["Days before the start"], shown["This screening"], strict=True)) == {
        7: 0, 6: 1, 5: 1, 4: 1, 3: 4, 2: 4, 1: 4, 0: 8,
    }  # fmt: skip
    assert len(shown) == 2  # there are none like it


def test_the_days_to_come_are_left_open_and_refunds_do_not_count():
    session = a_session(start=EVENING + 3 * DAY)
    sold(session, days=5, seats=2)
    refund(a_paid_order(session, at=session.start_datetime - 5 * DAY), reason="Ill", at=NOON)

    assert series(session)["This screening"] == (0, 0, 2, 2, 2, None, None, None)


def test_it_is_compared_with_screenings_of_its_cinema_weekday_and_part_of_day():
    cinema = a_cinema()
    hall = a_hall(cinema)
    session = a_session(hall, start=EVENING)
    for weeks, seats in ((1, 3), (2, 6)):
        sold(a_session(hall, start=EVENING - weeks * WEEK - HOUR), days=2, seats=seats)
    for unlike in (EVENING - DAY, EVENING - WEEK - 8 * HOUR, EVENING - WEEK + 3 * HOUR, EVENING - 30 * WEEK):
        sold(a_session(hall, start=unlike), days=2, seats=8)
    sold(a_session(a_hall(a_cinema()), start=EVENING - WEEK), days=2, seats=8)
    called_off = a_session(a_hall(cinema), start=EVENING - WEEK)
    cancel_session(called_off, reason="The projector broke", at=EVENING - WEEK - DAY)

    shown = series(session)

    assert shown["Mean of 2 screenings like it"] == (0, 0, 0, 0, 0, 4.5, 4.5, 4.5)


def test_the_last_eight_are_like_it():
    hall = a_hall()
    for weeks in range(1, 11):
        sold(a_session(hall, start=EVENING - weeks * WEEK), days=1, seats=1 if weeks <= 8 else 9)

    assert series(a_session(hall, start=EVENING))["Mean of 8 screenings like it"][-1] == 1


def test_a_show_after_midnight_is_like_those_of_the_evening_before():
    hall = a_hall()
    midnight = EVENING + 4.5 * HOUR
    sold(a_session(hall, start=midnight - WEEK), days=1, seats=2)

    assert series(a_session(hall, start=midnight))["Mean of 1 screening like it"][-1] == 2


def test_it_takes_one_query(django_assert_num_queries):
    hall = a_hall()
    for weeks in range(1, 4):
        sold(a_session(hall, start=EVENING - weeks * WEEK), days=1)
    session = Session.objects.select_related("hall__cinema").get(pk=a_session(hall, start=EVENING).pk)

    with django_assert_num_queries(1):
        booking_curve(session, NOON)
