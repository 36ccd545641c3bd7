"""Import and export of films and of sessions."""

import unicodedata
from typing import Any

import pytest
from django.test import Client

from backoffice.framework.import_export import files
from backoffice.screenings.resources import FilmResource
from screenings.models import Distributor, Film, Genre, Hall
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import query_count
from tests.helpers.pages.import_pages import confirm, previewed_rows, upload
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


def test_films_are_matched_by_title(manager, film):
    Genre.objects.bulk_create([Genre(name="Drama"), Genre(name="War, peace")])

    answer = upload(
        manager,
        "Title;Running time (minutes);Age rating;Genres\n"
        'mirror;108;12+;drama\nAndrei Rublev;183;16+;"War, peace; Drama"\n',
        path=f"{FILMS}/import/",
    )
    confirm(manager, answer, path=f"{FILMS}/import/")

    assert [kind for _number, kind, _errors in previewed_rows(answer)] == ["changed", "new"]
    film.refresh_from_db()
    assert (film.title, film.duration_minutes, film.age_rating) == ("mirror", 108, "12+")
    assert set(film.genres.values_list("name", flat=True)) == {"Drama"}
    assert Film.objects.get(title="Andrei Rublev").genres.count() == 2


@pytest.mark.parametrize("title", ["ЧАЙКА", "Чайка\u00a0", "\u200bЧайка", unicodedata.normalize("NFD", "Чайка")])
def test_a_title_of_other_bytes_is_the_same_film(manager, title):
    Film.objects.create(title="Чайка", duration_minutes=100)

    answer = upload(manager, f"Title,Running time (minutes)\n{title},101\n", path=f"{FILMS}/import/")
    confirm(manager, answer, path=f"{FILMS}/import/")

    assert [kind for _number, kind, _errors in previewed_rows(answer)] == ["changed"]
    assert list(Film.objects.values_list("duration_minutes", flat=True)) == [101]


@pytest.mark.parametrize(
    "text", ["Title,Running time (minutes)\nStalker,160\n", "Title,Running time (minutes),Age rating\nStalker,160,\n"]
)
def test_a_file_without_a_rating_makes_a_film_without_one(manager, text):
    confirm(manager, upload(manager, text, path=f"{FILMS}/import/"), path=f"{FILMS}/import/")

    assert Film.objects.get().age_rating == ""


def test_a_file_without_a_rating_keeps_that_of_an_existing_film(manager, film):
    Film.objects.update(age_rating="12+")
    answer = upload(manager, "Title,Running time (minutes)\nMirror,120\n", path=f"{FILMS}/import/")

    confirm(manager, answer, path=f"{FILMS}/import/")

    assert list(Film.objects.values_list("duration_minutes", "age_rating")) == [(120, "12+")]


def test_films_of_one_title_and_different_years_are_different_films(manager):
    answer = upload(
        manager, "Title,Year,Running time (minutes)\nSolaris,1972,167\nSolaris,2002,99\n", path=f"{FILMS}/import/"
    )
    confirm(manager, answer, path=f"{FILMS}/import/")

    again = upload(manager, "Title,Year,Running time (minutes)\nSOLARIS,2002,98\n", path=f"{FILMS}/import/")
    confirm(manager, again, path=f"{FILMS}/import/")

    assert [kind for _number, kind, _errors in previewed_rows(answer)] == ["new", "new"]
    assert set(Film.objects.values_list("year", "duration_minutes")) == {(1972, 167), (2002, 98)}


def test_a_year_is_given_to_the_only_film_that_has_none(manager, film):
    rows = "Title,Year,Running time (minutes)\nMirror,1975,107\nMirror,2014,90\n"

    kinds = [kind for _number, kind, _errors in previewed_rows(upload(manager, rows, path=f"{FILMS}/import/"))]

    assert kinds == ["changed", "new"]


def test_without_a_year_one_of_several_films_needs_a_number(manager, film):
    other = Film.objects.create(title="Mirror", year=2014, duration_minutes=90)

    [(_number, kind, [error])] = previewed_rows(
        upload(manager, "Title,Running time (minutes)\nMirror,91\n", path=f"{FILMS}/import/")
    )

    assert kind == "refused"
    assert f"{film.pk}, {other.pk}" in error


