"""The pages of sessions and halls: the day's timetable, who sits where, and what staff do there."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.screenings import timetable_layout
from cinema import clock
from orders.services import check_in
from screenings.models import Hall, SeatOutage, Session
from screenings.services import cancel_session, take_out
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = "2026-11-06"
TIMETABLE = "admin:screenings_session_timetable"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr("backoffice.framework.actions.timezone.now", lambda: NOON)


@pytest.fixture
def hall() -> Hall:
    return factories.a_hall(rows=["ss_vv", "", "llwc"])


def cinema_action(name: str, hall: Hall) -> str:
    return reverse(f"admin:screenings_cinema_{name}", args=[hall.cinema_id])


def confirmed(client: Any, link: str, given: dict[str, Any]) -> Any:
    """Sent twice, as somebody does who looks before the second time."""
    shown = client.post(link, {**given, "confirmed": "yes"})
    assert shown.status_code == 200, shown
    previewed = re.search(r'name="previewed" value="([^"]*)"', shown.text)
    assert previewed
    return client.post(link, {**given, "confirmed": "yes", "previewed": unescape(previewed[1])})


# --- The timetable


def test_the_day_shows_each_session_with_its_time_seats_and_status(hall: Hall) -> None:
    session = factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    factories.a_paid_order(session, seats=2)
    person = someone("cashier", hall.cinema)

    page = browser(person).get(reverse(TIMETABLE), {"day": DAY}).text

    assert "19:00–21:00" in page  # in Moscow
    assert "2 of 8" in page
    assert "Scheduled" in page
    assert "(Europe/Moscow)" in page


def test_a_session_belongs_to_the_day_on_which_it_starts_by_the_cinemas_clocks() -> None:
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


def test_on_the_night_the_clocks_change_the_axis_shows_what_the_clocks_show() -> None:
    hall = factories.a_hall(factories.a_cinema(time_zone="Europe/Berlin"))
    factories.a_session(hall, start=datetime(2027, 3, 27, 23, 30, tzinfo=UTC))  # 00:30 on 28 March

    day = timetable_layout.lay_out_day(hall.cinema, date(2027, 3, 28), at=NOON)

    assert [hour.label for hour in day.hours][:4] == ["00:00", "01:00", "03:00", "04:00"]


def test_a_cancelled_session_lies_beneath_the_one_that_took_its_place(hall: Hall) -> None:
    start = datetime(2026, 11, 6, 16, tzinfo=UTC)
    cancelled = factories.a_session(hall, start=start)
    cancel_session(cancelled, reason="Broken", at=NOON)
    shown = factories.a_session(hall, start=start)

    [row] = timetable_layout.lay_out_day(hall.cinema, date(2026, 11, 6), at=NOON).halls

    assert {block.session: block.lane for block in row.blocks} == {shown: 0, cancelled: 1}
    assert row.lanes == 2


@pytest.mark.parametrize("day", ["", "yesterday", "9999-12-31", "0001-01-01", "\x00"])
def test_a_day_that_is_none_is_today(hall: Hall, day: str) -> None:
    page = browser(someone("usher", hall.cinema)).get(reverse(TIMETABLE), {"day": day})

    assert page.context_data["day"] == date(2026, 11, 5)


def test_only_own_cinemas_are_shown(hall: Hall) -> None:
    other = factories.a_hall()
    client = browser(someone("owner", hall.cinema))

    assert client.get(reverse(TIMETABLE)).context_data["cinemas"] == [hall.cinema]
    assert client.get(reverse(TIMETABLE), {"cinema": other.cinema_id}).status_code == 404
    assert "assigned to a cinema yet" in browser(someone("bar")).get(reverse(TIMETABLE)).text


def test_the_timetable_costs_the_same_for_three_sessions_and_for_thirty(hall: Hall) -> None:
    client = browser(someone("owner", hall.cinema))

    def fill(numbers: range) -> None:
        for number in numbers:
            start = datetime(2026, 11, 5, 21, tzinfo=UTC) + number * timedelta(minutes=40)
            factories.a_session(hall, start=start, minutes=10)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(TIMETABLE), {"day": DAY}).status_code == 200
        return len(queries)

    fill(range(3))
    few = cost()
    fill(range(3, 30))

    assert cost() == few <= 15


# --- Who sits where


def test_the_page_of_a_session_says_who_sits_where_in_words(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session, seats=2)
    used = order.tickets.order_by("pk")[0]
    check_in(used, at=session.start_datetime)
    take_out([factories.free_seats(session)[0]], since=NOON, reason="Wet")

    page = browser(someone("owner", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    titles = re.findall(r"<title>(.*?)</title>", page.text)
    assert f"row 1, seat 1, Standard, Used, order {order.number}, Adult" in titles
    assert f"row 1, seat 2, Standard, Paid, order {order.number}, Adult" in titles
    assert "row 1, seat 3, VIP, off sale: Wet" in titles
    assert "row 3, seat 4, Companion seat" in titles
    assert reverse("admin:orders_order_change", args=[order.pk]) in page.text
    counts = {each.words: each.number for each in page.context_data["occupancy"].counts}
    assert counts == {"Free": 5, "Reserved": 0, "Paid": 1, "Used": 1, "No-show": 0, "Off sale": 1}


def test_people_on_a_seat_that_broke_after_the_sale_are_pointed_out(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)
    take_out([order.tickets.get().seat], since=NOON, reason="Wet")

    page = browser(someone("usher", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    assert "These tickets are for seats that are off sale" in page.text
    assert reverse("admin:orders_order_change", args=[order.pk]) not in page.text  # an usher sees no orders


def test_whose_seats_they_are_is_told_to_those_who_see_tickets_only(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)

    page = browser(someone("bar", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    assert page.status_code == 200
    assert order.number not in page.text
    assert "row 1, seat 1, Standard, Paid" in page.text


def test_the_page_of_a_session_costs_the_same_for_three_orders_and_for_thirty() -> None:
    session = factories.a_session(factories.a_hall(rows=["s" * 40]))
    client = browser(someone("owner", session.hall.cinema))
    link = reverse("admin:screenings_session_change", args=[session.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(link).status_code == 200
        return len(queries)

    for _number in range(3):
        factories.a_paid_order(session)
    cost()
    few = cost()
    for _number in range(27):
        factories.a_paid_order(session)

    assert cost() == few <= 20


# --- What staff do


def test_a_session_is_put_on_the_programme_by_the_cinemas_clocks(hall: Hall) -> None:
    film = factories.a_session(hall).film
    given = {"film": film.pk, "hall": hall.pk, "day": DAY, "time": "21:00", "ticket_price": "400", "format": "3D"}
    link = cinema_action("schedule", hall)

    answer = browser(someone("cinema_manager", hall.cinema)).post(link, given)
    refused = browser(someone("floor_manager", hall.cinema)).post(link, given)
    foreign = browser(someone("cinema_manager", factories.a_cinema(), email="other@example.org")).post(link, given)

    assert (answer.status_code, refused.status_code, foreign.status_code) == (302, 403, 404)
    made = Session.objects.get(format="3D")
    assert made.start_datetime == datetime(2026, 11, 6, 18, tzinfo=UTC)
    assert (made.ticket_price, made.hall) == (400, hall)


def test_a_hall_that_is_taken_is_said_with_what_was_typed_in_place(hall: Hall) -> None:
    session = factories.a_session(hall, start=datetime(2026, 11, 6, 18, tzinfo=UTC))
    given = {
        "film": session.film_id,
        "hall": hall.pk,
        "day": DAY,
        "time": "22:00",
        "ticket_price": "400",
        "format": "2D",
    }

    answer = browser(someone("cinema_manager", hall.cinema)).post(cinema_action("schedule", hall), given)

    assert answer.status_code == 200
    assert "is busy" in answer.text
    assert 'value="22:00"' in answer.text
    assert Session.objects.count() == 1


def test_a_time_that_does_not_exist_or_comes_twice_is_asked_about() -> None:
    hall = factories.a_hall(factories.a_cinema(time_zone="Europe/Berlin"))
    film = factories.a_session(hall, start=NOON + HOUR).film
    client, link = browser(someone("cinema_manager", hall.cinema)), cinema_action("schedule", hall)
    given = {"film": film.pk, "hall": hall.pk, "ticket_price": "400", "format": "3D"}

    skipped = client.post(link, {**given, "day": "2027-03-28", "time": "02:30"})
    twice = client.post(link, {**given, "day": "2027-10-31", "time": "02:30"})
    later = client.post(link, {**given, "day": "2027-10-31", "time": "02:30", "which": "1"})

    assert "the clocks go forward" in skipped.text
    assert "happens twice" in twice.text
    assert '<option value="1">' in twice.text
    assert later.status_code == 302
    assert Session.objects.get(format="3D").start_datetime == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_day_is_copied_once_it_was_seen_what_would_be_made(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    factories.a_session(hall, start=datetime(2026, 11, 6, 9, tzinfo=UTC))
    factories.a_session(hall, start=datetime(2026, 11, 7, 10, tzinfo=UTC))  # in the way of the copy of the second
    given = {"day": DAY, "to": "2026-11-07"}
    link = cinema_action("copy_day", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    shown = client.post(link, given)
    count_after_the_look = Session.objects.count()
    answer = confirmed(client, link, given)

    assert "Will be added" in shown.text
    assert "is busy" in shown.text
    assert count_after_the_look == 3
    assert answer.status_code == 302
    assert Session.objects.filter(start_datetime=datetime(2026, 11, 7, 16, tzinfo=UTC)).count() == 1
    assert Session.objects.count() == 4


def test_what_was_changed_after_the_look_is_looked_at_again(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    client, link = browser(someone("cinema_manager", hall.cinema)), cinema_action("copy_day", hall)

    shown = client.post(link, {"day": DAY, "to": "2026-11-07"})
    previewed = re.search(r'name="previewed" value="([^"]*)"', shown.text)[1]
    again = client.post(link, {"day": DAY, "to": "2026-11-08", "previewed": previewed})

    assert again.status_code == 200
    assert Session.objects.count() == 1


def test_a_week_is_copied_by_who_may_and_to_the_same_weekday(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    link = cinema_action("copy_week", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    other_weekday = client.post(link, {"monday": "2026-11-02", "to": "2026-11-10"})
    answer = confirmed(client, link, {"monday": "2026-11-02", "to": "2026-11-09"})
    refused = browser(someone("cashier", hall.cinema)).post(link, {"monday": "2026-11-02", "to": "2026-11-09"})

    assert "same day of the week" in other_weekday.text
    assert (answer.status_code, refused.status_code) == (302, 403)
    assert Session.objects.filter(start_datetime=datetime(2026, 11, 13, 16, tzinfo=UTC)).exists()


def test_a_session_is_cancelled_with_a_reason_after_it_was_said_whom_it_hits(hall: Hall) -> None:
    session = factories.a_session(hall)
    factories.a_paid_order(session, seats=2)
    link = reverse("admin:screenings_session_cancel", args=[session.pk])
    client = browser(someone("cinema_manager", hall.cinema))

    asked = client.get(link).text
    without = client.post(link, {"reason": " "})
    refused = browser(someone("floor_manager", hall.cinema)).post(link, {"reason": "The projector broke"})
    foreign = browser(someone("owner", factories.a_cinema())).post(link, {"reason": "The projector broke"})
    before = Session.objects.get(pk=session.pk).status
    answer = client.post(link, {"reason": "The projector broke"})

    assert re.search(r"Tickets sold or reserved</dt>\s*<dd[^>]*>2<", asked)
    assert (without.status_code, refused.status_code, foreign.status_code) == (200, 403, 404)
    assert (before, answer.status_code) == (Session.Status.SCHEDULED, 302)
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == (Session.Status.CANCELLED, "The projector broke")
    assert session.cancelled_by.email == "cinema_manager@example.org"


def test_a_hall_is_built_from_a_drawing_after_its_plan_was_seen(hall: Hall) -> None:
    given = {"name": "Small", "cleaning_minutes": "10", "drawing": "ss_ss\r\n_vv_\r\nwc"}
    link = cinema_action("build_hall", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    wrong = client.post(link, {**given, "drawing": "ssx"})
    shown = client.post(link, given)
    answer = confirmed(client, link, given)
    refused = browser(someone("floor_manager", hall.cinema)).post(link, given)

    assert "is not a type of seat" in wrong.text
    assert "<title>row 2, seat 1, VIP</title>" in shown.text
    assert (answer.status_code, refused.status_code) == (302, 403)
    assert Hall.objects.get(name="Small").seats.count() == 8


def test_seats_are_taken_out_of_use_after_it_was_said_who_sits_there(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)
    given = {"row_number": "1", "numbers": "1-2", "since": "2026-11-05T15:00", "until": "", "reason": "Wet"}
    link = reverse("admin:screenings_hall_take_out", args=[hall.pk])
    client = browser(someone("floor_manager", hall.cinema))

    missing = client.post(link, {**given, "numbers": "1-9"})
    nonsense = client.post(link, {**given, "numbers": "all"})
    shown = client.post(link, given)
    answer = confirmed(client, link, given)
    refused = browser(someone("cashier", hall.cinema)).post(link, given)
    foreign = browser(someone("owner", factories.a_cinema())).post(link, given)

    assert "Row 1 has no seat 5, 6, 7, 8, 9" in missing.text
    assert "Enter numbers" in nonsense.text
    assert order.number in shown.text
    assert (answer.status_code, refused.status_code, foreign.status_code) == (302, 403, 404)
    assert SeatOutage.objects.filter(since=NOON, until=None, reason="Wet").count() == 2
    page = client.get(reverse("admin:screenings_hall_change", args=[hall.pk])).text
    assert "<title>row 1, seat 1, Standard, off sale: Wet</title>" in page


def test_a_seat_is_put_back_by_who_may(hall: Hall) -> None:
    [outage] = take_out([hall.seats.first()], since=NOON - HOUR, reason="Wet")
    link = reverse("admin:screenings_seatoutage_put_back", args=[outage.pk])

    refused = browser(someone("usher", hall.cinema)).post(link)
    answer = browser(someone("floor_manager", hall.cinema)).post(link)

    assert (refused.status_code, answer.status_code) == (403, 302)
    outage.refresh_from_db()
    assert outage.until == NOON
