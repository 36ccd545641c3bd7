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