@pytest.mark.parametrize("ticked", [[], [3], ["3", "x", "-1"], ["all"]])
def test_a_change_of_an_existing_film_is_stored_only_where_it_is_ticked(manager, film, ticked):
    film.genres.add(Genre.objects.create(name="Drama"))
    Film.objects.create(title="Solaris", duration_minutes=167)
    rows = "Title,Running time (minutes),Genres\nMirror,1,\nSolaris,2,\nStalker,3,\n"
    answer = upload(manager, rows, path=f"{FILMS}/import/")

    page = manager.get(confirm(manager, answer, path=f"{FILMS}/import/", ticked=ticked).url)

    changed = 2 if "all" in ticked else len(ticked[:1])
    assert f"Added: 1. Changed: {changed}. Unchanged: {2 - changed}. With errors: 0." in page.text
    assert answer.context_data["ticks"] == [2, 3]
    assert dict(Film.objects.values_list("title", "duration_minutes")) == {
        "Mirror": 1 if "all" in ticked else 107,
        "Solaris": 2 if ticked else 167,
        "Stalker": 3,
    }
    assert film.genres.exists() is ("all" not in ticked)


def test_when_nothing_is_ticked_the_preview_is_shown_again(manager, film):
    answer = upload(manager, "Title,Running time (minutes)\nMirror,1\n", path=f"{FILMS}/import/")

    again = confirm(manager, answer, path=f"{FILMS}/import/", ticked=[])

    assert "Nothing was imported. Tick the changes that you want." in again.content.decode()
    assert again.context_data["ticks"] == [2]
    film.refresh_from_db()
    assert film.duration_minutes == 107


def test_two_rows_of_one_new_film_are_refused(manager):
    answer = upload(manager, "Title,Running time (minutes)\nЧайка,100\nЧАЙКА\u00a0,100\n", path=f"{FILMS}/import/")

    assert previewed_rows(answer)[1] == (3, "refused", ["Row 2 is already about the same record. Keep one of the two."])


def test_the_preview_shows_genres_before_and_after(manager, film):
    film.genres.add(Genre.objects.create(name="Drama"))

    [row] = upload(manager, "Title,Genres\nMirror,\n", path=f"{FILMS}/import/").context_data["outcomes"]

    assert [(each.field, each.before, each.after) for each in row.changes] == [("Genres", "Drama", "")]


def films_in(text: str) -> list[tuple[str, list[str]]]:
    """What importing films would do: the kind of each row, and its errors."""
    resource = FilmResource(rows=Film.objects.prefetch_related("genres"), person=None, at=NOON)
    rows = resource.import_rows(files.read(text.encode()), save=True)
    return [(each.kind, each.errors) for each in rows]


def test_an_external_number_finds_its_film_under_another_title(film):
    Film.objects.filter(pk=film.pk).update(external_id="114007575")
    Film.objects.create(title="Zerkalo", duration_minutes=90)

    found = films_in("Title,External number,Running time (minutes)\nZerkalo,114007575,107\n")

    assert found == [("changed", [])]
    assert list(Film.objects.order_by("pk").values_list("title", "duration_minutes")) == [
        ("Zerkalo", 107),
        ("Zerkalo", 90),
    ]


def test_films_of_one_title_and_year_are_told_apart_by_their_external_numbers(film):
    rows = "Title,Year,External number,Running time (minutes)\nMirror,,a-1,107\nMirror,,a-2,90\n"

    first, second = films_in(rows), films_in(rows)

    assert [kind for kind, _errors in first] == ["changed", "new"]  # the film that had no number gets the first one
    assert [kind for kind, _errors in second] == ["same", "same"]


def test_an_external_number_belongs_to_one_film(film):
    Film.objects.create(title="Solaris", duration_minutes=167, external_id="a-1")

    found = films_in(f"Number,External number\n{film.pk},a-1\n")

    assert found == [("refused", ["Another film has this external number. Check which one is right."])]


def test_an_imported_film_has_the_history_of_one_that_was_typed(manager, film):
    Genre.objects.bulk_create([Genre(name="Drama"), Genre(name="War")])
    typed = Film.objects.create(title="Typed", duration_minutes=90)
    typed.genres.set(Genre.objects.all())
    rows = "Title,Running time (minutes),Genres\nMirror,108,Drama\nNew,90,Drama; War\n"

    confirm(manager, upload(manager, rows, path=f"{FILMS}/import/"), path=f"{FILMS}/import/")

    def history(title: str) -> list[tuple[Any, ...]]:
        records = Film.objects.get(title=title).history.order_by("history_id")
        return [
            (each.history_type, each.duration_minutes, sorted(row.genre.name for row in each.genres.all()))
            for each in records
        ]

    assert history("New") == history("Typed") == [("+", 90, []), ("~", 90, ["Drama", "War"])]
    assert history("Mirror") == [("+", 107, []), ("~", 108, ["Drama"])]
    assert {each.history_user.email for each in Film.objects.get(title="New").history.all()} == {
        "cinema_manager@example.org"
    }


