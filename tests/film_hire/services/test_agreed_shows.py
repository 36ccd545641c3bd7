"""The numbers of showings agreed with distributors: entered, changed and taken away."""

from datetime import date

import pytest

from film_hire.models import AgreedShows
from film_hire.services import agree, agreed_shows
from tests.helpers.factories import a_session

pytestmark = pytest.mark.django_db

WEEK = date(2026, 11, 12)


def test_a_number_is_kept_for_its_week_until_it_is_taken_away() -> None:
    session = a_session()
    cinema, film = session.hall.cinema, session.film

    agree(cinema, {film: 3}, first=WEEK)
    agree(cinema, {film: 4}, first=WEEK)

    assert agreed_shows(cinema, first=WEEK) == {film.pk: 4}
    assert agreed_shows(cinema, first=date(2026, 11, 19)) == {}
    assert AgreedShows.history.count() == 2
    agree(cinema, {film: None}, first=WEEK)
    assert agreed_shows(cinema, first=WEEK) == {}
