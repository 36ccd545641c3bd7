"""The cinema that is chosen on one page is the one that the others show."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cinema import clock
from tests.helpers.factories import NOON, a_cinema, a_hall, a_session
from tests.helpers.film_hire_rows import a_contract
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

FIRST, TAKINGS, TIMETABLE = "admin:index", "admin:reports_takings", "admin:screenings_session_timetable"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def shown(client, page: str, **given) -> object:
    """What the page shows: the cinema, or None for all."""
    context = client.get(reverse(page), given).context
    if page == FIRST:
        return context["today"]["cinema"]
    if page == TIMETABLE:
        return context["cinema"]
    cinemas = context["period"].cinemas
    return cinemas[0] if len(cinemas) == 1 else None


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("chosen_on", [FIRST, TAKINGS, TIMETABLE])
def test_a_choice_is_kept_for_the_other_pages(chosen_on):
    first, second = a_cinema(), a_cinema()
    client = browser(someone("cinema_manager", first, second))

    assert [shown(client, page) for page in (FIRST, TAKINGS, TIMETABLE)] == [None, None, first]
    shown(client, chosen_on, cinema=second.pk)

    assert [shown(client, page) for page in (FIRST, TAKINGS, TIMETABLE)] == [second, second, second]


def test_all_cinemas_can_be_chosen_again():
    first, second = a_cinema(), a_cinema()
    client = browser(someone("owner", all_cinemas=True))
    shown(client, FIRST, cinema=second.pk)

    shown(client, TAKINGS, cinema="")

    assert [shown(client, page) for page in (FIRST, TAKINGS, TIMETABLE)] == [None, None, first]


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("typed", ["0", "9" * 30, "x", "\x00", "-1"])
def test_a_cinema_of_others_is_not_shown_and_not_kept(typed):
    own, second, foreign = a_cinema(), a_cinema(), a_cinema()
    client = browser(someone("cinema_manager", own, second))
    shown(client, FIRST, cinema=second.pk)

    for key in (typed, foreign.pk):
        assert shown(client, FIRST, cinema=key) is None  # all of their own
        assert client.get(reverse(TIMETABLE), {"cinema": key}).status_code == 404

    assert shown(client, FIRST) == second


def test_a_cinema_that_a_person_no_longer_works_for_is_forgotten():
    first, second, third = a_cinema(), a_cinema(), a_cinema()
    person = someone("cinema_manager", first, second, third)
    client = browser(person)
    a_session(a_hall(second), start=NOON + timedelta(hours=1))
    shown(client, FIRST, cinema=second.pk)

    person.cinemas.remove(second)

    assert shown(client, FIRST) is None
    assert shown(client, TIMETABLE) == first


def rows_of(client, page: str, **given) -> set:
    """The cinemas of the rows that a list shows."""
    return {row.hall.cinema_id for row in client.get(reverse(f"admin:{page}_changelist"), given).context["cl"].queryset}


def test_lists_show_the_rows_of_the_chosen_cinema_and_keep_the_choice():
    first, second = a_cinema(), a_cinema()
    for each in (first, second):
        a_session(a_hall(each))
    client, sessions = browser(someone("cinema_manager", first, second)), "screenings_session"

    assert rows_of(client, sessions) == {first.pk, second.pk}
    shown(client, FIRST, cinema=second.pk)
    assert rows_of(client, sessions) == {second.pk}
    assert rows_of(client, sessions, cinema="all") == {first.pk, second.pk}
    assert rows_of(client, sessions, hall__cinema=first.pk) == {first.pk}
    assert rows_of(client, sessions, status__exact="SCHEDULED") == {second.pk}
    assert rows_of(client, sessions, hall__cinema=first.pk, cinema=second.pk) == set()
    assert rows_of(client, sessions, cinema=first.pk) == {first.pk}
    assert shown(client, TAKINGS) == first
    page = client.get(reverse("admin:screenings_session_changelist"), {"status__exact": "SCHEDULED"}).text
    assert '<input type="hidden" name="status__exact" value="SCHEDULED">' in page


def test_a_list_of_one_cinema_has_no_switch():
    own = a_cinema()
    a_session(a_hall(own))
    a_cinema()

    answer = browser(someone("cinema_manager", own)).get(reverse("admin:screenings_session_changelist"))

    assert answer.context["cl"].switch is None
    assert answer.context["cl"].result_count == 1


def test_rows_that_hold_for_all_cinemas_stay_in_lists_of_one():
    own, _other, contract = a_cinema(), a_cinema(), a_contract(a_session(a_hall()).film)
    client = browser(someone("owner", all_cinemas=True))
    shown(client, FIRST, cinema=own.pk)

    assert list(client.get(reverse("admin:film_hire_contract_changelist")).context["cl"].queryset) == [contract]