def test_films_with_the_same_title_need_a_number(manager, film):
    other = Film.objects.create(title="MIRROR", duration_minutes=90)

    [unclear] = previewed_rows(upload(manager, "Title,Age rating\nMirror,6+\n", path=f"{FILMS}/import/"))
    [clear] = previewed_rows(upload(manager, f"Number,Age rating\n{other.pk},6+\n", path=f"{FILMS}/import/"))

    assert unclear[1] == "refused"
    assert str(film.pk) in unclear[2][0]
    assert str(other.pk) in unclear[2][0]
    assert clear == (2, "changed", [])


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ("Stalker,,0+,", "Running time (minutes): This is required. Fill in the cell."),
        ("Stalker,0,0+,", "Running time (minutes)"),
        ("Stalker,99999999999999999999,0+,", "Running time (minutes)"),
        ("Stalker,10.5,0+,", "Running time (minutes)"),
        ("Stalker,100,17+,", "Age rating: “17+” is not valid. Possible values: 0+, 6+, 12+, 16+, 18+."),
        ("Stalker,100,0+,Dramma", "Genres: “Dramma” was not found. Check the spelling."),
        (f"{'x' * 201},100,0+,", "Title"),
        (",100,0+,", "Title: This is required. Fill in the cell."),
    ],
)
def test_an_invalid_film_is_rejected_with_a_message(manager, cells, refusal):
    answer = upload(manager, f'Title,"Running time (minutes)",Age rating,Genres\n{cells}\n', path=f"{FILMS}/import/")

    [(number, kind, [error])] = previewed_rows(answer)
    assert (number, kind) == (2, "refused")
    assert error.startswith(refusal)
    assert Film.objects.count() == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_importing_an_export_of_films_changes_nothing(manager, film, kind):
    film.description, film.director, film.trailer_url = (
        "Memories.\r\n\r\n“A film”, a poem.",
        "A. T.",
        "https://video.example/1",
    )
    film.featured, film.is_announced = 2, True
    film.save()
    film.genres.set([Genre.objects.create(name=name) for name in ("Drama", "War, peace", "=SUM(A1)")])
    Film.objects.create(title="=1+1", duration_minutes=1)
    Film.objects.create(title="Mirror", duration_minutes=1)

    out = manager.get(f"{FILMS}/export/", {"as": kind}).content

    assert upload(manager, out, path=f"{FILMS}/import/").context_data["kinds"] == {"same": 3}


def test_an_export_of_films_runs_as_many_queries_for_many_films_as_for_one(manager, film):
    drama = Genre.objects.create(name="Drama")
    film.genres.add(drama)
    for_one = query_count(manager, f"{FILMS}/export/")
    for number in range(20):
        Film.objects.create(title=f"Film {number}", duration_minutes=100).genres.add(drama)

    assert query_count(manager, f"{FILMS}/export/") == for_one


def test_an_import_of_films_runs_a_constant_number_of_queries(django_assert_max_num_queries):
    rows = "".join(f"Film {number},100\n" for number in range(50))
    resource = FilmResource(rows=Film.objects.all(), person=None, at=NOON)

    with django_assert_max_num_queries(9):
        resource.import_rows(files.read(f'Title,"Running time (minutes)"\n{rows}'.encode()), save=True)


def test_a_film_gets_its_distributor_release_date_and_numbers_of_catalogues(manager, film):
    Distributor.objects.create(name="Volga")
    Film.objects.create(title="Stalker", duration_minutes=160, imdb_id="tt0079944")
    path, headers = f"{FILMS}/import/", "Title,Distributor,Release date,Certificate number,IMDb number\n"

    [taken] = previewed_rows(upload(manager, headers + "Mirror,,,,tt0079944\n", path=path))
    confirm(manager, upload(manager, headers + "Mirror,volga,2027-03-04,111006008,tt0072443\n", path=path), path=path)

    assert taken[1:] == ("refused", ["Another film has this number of a catalogue. Check which one is right."])
    film.refresh_from_db()
    assert (str(film.distributor), str(film.release_date)) == ("Volga", "2027-03-04")
    assert (film.certificate_number, film.imdb_id) == ("111006008", "tt0072443")
