from datetime import timedelta

import pytest
from django.test import Client

from screenings.models import Film
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_search_works_as_a_plain_form_and_as_a_part_of_a_page(client: Client) -> None:
    session = factories.a_session()
    Film.objects.create(title="Solaris, not shown", duration_minutes=90)

    page, part = (client.get("/search/", {"q": "SOLRAIS", **more}).content.decode() for more in ({}, {"part": "1"}))

    for html in (page, part):
        assert html.count('<li><a href="/films/') == 1
        assert f"/films/{session.film_id}/" in html
    assert "<html" in page
    assert "<html" not in part
    assert '<meta name="robots" content="noindex">' in page
    assert "Nothing found for “Mirror”" in client.get("/search/?q=Mirror").content.decode()


def test_a_search_costs_four_queries_however_many_films_there_are(client: Client, django_assert_num_queries) -> None:
    Film.objects.bulk_create(Film(title=f"Film {number}", duration_minutes=90) for number in range(100))
    factories.a_session()

    with django_assert_num_queries(4):
        client.get("/search/?q=solaris")


def test_a_cinema_is_chosen_once_and_the_programme_opens_with_it(client: Client) -> None:
    other, own = (factories.a_session(factories.a_hall(), start=NOON + timedelta(hours=1)) for _number in range(2))
    cinema = own.hall.cinema

    answer = client.post("/my-cinema/", {"cinema": str(cinema.pk), "day": "2026-11-05"})

    assert answer["Location"] == "/?day=2026-11-05"
    cookie = answer.cookies["cinema"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 31_536_000)
    for path, shown in (("/", {own}), ("/?cinema=all", {own, other}), (f"/?cinema={other.hall.cinema_id}", {other})):
        page = client.get(path).content.decode()
        assert {each for each in (own, other) if f"/sessions/{each.pk}/" in page} == shown

    page = client.get(f"/films/{own.film_id}/").content.decode()
    assert page.index(f"<h3>{cinema.name} ") < page.index(f"<h3>{other.hall.cinema.name} ")

    client.post("/my-cinema/", {"cinema": ""})
    assert "Which cinema is yours?" in client.get("/").content.decode()


@pytest.mark.parametrize("key", ["x", "99999", "1' OR 1=1"])
def test_a_cinema_that_is_not_there_cannot_be_chosen(client: Client, key: str) -> None:
    assert client.post("/my-cinema/", {"cinema": key}).status_code == 404

    client.cookies["cinema"] = key
    assert client.get("/").status_code == 200
