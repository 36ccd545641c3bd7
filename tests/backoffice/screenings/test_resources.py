"""Films and the timetable as files."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from backoffice.framework.import_export import files
from backoffice.screenings.resources import FilmResource, TimetableResource
from screenings.models import Cinema, Film, Genre, Hall, Session
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.admin_pages import confirm_import, preview_outcomes, upload_file
from tests.helpers.factories import NOON
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


def outcomes(hall: Hall, text: str, *, at: datetime = NOON, keep: bool = False) -> list[tuple[Any, ...]]:
    sheet = TimetableResource(
        rows=Session.objects.filter(hall__cinema=hall.cinema).select_related("film", "hall__cinema"),
        cinemas=Cinema.objects.filter(pk=hall.cinema.pk),
        person=None,
        at=at,
    )
    found = sheet.import_rows(files.read((HEADERS + text).encode()), keep=keep)
    return [(each.number, each.kind, *each.errors) for each in found]


# --- Films


def test_films_are_added_and_changed_by_their_title(manager, film):
    Genre.objects.bulk_create([Genre(name="Drama"), Genre(name="War, peace")])

    answer = upload_file(
        manager,
        "Title;Running time, minutes;Age rating;Genres\n"
        'mirror;108;12+;drama\nAndrei Rublev;183;16+;"War, peace; Drama"\n',
        path=f"{FILMS}/import/",
    )
    confirm_import(manager, answer, path=f"{FILMS}/import/")

    assert [kind for _number, kind, _errors in preview_outcomes(answer)] == ["changed", "new"]
    film.refresh_from_db()
    assert (film.title, film.duration_minutes, film.age_rating) == ("mirror", 108, "12+")
    assert set(film.genres.values_list("name", flat=True)) == {"Drama"}
    assert Film.objects.get(title="Andrei Rublev").genres.count() == 2


def test_genres_that_change_are_shown_before_and_after(manager, film):
    film.genres.add(Genre.objects.create(name="Drama"))

    [row] = upload_file(manager, "Title,Genres\nMirror,\n", path=f"{FILMS}/import/").context_data["outcomes"]

    assert [(each.field, each.before, each.after) for each in row.changes] == [("Genres", "Drama", "")]


def test_films_of_one_title_are_told_apart_by_their_number(manager, film):
    other = Film.objects.create(title="MIRROR", duration_minutes=90)

    [unclear] = preview_outcomes(upload_file(manager, "Title,Age rating\nMirror,6+\n", path=f"{FILMS}/import/"))
    [clear] = preview_outcomes(upload_file(manager, f"Number,Age rating\n{other.pk},6+\n", path=f"{FILMS}/import/"))

    assert unclear[1] == "refused"
    assert str(film.pk) in unclear[2][0]
    assert str(other.pk) in unclear[2][0]
    assert clear == (2, "changed", [])


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ("Stalker,0,0+,", "Running time, minutes"),
        ("Stalker,99999999999999999999,0+,", "Running time, minutes"),
        ("Stalker,10.5,0+,", "Running time, minutes"),
        ("Stalker,100,17+,", "Age rating: “17+” is none of: 0+, 6+, 12+, 16+, 18+."),
        ("Stalker,100,0+,Dramma", "Genres: There is no “Dramma”."),
        (f"{'x' * 201},100,0+,", "Title"),
        (",100,0+,", "Title: This field cannot be blank."),
    ],
)
def test_an_impossible_film_is_refused_in_words(manager, cells, refusal):
    answer = upload_file(
        manager, f'Title,"Running time, minutes",Age rating,Genres\n{cells}\n', path=f"{FILMS}/import/"
    )

    [(number, kind, [error])] = preview_outcomes(answer)
    assert (number, kind) == (2, "refused")
    assert error.startswith(refusal)
    assert Film.objects.count() == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_films_that_go_out_come_in_unchanged(manager, film, kind):
    film.genres.set([Genre.objects.create(name=name) for name in ("Drama", "War, peace", "=SUM(A1)")])
    Film.objects.create(title="=1+1", duration_minutes=1)
    Film.objects.create(title="Mirror", duration_minutes=1)

    out = manager.get(f"{FILMS}/export/", {"as": kind}).content

    assert upload_file(manager, out, path=f"{FILMS}/import/").context_data["kinds"] == {"same": 3}


def test_a_film_file_costs_the_same_queries_a_row(django_assert_max_num_queries):
    rows = "".join(f"Film {number},100\n" for number in range(50))
    sheet = FilmResource(rows=Film.objects.all(), person=None, at=NOON)

    with django_assert_max_num_queries(50 * 10 + 10):
        sheet.import_rows(files.read(f'Title,"Running time, minutes"\n{rows}'.encode()), keep=True)


# --- The timetable


def test_sessions_are_put_on_the_programme_by_the_cinemas_clocks(manager, hall, film):
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    answer = upload_file(
        manager,
        f"{HEADERS}{hall.cinema.name},{hall.name},{day:%d.%m.%Y},19:30,Mirror,350\n",
        path=f"{SESSIONS}/import/",
    )

    assert Session.objects.count() == 0
    confirm_import(manager, answer, path=f"{SESSIONS}/import/")

    session = Session.objects.get()
    assert f"{hall.cinema.local(session.start_datetime):%Y-%m-%d %H:%M}" == f"{day} 19:30"
    assert session.history.get().history_user.email == "cinema_manager@example.org"


def test_each_row_is_refused_by_itself_and_in_words(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    found = outcomes(
        hall,
        f"{place},2027-03-28,02:30,Mirror,350\n"  # the clocks go forward
        f"{place},2026-10-01,12:00,Mirror,350\n"  # has passed
        f"{place},2027-01-01,12:00,Mirror,350\n"
        f"{place},2027-01-01,13:00,Mirror,350\n"  # meets the row above
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
    assert "is taken" in found[3][2]
    assert found[-1][2:] == ("Film: It is needed.", "Ticket price: It is needed.")
    assert Session.objects.count() == 0


def test_which_of_two_times_is_meant_can_be_written(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    [unclear] = outcomes(hall, f"{place},2027-10-31,02:30,Mirror,350\n")
    [clear] = outcomes(hall, f"{place},2027-10-31,02:30 UTC+0100,Mirror,350\n", keep=True)

    assert (unclear[1], clear[1]) == ("refused", "new")
    assert Session.objects.get().start_datetime == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_timetable_that_goes_out_comes_in_unchanged(manager, hall, kind):
    factories.a_session(hall, start=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # the second 02:30 of that night
    gone = factories.a_session(hall, start=NOON + timedelta(days=30))
    cancel_session(gone, reason="Flood", at=NOON)
    factories.a_session(hall, start=NOON + timedelta(days=30))
    factories.a_session(factories.a_hall(), start=NOON + timedelta(days=30))  # another cinema's

    out = manager.get(f"{SESSIONS}/export/", {"as": kind}).content
    answer = upload_file(manager, out, path=f"{SESSIONS}/import/")

    assert answer.context_data["kinds"] == {"same": 3}
    assert "UTC+0100" in str(files.read(out).rows)
    assert answer.context_data["left_alone"] == ["Status"]


def test_a_session_that_is_there_is_known_without_its_number(hall, film):
    text = f"{hall.cinema.name},{hall.name},2027-01-01,12:00,Mirror,350\n"
    outcomes(hall, text, keep=True)

    assert outcomes(hall, text) == [(2, "same")]
    [(_number, kind, refusal)] = outcomes(hall, text.replace(",350\n", ",400\n"))
    assert kind == "refused"
    assert "(Ticket price)" in refusal
    assert Session.objects.get().ticket_price == 350


def test_another_cinemas_hall_is_unknown(hall, film):
    foreign = factories.a_hall()

    [(_number, kind, refusal)] = outcomes(hall, f"{foreign.cinema.name},{foreign.name},2027-01-01,12:00,Mirror,350\n")

    assert (kind, refusal) == ("refused", f"Cinema: There is no “{foreign.cinema.name}”.")


def test_one_refused_session_keeps_the_others_from_being_stored(hall, film):
    place = f"{hall.cinema.name},{hall.name}"

    outcomes(hall, f"{place},2027-01-01,12:00,Mirror,350\n{place},2027-01-01,12:30,Mirror,350\n", keep=True)

    assert Session.objects.count() == 0
    assert Session.history.count() == 0


@pytest.mark.parametrize("role", ["cashier", "bar", "usher", "floor_manager", "accountant"])
def test_who_may_not_schedule_does_not_import(hall, role):
    client = browser(someone(role, hall.cinema))

    assert client.get(f"{SESSIONS}/import/").status_code == 403
    assert client.get(f"{FILMS}/import/").status_code == 403
    assert client.get(f"{SESSIONS}/export/").status_code == 200
