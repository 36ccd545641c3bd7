"""What staff write in one place is text everywhere else, never markup."""

import pytest
from django.urls import reverse

from tests.helpers.factories import a_session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

MARKUP = "<img src=x onerror=import('/p')>"


def test_a_cinemas_name_is_text_in_the_help_of_a_form():
    cinema = a_session().hall.cinema
    cinema.name = MARKUP
    cinema.save()

    page = browser(someone("owner", all_cinemas=True)).get(
        reverse("admin:screenings_cinema_schedule", args=[cinema.pk])
    )

    assert page.status_code == 200
    assert MARKUP not in page.text
    assert "&lt;img src=x" in page.text


def test_a_help_text_that_is_meant_as_markup_stays_so():
    person = someone("owner", is_superuser=True)

    page = browser(person).get(reverse("admin:password_change"))

    assert page.status_code == 200
    assert "&lt;ul&gt;" not in page.text
    assert "&lt;a " not in page.text
