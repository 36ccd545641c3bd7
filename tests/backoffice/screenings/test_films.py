"""The page of films."""

import pytest
from django.urls import reverse

from screenings.models import Distributor, Film
from tests.helpers import factories
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

NO_CERTIFICATES = {"certificates-TOTAL_FORMS": "0", "certificates-INITIAL_FORMS": "0"}


def test_the_form_of_a_new_film_suggests_no_rating():
    client = browser(someone("cinema_manager", factories.a_cinema()))
    add = reverse("admin:screenings_film_add")

    form = client.get(add).context_data["adminform"].form
    client.post(add, {"title": "Stalker", "duration_minutes": "160", "age_rating": "", **NO_CERTIFICATES})

    assert form["age_rating"].value() == ""
    assert str(Film.objects.get(age_rating="")) == "Stalker"


@pytest.mark.parametrize("title", ["\u200b", "\u3164\u2060", "\u00a0\ufeff"])
def test_a_title_of_invisible_characters_is_refused_as_missing(title):
    client = browser(someone("cinema_manager", factories.a_cinema()))

    answer = client.post(
        reverse("admin:screenings_film_add"),
        {"title": title, "duration_minutes": "160", "age_rating": "", **NO_CERTIFICATES},
    )

    assert answer.context_data["adminform"].form.errors == {"title": ["This field is required."]}
    assert not Film.objects.exists()


def test_a_film_has_certificates_of_versions_numbers_of_catalogues_and_a_distributor():
    distributor = Distributor.objects.create(name="Volga")
    client = browser(someone("cinema_manager", factories.a_cinema()))
    data = {"title": "Stalker", "duration_minutes": "160", "age_rating": "12+", "distributor": distributor.pk}
    certificate = {"format": "3D", "language": "", "number": "111006008", "id": ""}
    data |= {f"certificates-0-{name}": value for name, value in certificate.items()}
    data |= {"certificates-TOTAL_FORMS": "1", "certificates-INITIAL_FORMS": "0", "wikidata_id": "Q1234"}
    add = reverse("admin:screenings_film_add")

    refused = client.post(add, {**data, "imdb_id": "79944"})
    client.post(add, {**data, "imdb_id": "tt0079944"})

    assert refused.context_data["adminform"].form.errors == {"imdb_id": ["Write it like tt0069293."]}
    film = Film.objects.get()
    assert (film.distributor, film.imdb_id, film.wikidata_id) == (distributor, "tt0079944", "Q1234")
    assert [str(each) for each in film.certificates.all()] == ["111006008"]


def test_only_people_who_work_for_all_cinemas_change_the_agreed_minimum_price():
    film = Film.objects.create(title="Mirror", duration_minutes=107, minimum_price=250)
    page = reverse("admin:screenings_film_change", args=[film.pk])
    entered = {
        "title": "Mirror",
        "duration_minutes": "108",
        "age_rating": "12+",
        "minimum_price": "1",
        **NO_CERTIFICATES,
    }

    browser(someone("cinema_manager", factories.a_cinema())).post(page, entered)
    film.refresh_from_db()
    assert (film.duration_minutes, film.minimum_price) == (108, 250)

    browser(someone("owner", all_cinemas=True)).post(page, entered)
    film.refresh_from_db()
    assert film.minimum_price == 1
