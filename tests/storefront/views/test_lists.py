"""The pages on which customers wait: a film that is coming, a session that is sold out, and the account."""

from datetime import timedelta

import pytest
from django.test import Client

from screenings.models import Film
from tests.helpers.factories import NOON, a_customer, a_hall, a_paid_order, a_session
from waiting.models import WaitingEntry, WatchedFilm
from waiting.services import join

TELL_ME, SIGN_IN = "Tell me when it is on sale", "Sign in to be told when it is on sale"


@pytest.fixture
def coming():
    return Film.objects.create(title="Mirror", duration_minutes=107, age_rating="12+", is_announced=True)


@pytest.fixture
def sold_out():
    session = a_session(a_hall(rows=["ss"]))
    a_paid_order(session, seats=2)
    return session


@pytest.fixture
def customer(client: Client):
    customer = a_customer()
    client.force_login(customer)
    return customer


def test_a_film_that_is_coming_is_watched_by_one_press_and_taken_off_by_another(client: Client, customer, coming):
    page = f"/films/{coming.pk}/"
    assert TELL_ME in client.get(page).text

    client.post(f"{page}watch/")
    assert list(WatchedFilm.objects.values_list("user", "film", "cinema")) == [(customer.pk, coming.pk, None)]
    assert "On your watch list" in client.get(page).text
    assert "Mirror" in client.get("/account/lists/").text

    answer = client.post(f"{page}watch/", {"stop": "1", "lists": "1"})
    assert answer["Location"] == "/account/lists/"
    assert not WatchedFilm.objects.exists()


def test_a_guest_is_asked_to_sign_in_first(client: Client, coming, sold_out):
    page = client.get(f"/films/{coming.pk}/").text
    assert SIGN_IN in page
    assert TELL_ME not in page
    assert "Sign in to join the waiting list" in client.get(f"/sessions/{sold_out.pk}/").text

    for path in (f"/films/{coming.pk}/watch/", f"/sessions/{sold_out.pk}/wait/"):
        assert client.post(path)["Location"].startswith("/account/sign-in/?next=")
    assert not WatchedFilm.objects.exists()
    assert not WaitingEntry.objects.exists()


def test_a_film_is_watched_for_the_visitors_cinema_and_not_offered_where_it_is_on_sale(client: Client, customer):
    session = a_session()
    page, elsewhere = f"/films/{session.film_id}/", a_hall().cinema
    assert TELL_ME not in client.get(page).text

    client.cookies["cinema"] = str(session.hall.cinema_id)
    assert TELL_ME not in client.get(page).text
    client.cookies["cinema"] = str(elsewhere.pk)
    assert TELL_ME in client.get(page).text
    client.post(f"{page}watch/")

    assert WatchedFilm.objects.get().cinema == elsewhere


def test_the_waiting_list_is_joined_changed_and_left_on_the_page_of_the_session(client: Client, customer, sold_out):
    page = f"/sessions/{sold_out.pk}/"
    join(sold_out, user=a_customer(), quantity=1, address=None, at=NOON)
    assert "Join the waiting list" in client.get(page).text

    client.post(f"{page}wait/", {"quantity": "2"})
    assert "You’re number 2 on the waiting list, for 2 seats." in client.get(page).text
    client.post(f"{page}wait/", {"quantity": "1"})
    assert "You’re number 2 on the waiting list, for 1 seat." in client.get(page).text
    assert sold_out.film.title in client.get("/account/lists/").text

    client.post(f"{page}wait/", {"stop": "1"})
    assert not WaitingEntry.objects.filter(user=customer).exists()


def test_only_seats_of_companions_are_as_good_as_none(client: Client, customer):
    session = a_session(a_hall(rows=["ssc"]))
    a_paid_order(session, seats=2)

    page = client.get(f"/sessions/{session.pk}/").text

    assert "Sold out." in page
    assert "Join the waiting list" in page


def test_the_waiting_list_is_offered_beside_free_wheelchair_spaces(client: Client, customer):
    session = a_session(a_hall(rows=["ss", "wc"]))
    a_paid_order(session, seats=2)

    page = client.get(f"/sessions/{session.pk}/").text

    assert "Only wheelchair spaces and the seats of their companions are left." in page
    assert "Join the waiting list" in page
    assert "Continue to checkout" in page
    assert "Select the best seats" not in page  # it never chooses spaces for wheelchairs


@pytest.mark.parametrize("quantity", ["", "0", "11", "-1", "two", "1" * 5000])
def test_a_wrong_number_of_seats_is_refused(client: Client, customer, sold_out, quantity):
    answer = client.post(f"/sessions/{sold_out.pk}/wait/", {"quantity": quantity}, follow=True)

    assert "Choose from 1 to 10 seats." in answer.text
    assert not WaitingEntry.objects.exists()


def test_the_list_is_not_offered_in_the_last_two_hours(client: Client, customer):
    session = a_session(a_hall(rows=["s"]), start=NOON + timedelta(hours=2))
    a_paid_order(session)

    page = client.get(f"/sessions/{session.pk}/").text

    assert "Sold out" in page
    assert "waiting list" not in page
