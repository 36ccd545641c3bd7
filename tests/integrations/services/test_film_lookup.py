"""Catalogues propose, a person accepts field by field, and nothing is overwritten, whatever a catalogue answers."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cinema.status import ForbiddenMove
from integrations.catalogues.client import Found
from integrations.errors import CatalogueNotSetUp, FilmFieldFilled, ProposalNotValid
from integrations.models import Catalogue, FilmLookup, FilmProposal
from integrations.services import film_lookup
from integrations.services.film_lookup import accept_proposal, ask_catalogues, decline_proposal
from screenings.models import Film
from tests.helpers.factories import NOON
from tests.helpers.fakes.film_catalogues import Catalogues, a_claim, a_proposal, an_item, film_catalogues

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Status = FilmLookup.Status


@pytest.fixture
def there(settings: Any) -> Iterator[Catalogues]:
    settings.FILM_CATALOGUES = ["wikidata"]
    with film_catalogues(settings) as here:
        yield here


def a_film(title: str = "Mirror", **fields: Any) -> Film:
    return Film.objects.create(title=title, **{"duration_minutes": 107, "age_rating": "", **fields})


def a_pass(at: Any = NOON) -> None:
    call_command("look_up_films", at=at.isoformat(), verbosity=0)


def asked(film: Film, at: Any = NOON) -> FilmLookup:
    ask_catalogues(film, at=at)
    a_pass(at)
    return FilmLookup.objects.filter(film=film).latest("pk")


def proposed(film: Film) -> dict[str, str]:
    return dict(film.proposals.filter(status="OPEN").values_list("field", "value"))


MIRROR = {
    "P1476": {"text": "Зеркало", "language": "ru"},
    "P2047": {"amount": "+107", "unit": "http://www.wikidata.org/entity/Q7727"},
    "P495": {"id": "Q159"},
    "P345": "tt0072443",
    "P4947": [a_claim("1396"), a_claim("99", rank="deprecated")],
}


def test_a_catalogue_proposes_what_the_film_lacks_and_changes_nothing(there: Catalogues) -> None:
    film = a_film()
    there.items["Q463"] = an_item("Q463", "Mirror", year=1975, **MIRROR)
    there.items["Q464"] = an_item("Q464", "Mirror", year=2005, kind="Q482994")  # an album

    assert asked(film).status == Status.FOUND

    assert proposed(film) == {
        "original_title": "Зеркало",
        "year": "1975",
        "country": "Russia",
        "imdb_id": "tt0072443",
        "tmdb_id": "1396",
        "wikidata_id": "Q463",
    }
    film.refresh_from_db()
    assert (film.original_title, film.year, film.imdb_id) == ("", None, "")


def test_tmdb_gives_the_release_and_the_rating_of_the_country(there: Catalogues, settings: Any) -> None:
    settings.FILM_CATALOGUES = ["tmdb"]
    film = a_film(imdb_id="tt0072443")
    there.films["1396"] = {
        "id": 1396,
        "title": "Mirror",
        "imdb_id": "tt0072443",
        "original_title": "Зеркало",
        "runtime": 107,
        "release_date": "1975-03-07",
        "poster_path": "/a.jpg",  # TMDB gives no licence for it
        "production_countries": [],
        "release_dates": {
            "results": [
                {
                    "iso_3166_1": "US",
                    "release_dates": [{"type": 3, "certification": "NR", "release_date": "1983-08-16"}],
                },
                {
                    "iso_3166_1": "RU",
                    "release_dates": [
                        {"type": 4, "certification": "0+", "release_date": "2010-01-01T00:00:00.000Z"},
                        {"type": 3, "certification": "12+", "release_date": "2026-11-05T00:00:00.000Z"},
                    ],
                },
            ]
        },
    }

    asked(film)

    assert proposed(film) == {
        "tmdb_id": "1396",
        "original_title": "Зеркало",
        "year": "1975",
        "release_date": "2026-11-05",
        "age_rating": "12+",
    }
    accept_proposal(film.proposals.get(field="release_date"), at=NOON)
    film.refresh_from_db()
    assert film.release_date == date(2026, 11, 5)


def test_an_accepted_value_is_entered_and_an_existing_one_is_never_replaced(there: Catalogues) -> None:
    film = a_film()
    year, title = (a_proposal(film, field=name, value=value) for name, value in (("year", "1975"), ("country", "USSR")))
    Film.objects.filter(pk=film.pk).update(country="Soviet Union")

    accept_proposal(year, at=NOON)
    with pytest.raises(FilmFieldFilled):
        accept_proposal(title, at=NOON)

    film.refresh_from_db()
    title.refresh_from_db()
    assert (film.year, film.country, title.status) == (1975, "Soviet Union", "OPEN")
    assert film.history.latest().year == 1975
    with pytest.raises(ForbiddenMove):
        accept_proposal(year, at=NOON)


def test_a_number_that_another_film_has_is_refused() -> None:
    a_film("Solaris", imdb_id="tt0072443")
    film = a_film()
    proposal = a_proposal(film, field="imdb_id", value="tt0072443")

    with pytest.raises(ProposalNotValid):
        accept_proposal(proposal, at=NOON)

    film.refresh_from_db()
    assert film.imdb_id == ""


def test_a_declined_value_is_not_proposed_again(there: Catalogues) -> None:
    film = a_film()
    there.items["Q463"] = an_item("Q463", "Mirror", year=1975, P345="tt0072443")
    asked(film)
    decline_proposal(film.proposals.get(field="imdb_id"), at=NOON)

    there.items["Q463"]["claims"]["P577"] = [a_claim({"time": "+1974-00-00T00:00:00Z"})]
    asked(film, NOON + DAY)

    assert proposed(film) == {"year": "1974", "wikidata_id": "Q463"}


def test_films_of_different_years_are_told_apart_by_the_year_only(there: Catalogues) -> None:
    there.items["Q1"] = an_item("Q1", "Mirror", year=1975)
    there.items["Q2"] = an_item("Q2", "Mirror", year=2013)
    unclear, clear = a_film(), a_film(year=1974)

    assert asked(unclear).status == Status.SEVERAL
    assert asked(clear).status == Status.FOUND

    assert proposed(unclear) == {}
    assert proposed(clear) == {"wikidata_id": "Q1", "year": "1975"}


def test_a_merged_item_is_followed_and_a_missing_one_is_not_found(there: Catalogues) -> None:
    there.items["Q9"] = an_item("Q9", "Mirror", year=1975)
    there.merged["Q1"] = "Q9"

    assert asked(a_film(wikidata_id="Q1")).answer == "https://www.wikidata.org/wiki/Q9"
    assert asked(a_film("Other", wikidata_id="Q777")).status == Status.NOT_FOUND


@pytest.mark.parametrize("status", [429, 503, 0])
def test_a_catalogue_that_is_down_is_asked_again_after_the_wait_that_it_names(there: Catalogues, status: int) -> None:
    film = a_film()
    there.items["Q463"] = an_item("Q463", "Mirror", year=1975)
    there.next_answers, there.headers = [status], {"Retry-After": "3600"}

    assert asked(film).status == Status.QUEUED
    a_pass(NOON + MINUTE / 2)
    assert len(there.calls) == 1
    a_pass(NOON + HOUR)

    assert FilmLookup.objects.get().status == Status.FOUND


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", Status.QUEUED), (b'{"entities": []}', Status.FAILED), (b"[]", Status.QUEUED)]
)
def test_answers_of_an_unknown_shape_change_nothing(there: Catalogues, body: bytes, status: str) -> None:
    film = a_film(wikidata_id="Q463")
    there.body = body

    ask_catalogues(film, at=NOON)
    if status == Status.FAILED:
        with pytest.raises(CommandError):
            a_pass()
    else:
        a_pass()

    assert FilmLookup.objects.get().status == status
    assert not FilmProposal.objects.exists()


def test_a_key_that_tmdb_refuses_is_reported_and_not_tried_again(there: Catalogues, settings: Any) -> None:
    settings.FILM_CATALOGUES, settings.TMDB_TOKEN = ["tmdb"], "a former one"
    ask_catalogues(a_film(), at=NOON)

    with pytest.raises(CommandError):
        a_pass()

    assert list(FilmLookup.objects.values_list("status", "answer")) == [(Status.FAILED, "HTTP 401")]
    assert len(there.calls) == 1


def test_two_senders_ask_once(there: Catalogues, monkeypatch: Any) -> None:
    """The second one starts while the first waits for the catalogue."""
    film = a_film()
    there.items["Q463"] = an_item("Q463", "Mirror", year=1975)
    ask_catalogues(film, at=NOON)
    rows, real = list(FilmLookup.objects.all()), film_lookup.CLIENTS[Catalogue.WIKIDATA]

    def meanwhile(question: Any) -> Any:
        second = film_lookup.look_up_films(rows, at=NOON)
        assert (second.done, second.passed_over) == (0, 1)
        return real(question)

    monkeypatch.setitem(film_lookup.CLIENTS, Catalogue.WIKIDATA, meanwhile)

    assert film_lookup.look_up_films(rows, at=NOON).done == 1
    assert proposed(film) == {"wikidata_id": "Q463", "year": "1975"}


def test_a_question_asked_twice_is_one_and_without_a_catalogue_it_is_refused(settings: Any) -> None:
    film = a_film()
    ask_catalogues(film, at=NOON)
    ask_catalogues(film, at=NOON)
    assert FilmLookup.objects.count() == 1

    settings.FILM_CATALOGUES = []
    with pytest.raises(CatalogueNotSetUp):
        ask_catalogues(film, at=NOON)


def test_proposals_are_forgotten_after_five_months_but_for_those_accepted(there: Catalogues) -> None:
    film = a_film()
    accepted, _open = a_proposal(film, field="year", value="1975"), a_proposal(film)
    accept_proposal(accepted, at=NOON)
    asked(film)

    a_pass(NOON + 151 * DAY)

    assert list(FilmProposal.objects.all()) == [accepted]
    assert not FilmLookup.objects.exists()


@pytest.mark.parametrize(
    ("link", "title", "status"),
    [
        ("https://catalogue.example/1", "Zerkalo\0", Status.FOUND),
        ("https://catalogue.example/1", "Zerkalo\ud800", Status.FOUND),
        ("https://catalogue.example/\0", "Zerkalo", Status.FAILED),
        ("https://catalogue.example/\ud800", "Zerkalo", Status.FAILED),
        ("https://catalogue.example/" + "1" * 200, "Zerkalo", Status.FAILED),
    ],
)
def test_what_no_column_can_hold_is_left_out_and_the_question_ends(
    link: str, title: str, status: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILM_CATALOGUES = ["wikidata"]
    found = Found(link, {"original_title": title, "tmdb_id": "9" * 300})
    monkeypatch.setitem(film_lookup.CLIENTS, Catalogue.WIKIDATA, lambda _asked: found)
    film = a_film()
    ask_catalogues(film, at=NOON)

    film_lookup.look_up_films(list(FilmLookup.objects.all()), at=NOON)

    assert FilmLookup.objects.get().status == status
    assert proposed(film) == {}
