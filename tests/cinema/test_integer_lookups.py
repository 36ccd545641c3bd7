"""No column holds a number beyond 64 bits, so nothing has it."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from screenings.models import Film, Session
from tests.helpers.factories import a_session

pytestmark = pytest.mark.django_db

HUGE = int("9" * 30)


@pytest.mark.parametrize("number", [HUGE, -HUGE, 2**63, -(2**63) - 1, str(HUGE)])
def test_a_number_beyond_64_bits_matches_no_row(number):
    film = a_session().film
    key = film.pk

    assert list(Film.objects.filter(pk=number)) == []
    assert list(Film.objects.filter(pk__in=[number])) == []
    assert list(Session.objects.filter(film=number)) == []
    assert list(Session.objects.filter(film__in=[number])) == []
    assert list(Session.objects.filter(film__pk__in=[number])) == []
    assert list(Film.objects.filter(genres=number)) == []
    assert list(Film.objects.filter(genres__in=[number])) == []
    assert list(User.objects.filter(groups__in=[number])) == []
    assert Film.objects.in_bulk([int(number), key]) == {key: film}


def test_the_other_numbers_of_a_list_are_found():
    session = a_session()
    key = session.film_id

    assert [each.pk for each in Film.objects.filter(pk__in=[HUGE, key, 2**63 - 1])] == [key]
    assert list(Session.objects.filter(film__in=(HUGE, session.film))) == [session]
    assert list(Session.objects.filter(film__in=Film.objects.filter(pk=key))) == [session]


def test_all_rows_are_unlike_a_number_that_none_can_have():
    film = a_session().film

    assert list(Film.objects.exclude(pk__in=[HUGE])) == [film]
    assert Session.objects.exclude(film=HUGE).count() == 1
    assert Group.objects.exclude(pk=HUGE).count() == Group.objects.count()
