from datetime import timedelta

import pytest

from pricing.services.history import described, read_history
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.forecasts import counted

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_screening_is_described_by_its_business_day_and_the_clock_of_its_cinema():
    cinema = a_cinema(time_zone="Asia/Vladivostok")
    start = cinema.day_bounds(NOON.date())[0] + 20 * HOUR  # 01:00 on the next date

    row = described(
        cinema, start=start, film=5, hall=7, form="3D", opened={(5, cinema.pk): start - 8 * DAY}, holidays={NOON.date()}
    )

    assert row == {
        "date": NOON.date().isoformat(),
        "cinema": cinema.pk,
        "hall": 7,
        "film": 5,
        "weekday": NOON.weekday(),
        "daypart": "3",
        "hour": 1,
        "film_week": 2,
        "format": "3D",
        "holiday": True,
    }


def test_the_history_tells_when_tickets_were_bought():
    session = a_session(a_hall(), start=NOON - DAY)
    a_paid_order(session, seats=2, at=NOON - DAY - 6 * DAY)
    a_paid_order(session, seats=3, at=NOON - DAY - 2 * HOUR)
    counted(session, admissions=5)

    history = read_history(NOON)

    [row] = history.rows
    assert (row["admissions"], row["capacity"], history.party_mean) == (5, 60, 2.5)
    assert history.party_mix == {"2": 0.5, "3": 0.5}
    assert row["bookings"] == [
        [0.1, 2],
        [0.25, 2],
        [0.5, 2],
        [1, 2],
        [2, 2],
        [3, 2],
        [5, 2],
        [7, 0],
        [10, 0],
        [14, 0],
        [21, 0],
    ]
