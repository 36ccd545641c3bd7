"""The watch list: who is told of which film, once."""

from datetime import timedelta

import pytest

from notifications.models import MessageKind, Notification
from screenings.models import Film
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_session
from tests.reliability.run_job import run
from waiting.errors import TooMuchWatched
from waiting.models import WatchedFilm
from waiting.services import unwatch, watch, watching

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def film():
    return Film.objects.create(title="Solaris, 110 minutes", duration_minutes=110)


def told():
    return list(Notification.objects.filter(kind=MessageKind.FILM_ON_SALE).values_list("recipient", flat=True))


def test_a_customer_is_told_once_when_the_film_goes_on_sale_in_the_cinema_or_in_any(film):
    here, elsewhere = a_cinema(), a_cinema()
    near, far, anywhere = a_customer(), a_customer(), a_customer()
    for person, cinema in ((near, here), (far, elsewhere), (anywhere, None)):
        watch(person, film=film, cinema=cinema, at=NOON)
    run("tell_watchers", at=NOON)
    assert told() == []

    a_session(a_hall(here), start=NOON + 2 * DAY)
    first = a_session(a_hall(here), start=NOON + DAY)
    run("tell_watchers", at=NOON)
    run("tell_watchers", at=NOON)

    assert told() == [near.email, anywhere.email]
    context = Notification.objects.filter(kind=MessageKind.FILM_ON_SALE).latest("pk").context
    assert (context["starts"], context["link"].rpartition("/films/")[2]) == (
        *(here.local(first.start_datetime).isoformat(), f"{film.pk}/"),
    )


def test_a_batch_takes_as_many_queries_as_one(film, django_assert_num_queries):
    a_session(a_hall(), start=NOON + DAY)
    for _person in range(3):
        watch(a_customer(), film=film, cinema=None, at=NOON)
    first, *others = WatchedFilm.objects.order_by("pk")

    with django_assert_num_queries(4):
        watching.tell_locked([first], at=NOON)
    with django_assert_num_queries(4):
        watching.tell_locked(others, at=NOON)


def test_a_second_press_changes_the_cinema_and_whoever_was_told_can_ask_again(film):
    person, cinema = a_customer(), a_cinema()
    watch(person, film=film, cinema=None, at=NOON)
    watch(person, film=film, cinema=cinema, at=NOON + DAY)
    row = WatchedFilm.objects.get()
    assert (row.cinema, row.since) == (cinema, NOON)
    WatchedFilm.objects.update(told_at=NOON)

    watch(person, film=film, cinema=None, at=NOON + DAY)

    row.refresh_from_db()
    assert (row.told_at, row.since) == (None, NOON + DAY)


def test_one_press_takes_a_film_off_the_list(film):
    person = a_customer()
    watch(person, film=film, cinema=None, at=NOON)

    unwatch(person, film=film.pk)
    a_session(start=NOON + DAY)
    run("tell_watchers", at=NOON)

    assert told() == []


def test_one_person_watches_a_limited_number_of_films(film, monkeypatch):
    monkeypatch.setattr(watching, "MOST_WATCHED", 1)
    person, other = a_customer(), Film.objects.create(title="Mirror", duration_minutes=90)
    watch(person, film=film, cinema=None, at=NOON)

    with raises_unchanged(TooMuchWatched):
        watch(person, film=other, cinema=None, at=NOON)
    watch(person, film=film, cinema=None, at=NOON)
