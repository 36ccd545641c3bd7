"""Import and export of films and of sessions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from backoffice.framework.import_export import files
from backoffice.screenings.session_resource import SessionResource
from screenings.models import Cinema, Film, Hall, Session
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.import_pages import confirm, upload
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

FILMS, SESSIONS = "/admin/screenings/film", "/admin/screenings/session"
HEADERS = "Cinema,Hall,Day,Time,Film,Ticket price\n"


@pytest.fixture
def hall() -> Hall:
    return factories.a_hall(factories.a_cinema(time_zone="Europe/Berlin"))


@pytest.fixture
def manager(hall: Hall) -> Client:
    return browser(someone("cinema_manager", hall.cinema))


@pytest.fixture
def film() -> Film:
    return Film.objects.create(title="Mirror", duration_minutes=107)


def outcomes(hall: Hall, text: str, *, at: datetime = NOON, save: bool = False) -> list[tuple[Any, ...]]:
    resource = SessionResource(
        rows=Session.objects.filter(hall__cinema=hall.cinema).select_related("film", "hall__cinema"),
        cinemas=Cinema.objects.filter(pk=hall.cinema.pk),
        person=None,
        at=at,
    )
    found = resource.import_rows(files.read((HEADERS + text).encode()), save=save)
    return [(each.number, each.kind, *each.errors) for each in found]


def test_names_of_other_bytes_are_the_same_hall_and_film(hall, film):
    place = f"{hall.cinema.name.upper()}\u00a0,\u200b{hall.name}"

    found = outcomes(hall, f"{place},2027-01-01,12:00\u00a0,mirror\u00a0,350\u00a0\n")

    assert found == [(2, "new")]


def test_sessions_are_imported_in_the_cinemas_time_zone(manager, hall, film):
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    answer = upload(
        manager,
        f"{HEADERS}{hall.cinema.name},{hall.name},{day:%d.%m.%Y},19:30,Mirror,350\n",
        path=f"{SESSIONS}/import/",
    )

    assert Session.objects.count() == 0
    confirm(manager, answer, path=f"{SESSIONS}/import/")

    session = Session.objects.get()
    assert f"{hall.cinema.local(session.start_datetime):%Y-%m-%d %H:%M}" == f"{day} 19:30"
    assert session.history.get().history_user.email == "cinema_manager@example.org"


def test_each_invalid_row_gets_its_own_message(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    found = outcomes(
        hall,
        f"{place},2027-03-28,02:30,Mirror,350\n"  # the clocks go forward
        f"{place},2026-10-01,12:00,Mirror,350\n"  # in the past
        f"{place},2027-01-01,12:00,Mirror,350\n"
        f"{place},2027-01-01,13:00,Mirror,350\n"  # overlaps the row above
        f"{place},2027-01-02,25:00,Mirror,350\n"
        f"{place},2027-13-02,12:00,Mirror,350\n"
        f"{place},2027-01-03,12:00,Solaris,350\n"
        f"{place},2027-01-04,12:00,Mirror,-1\n"
        f"{hall.cinema.name},Attic,2027-01-04,12:00,Mirror,1\n"
        f",,,,,\n"
        f"{place},2027-01-04,12:00,,\n",
    )

    assert [row[:2] for row in found] == [
        (number, "new" if number == 4 else "refused") for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)
    ]
    assert all(len(row) > 2 and row[2] for row in found if row[1] == "refused")
    assert "02:30" in found[0][2]
    assert found[3][2] == "Row 4 is in this hall at that time. Change one of the two."
    assert found[-1][2:] == ("Film: This is required.", "Ticket price: This is required.")
    assert Session.objects.count() == 0


def test_a_time_that_happens_twice_can_be_written_with_its_offset(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    [unclear] = outcomes(hall, f"{place},2027-10-31,02:30,Mirror,350\n")
    [clear] = outcomes(hall, f"{place},2027-10-31,02:30 UTC+0100,Mirror,350\n", save=True)

    assert (unclear[1], clear[1]) == ("refused", "new")
    assert Session.objects.get().start_datetime == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["19:30", "19.30", "19:30:00", "7:30 PM", "07:30\u202fpm", "7:30 p.m."])
def test_a_time_is_read_as_spreadsheets_write_it(hall, film, text):
    outcomes(hall, f"{hall.cinema.name},{hall.name},2027-01-01,{text},Mirror,350\n", save=True)

    assert hall.cinema.local(Session.objects.get().start_datetime).isoformat() == "2027-01-01T19:30:00+01:00"


@pytest.mark.parametrize("text", ["13:30 PM", "0:30 AM", "24:00", "19.5", "7 PM", "19:60"])
def test_what_is_no_time_is_refused_with_an_example(hall, film, text):
    [(_number, kind, error)] = outcomes(hall, f"{hall.cinema.name},{hall.name},2027-01-01,{text},Mirror,350\n")

    assert (kind, error) == ("refused", f"Time: “{text}” is not a time. Write it like 19:30.")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_importing_an_export_of_sessions_changes_nothing(manager, hall, kind):
    factories.a_session(hall, start=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # the second 02:30 of that night
    gone = factories.a_session(hall, start=NOON + timedelta(days=30))
    cancel_session(gone, reason="Flood", at=NOON)
    factories.a_session(hall, start=NOON + timedelta(days=30))
    factories.a_session(factories.a_hall(), start=NOON + timedelta(days=30))  # another cinema's

    out = manager.get(f"{SESSIONS}/export/", {"as": kind}).content
    answer = upload(manager, out, path=f"{SESSIONS}/import/")

    assert answer.context_data["kinds"] == {"same": 3}
    assert "UTC+0100" in str(files.read(out).rows)
    assert answer.context_data["ignored_columns"] == ["Status"]


def test_an_existing_session_is_matched_without_its_number(hall, film):
    text = f"{hall.cinema.name},{hall.name},2027-01-01,12:00,Mirror,350\n"
    outcomes(hall, text, save=True)

    assert outcomes(hall, text) == [(2, "same")]
    [(_number, kind, refusal)] = outcomes(hall, text.replace(",350\n", ",400\n"))
    assert kind == "refused"
    assert "(Ticket price)" in refusal
    assert Session.objects.get().ticket_price == 350


def test_another_cinemas_hall_cannot_be_imported(hall, film):
    foreign = factories.a_hall()

    [(_number, kind, refusal)] = outcomes(hall, f"{foreign.cinema.name},{foreign.name},2027-01-01,12:00,Mirror,350\n")

    assert (kind, refusal) == ("refused", f"Cinema: “{foreign.cinema.name}” was not found. Check the spelling.")


def test_one_invalid_session_stops_the_whole_import(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    outcomes(hall, f"{place},2027-01-01,12:00,Mirror,350\n{place},2027-01-01,12:30,Mirror,350\n", save=True)

    assert Session.objects.count() == 0
    assert Session.history.count() == 0


@pytest.mark.parametrize("role", ["cashier", "bar", "usher", "floor_manager", "accountant"])
def test_roles_that_cannot_schedule_can_export_but_not_import(hall, role):
    client = browser(someone(role, hall.cinema))

    assert client.get(f"{SESSIONS}/import/").status_code == 403
    assert client.get(f"{FILMS}/import/").status_code == 403
    assert client.get(f"{SESSIONS}/export/").status_code == 200
