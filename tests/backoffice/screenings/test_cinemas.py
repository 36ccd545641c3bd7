"""Actions on the page of a cinema: add a screening, copy a day or a week, add a hall."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from screenings.models import Hall, SeatOutage, Session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import admin_url, preview_of, run_previewed_action
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.pictures import a_picture
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = "2026-11-06"
HOUR = timedelta(hours=1)


def cinema_action(name: str, hall: Hall) -> str:
    return reverse(f"admin:screenings_cinema_{name}", args=[hall.cinema_id])


def test_a_session_is_scheduled_in_the_cinemas_time_zone(hall: Hall) -> None:
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


def test_a_busy_hall_is_refused_and_keeps_the_typed_values(hall: Hall) -> None:
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


def test_a_missing_time_is_refused_and_a_repeated_one_must_be_chosen() -> None:
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


def test_a_day_is_copied_after_a_preview(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    factories.a_session(hall, start=datetime(2026, 11, 6, 9, tzinfo=UTC))
    factories.a_session(hall, start=datetime(2026, 11, 7, 10, tzinfo=UTC))  # overlaps the copy of the second
    given = {"day": DAY, "to": "2026-11-07"}
    link = cinema_action("copy_day", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    shown = client.post(link, given)
    sessions_after_the_preview = Session.objects.count()
    answer = run_previewed_action(client, link, given)

    assert "Will be added" in shown.text
    assert "is busy" in shown.text
    assert sessions_after_the_preview == 3
    assert answer.status_code == 302
    assert Session.objects.filter(start_datetime=datetime(2026, 11, 7, 16, tzinfo=UTC)).count() == 1
    assert Session.objects.count() == 4


def test_values_changed_after_the_preview_are_previewed_again(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    client, link = browser(someone("cinema_manager", hall.cinema)), cinema_action("copy_day", hall)

    shown = client.post(link, {"day": DAY, "to": "2026-11-07"})
    again = client.post(link, {"day": DAY, "to": "2026-11-08", "previewed": preview_of(shown)})

    assert again.status_code == 200
    assert Session.objects.count() == 1


def test_a_week_is_copied_only_to_the_same_weekday(hall: Hall) -> None:
    factories.a_session(hall, start=datetime(2026, 11, 6, 16, tzinfo=UTC))
    link = cinema_action("copy_week", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    other_weekday = client.post(link, {"monday": "2026-11-02", "to": "2026-11-10"})
    answer = run_previewed_action(client, link, {"monday": "2026-11-02", "to": "2026-11-09"})
    refused = browser(someone("cashier", hall.cinema)).post(link, {"monday": "2026-11-02", "to": "2026-11-09"})

    assert "same day of the week" in other_weekday.text
    assert (answer.status_code, refused.status_code) == (302, 403)
    assert Session.objects.filter(start_datetime=datetime(2026, 11, 13, 16, tzinfo=UTC)).exists()


def test_a_hall_is_added_from_a_drawing_after_showing_its_plan(hall: Hall) -> None:
    given = {"name": "Small", "cleaning_minutes": "10", "curve": "0", "drawing": "ss_ss\r\n_vv_\r\nwc"}
    link = cinema_action("build_hall", hall)
    client = browser(someone("cinema_manager", hall.cinema))

    wrong = client.post(link, {**given, "drawing": "ssx"})
    shown = client.post(link, given)
    answer = run_previewed_action(client, link, given)
    refused = browser(someone("floor_manager", hall.cinema)).post(link, given)

    assert "is not a type of seat" in wrong.text
    assert "<title>row 2, seat 1, VIP</title>" in shown.text
    assert (answer.status_code, refused.status_code) == (302, 403)
    assert Hall.objects.get(name="Small").seats.count() == 8


# --- Another time zone


def save_zone(hall: Hall, zone: str, **answer: str) -> HttpResponse:
    cinema = hall.cinema
    kept = ["name", "city", "address", "postal_code", "adverts_minutes", "day_ends_at", "week_starts_on"]
    fields = {name: getattr(cinema, name) for name in kept}
    owner = browser(someone("owner", all_cinemas=True))
    return owner.post(admin_url(cinema, "change"), {**fields, "time_zone": zone, **answer})


def test_another_time_zone_is_refused_while_screenings_lie_ahead(hall: Hall) -> None:
    for hours in (2, 8):
        session = factories.a_session(hall, start=timezone.now() + hours * HOUR)
    factories.a_paid_order(session, at=timezone.now())

    page = save_zone(hall, "Asia/Yekaterinburg")

    assert "2 screenings lie ahead, 1 of them with tickets. Choose what stays." in page.content.decode()
    hall.cinema.refresh_from_db()
    assert hall.cinema.time_zone == "Europe/Moscow"


@pytest.mark.parametrize(("keep", "shift"), [("CLOCK", -2 * HOUR), ("INSTANT", timedelta())])
def test_staff_choose_what_another_time_zone_keeps(hall: Hall, keep: str, shift: timedelta) -> None:
    session = factories.a_session(hall, start=timezone.now() + 8 * HOUR)
    start = session.start_datetime

    answer = save_zone(hall, "Asia/Yekaterinburg", keep=keep)

    assert answer.status_code == 302
    hall.cinema.refresh_from_db()
    session.refresh_from_db()
    assert (hall.cinema.time_zone, session.start_datetime) == ("Asia/Yekaterinburg", start + shift)


def test_staff_are_warned_of_tickets_that_the_new_zone_moves_to_seats_off_sale(hall: Hall) -> None:
    session = factories.a_session(hall, start=timezone.now() + 8 * HOUR)
    seat = factories.a_paid_order(session, at=timezone.now()).tickets.get().seat
    SeatOutage.objects.create(
        seat=seat, since=session.start_datetime - 3 * HOUR, until=session.start_datetime - HOUR, reason="Repair"
    )

    answer = save_zone(hall, "Asia/Yekaterinburg", keep="CLOCK")

    shown = [str(each) for each in get_messages(answer.wsgi_request)]
    assert any(text.startswith("1 ticket is for a seat that is off sale at that time.") for text in shown)


def test_a_start_that_the_new_zone_skips_is_refused_in_words_and_moves_nothing(hall: Hall) -> None:
    session = factories.a_session(hall, start=datetime(2027, 3, 27, 23, 30, tzinfo=UTC))  # 02:30 in Moscow

    page = save_zone(hall, "Europe/Berlin", keep="CLOCK")

    assert "the clocks go forward" in page.content.decode()
    hall.cinema.refresh_from_db()
    session.refresh_from_db()
    assert (hall.cinema.time_zone, session.start_datetime.hour) == ("Europe/Moscow", 23)


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "would have started already"), (2.5, "too late for customers to refund their tickets")]
)
def test_a_sold_screening_is_never_moved_into_the_past_or_too_near(hall: Hall, hours: float, words: str) -> None:
    session = factories.a_session(hall, start=timezone.now() + hours * HOUR)
    factories.a_paid_order(session, at=timezone.now(), email="guest@example.org")
    start = session.start_datetime

    page = save_zone(hall, "Asia/Yekaterinburg", keep="CLOCK")

    assert words in page.text
    assert session.film.title in page.text
    hall.cinema.refresh_from_db()
    session.refresh_from_db()
    assert (hall.cinema.time_zone, session.start_datetime) == ("Europe/Moscow", start)
    assert not Notification.objects.filter(kind="SESSION_TIME_CHANGED").exists()


@pytest.mark.parametrize(
    ("keep", "shown"), [("CLOCK", "2027-11-06T18:00:00+05:00"), ("INSTANT", "2027-11-06T20:00:00+05:00")]
)
def test_customers_are_told_when_their_screening_starts(hall: Hall, keep: str, shown: str) -> None:
    session = factories.a_session(hall, start=datetime(2027, 11, 6, 15, tzinfo=UTC))
    factories.a_paid_order(session, at=timezone.now(), email="guest@example.org")

    save_zone(hall, "Asia/Yekaterinburg", keep=keep)

    told = Notification.objects.get(kind="SESSION_TIME_CHANGED")
    assert (told.recipient, told.context["showings"][0]["starts"]) == ("guest@example.org", shown)


def test_a_zone_with_the_same_clock_changes_nothing_for_customers(hall: Hall) -> None:
    session = factories.a_session(hall, start=timezone.now() + 8 * HOUR)
    factories.a_paid_order(session, at=timezone.now(), email="guest@example.org")

    save_zone(hall, "Europe/Minsk", keep="CLOCK")

    assert not Notification.objects.filter(kind="SESSION_TIME_CHANGED").exists()


def test_without_screenings_ahead_nothing_is_asked(hall: Hall) -> None:
    assert save_zone(hall, "Asia/Yekaterinburg").status_code == 302
    page = browser(someone("owner", all_cinemas=True, email="o@example.org")).get(
        reverse("admin:screenings_cinema_add")
    )
    assert "If the time zone changes" not in page.content.decode()


def test_the_end_of_the_day_and_the_start_of_the_week_are_edited_with_their_bounds(hall: Hall) -> None:
    cinema = hall.cinema
    owner = browser(someone("owner", all_cinemas=True))
    fields = {name: getattr(cinema, name) for name in ("name", "city", "address", "postal_code", "adverts_minutes")}
    fields["time_zone"] = cinema.time_zone

    page = owner.post(admin_url(cinema, "change"), {**fields, "day_ends_at": "09:30", "week_starts_on": "7"})
    assert {*page.context["adminform"].form.errors} == {"day_ends_at", "week_starts_on"}

    page = owner.post(admin_url(cinema, "change"), {**fields, "day_ends_at": "06:00", "week_starts_on": "0"})
    assert page.status_code == 302
    cinema.refresh_from_db()
    assert (f"{cinema.day_ends_at:%H:%M}", cinema.week_starts_on) == ("06:00", 0)


def test_a_map_is_uploaded_shown_removed_and_refused_if_it_is_none() -> None:
    cinema = factories.a_cinema()
    owner, address = browser(someone("owner", all_cinemas=True)), admin_url(cinema)

    def send(**changed: object) -> str:
        form = forms_on(owner.get(address).text)[-1]
        return owner.post(address, {**form.left_alone(), **changed}, follow=True).text

    refused = send(map_file=SimpleUploadedFile("map.png", b"<svg>"))
    shown = send(map_file=SimpleUploadedFile("map.jpg", a_picture(600, 400)), _continue="")
    cinema.refresh_from_db()
    name = cinema.map_name("jpg")
    send(remove_map="on")

    assert "read as a picture" in refused
    assert f"/pictures/{name}" in shown
    cinema.refresh_from_db()
    assert (cinema.map_picture, cinema.map_width) == ("", None)
