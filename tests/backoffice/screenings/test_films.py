"""The page of films."""

import pytest
from django.urls import reverse

from screenings.models import Film
from tests.helpers import factories
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_the_form_of_a_new_film_suggests_no_rating():
    client = browser(someone("cinema_manager", factories.a_cinema()))
    add = reverse("admin:screenings_film_add")

    form = client.get(add).context_data["adminform"].form
    client.post(add, {"title": "Stalker", "duration_minutes": "160", "age_rating": ""})

    assert form["age_rating"].value() == ""
    assert str(Film.objects.get(age_rating="")) == "Stalker"


@pytest.mark.parametrize("title", ["\u200b", "\u3164\u2060", "\u00a0\ufeff"])
def test_a_title_of_invisible_characters_is_refused_as_missing(title):
    client = browser(someone("cinema_manager", factories.a_cinema()))

    answer = client.post(
        reverse("admin:screenings_film_add"), {"title": title, "duration_minutes": "160", "age_rating": ""}
    )

    assert answer.context_data["adminform"].form.errors == {"title": ["This field is required."]}
    assert not Film.objects.exists()


def test_only_people_who_work_for_all_cinemas_change_the_agreed_minimum_price():
    film = Film.objects.create(title="Mirror", duration_minutes=107, minimum_price=250)
    page = reverse("admin:screenings_film_change", args=[film.pk])
    entered = {"title": "Mirror", "duration_minutes": "108", "age_rating": "12+", "minimum_price": "1"}

    browser(someone("cinema_manager", factories.a_cinema())).post(page, entered)
    film.refresh_from_db()
    assert (film.duration_minutes, film.minimum_price) == (108, 250)

    browser(someone("owner", all_cinemas=True)).post(page, entered)
    film.refresh_from_db()
    assert film.minimum_price == 1
