"""The timetable: a day of one cinema, by hall."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from backoffice.screenings import timetable_layout
from screenings.models import Hall
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.forecasts import a_forecast
from tests.helpers.pages.admin_pages import query_count
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = "2026-11-06"
TIMETABLE = "admin:screenings_session_timetable"


def test_each_session_is_shown_with_its_time_seats_and_status(hall: Hall) -> None:
    session = factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    factories.a_paid_order(session, seats=2)
    person = someone("cashier", hall.cinema)

    page = browser(person).get(reverse(TIMETABLE), {"day": DAY}).text

    assert "19:00–21:00" in page  # in Moscow
    assert "2 of 8" in page
    assert "Scheduled" in page
    assert "(Europe/Moscow)" in page


@pytest.mark.parametrize(("role", "sees"), [("floor_manager", True), ("cashier", False)])
def test_each_session_and_its_page_tell_what_is_expected_and_why(hall: Hall, role: str, sees: bool) -> None:
    session = factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    a_forecast(session, horizon=3, mean=12.4)
    client = browser(someone(role, hall.cinema))

    timetable = client.get(reverse(TIMETABLE), {"day": DAY}).text
    page = client.get(reverse("admin:screenings_session_change", args=[session.pk])).text

    for text in (timetable, page):
        assert ("6–12–18" in text) is sees
        assert ("Sold by then: 3 tickets, 0.5 days before the start." in text) is sees


def test_a_session_is_shown_on_the_local_day_on_which_it_starts() -> None:
    hall = factories.a_hall(factories.a_cinema(time_zone="Asia/Vladivostok"))
    late = factories.a_session(hall, start=datetime(2026, 11, 6, 13, 30, tzinfo=UTC))  # 23:30 there
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))  # 02:00 of the next day

    day = timetable_layout.lay_out_day(hall.cinema, date(2026, 11, 6), at=NOON)

    page = browser(someone("usher", hall.cinema)).get(reverse(TIMETABLE), {"day": DAY}).text
    [shown] = day.halls[0].blocks
    assert "23:30–01:30" in page
    assert shown.session == late
    assert f"{shown.starts:%H:%M}" == "23:30"
    assert [hour.label for hour in day.hours][-3:] == ["23:00", "00:00", "01:00"]


def test_the_axis_skips_the_missing_hour_when_the_clocks_go_forward() -> None:
    hall = factories.a_hall(factories.a_cinema(time_zone="Europe/Berlin"))
    factories.a_session(hall, start=datetime(2027, 3, 27, 23, 30, tzinfo=UTC))  # 00:30 on 28 March

    day = timetable_layout.lay_out_day(hall.cinema, date(2027, 3, 28), at=NOON)

    assert [hour.label for hour in day.hours][:4] == ["00:00", "01:00", "03:00", "04:00"]


def test_a_cancelled_session_is_drawn_below_its_replacement(hall: Hall) -> None:
    start = datetime(2026, 11, 6, 16, tzinfo=UTC)
    cancelled = factories.a_session(hall, start=start)
    cancel_session(cancelled, reason="Broken", at=NOON)
    shown = factories.a_session(hall, start=start)

    [row] = timetable_layout.lay_out_day(hall.cinema, date(2026, 11, 6), at=NOON).halls

    assert {block.session: block.lane for block in row.blocks} == {shown: 0, cancelled: 1}
    assert row.lanes == 2


@pytest.mark.parametrize("day", ["", "yesterday", "9999-12-31", "0001-01-01", "\x00"])
def test_an_invalid_day_shows_today(hall: Hall, day: str) -> None:
    page = browser(someone("usher", hall.cinema)).get(reverse(TIMETABLE), {"day": day})

    assert page.context_data["day"] == date(2026, 11, 5)


def test_people_see_the_timetable_of_their_own_cinemas_only(hall: Hall) -> None:
    other = factories.a_hall()
    client = browser(someone("owner", hall.cinema))

    assert client.get(reverse(TIMETABLE)).context_data["cinemas"] == [hall.cinema]
    assert client.get(reverse(TIMETABLE), {"cinema": other.cinema_id}).status_code == 404
    assert "assigned to a cinema yet" in browser(someone("bar")).get(reverse(TIMETABLE)).text


def test_the_page_runs_the_same_number_of_queries_for_3_sessions_and_for_30(hall: Hall) -> None:
    client = browser(someone("owner", hall.cinema))

    def fill(numbers: range) -> None:
        for number in numbers:
            start = datetime(2026, 11, 5, 21, tzinfo=UTC) + number * timedelta(minutes=40)
            factories.a_session(hall, start=start, minutes=10)

    def cost() -> int:
        return query_count(client, reverse(TIMETABLE), day=DAY)

    fill(range(3))
    few = cost()
    fill(range(3, 30))

    assert cost() == few <= 15
