"""Every change of a film, a price or a right is kept: who, when, before and after."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.services import deactivate, reactivate
from cinema.history import BEGUN
from concessions.errors import AlreadyOnSale
from concessions.models import ConcessionItem
from concessions.services import put_on_sale, receive, take_off_sale
from orders.services import cancel
from screenings.models import Film, Genre, SeatSurcharge, Session
from screenings.services import copy_day
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def kept(row: Any, *fields: str) -> list[tuple[Any, ...]]:
    """The records of a row, the oldest first: kind and fields."""
    return list(row.history.order_by("history_id").values_list("history_type", *fields))


def test_a_row_is_kept_from_its_beginning_and_at_each_change():
    film = Film.objects.create(title="Mirror", duration_minutes=107)

    film.title = "The Mirror"
    film.save()

    assert kept(film, "title", "duration_minutes") == [("+", "Mirror", 107), ("~", "The Mirror", 107)]


def test_a_save_that_changes_nothing_is_not_kept():
    item = factories.an_item()

    item.save()
    item.save(update_fields=["low_alerted_at"])

    assert kept(item, "price") == [("+", Decimal("120.00"))]


def test_a_row_from_before_its_history_is_kept_as_it_was_before_its_first_change():
    [film] = Film.objects.bulk_create([Film(title="Mirror", duration_minutes=107)])

    film.duration_minutes = 108
    film.save()

    assert kept(film, "duration_minutes", "history_change_reason") == [("~", 107, BEGUN), ("~", 108, None)]


def test_genres_are_kept_with_their_film():
    [film] = Film.objects.bulk_create([Film(title="Mirror", duration_minutes=107)])
    drama, war = Genre.objects.create(name="Drama"), Genre.objects.create(name="War")

    film.genres.add(drama)
    war.films.add(film)

    genres = [set(each.genres.values_list("genre__name", flat=True)) for each in film.history.order_by("history_id")]
    assert genres == [set(), {"Drama"}, {"Drama", "War"}]


def test_a_genre_keeps_what_it_was_called():
    genre = Genre.objects.create(name="Drama")

    genre.name = "Melodrama"
    genre.save()

    assert kept(genre, "name") == [("+", "Drama"), ("~", "Melodrama")]


def test_a_deleted_surcharge_is_kept():
    surcharge = SeatSurcharge.objects.create(cinema=factories.a_cinema(), kind="VIP", amount=100)
    key = surcharge.pk

    surcharge.delete()

    gone = SeatSurcharge.history.filter(id=key).order_by("history_id")
    assert list(gone.values_list("history_type", "amount")) == [("+", 100), ("-", 100)]


def test_who_is_the_person_of_the_request():
    cinema = factories.a_cinema()
    manager = someone("cinema_manager", cinema)

    browser(manager).post(
        reverse("admin:screenings_seatsurcharge_add"), {"cinema": cinema.pk, "kind": "VIP", "amount": "7.00"}
    )

    assert SeatSurcharge.objects.get().history.get().history_user == manager


def test_outside_of_a_request_it_is_nobody():
    assert Film.objects.create(title="Mirror", duration_minutes=107).history.get().history_user is None


# --- Services that write kept fields


def test_taking_off_sale_and_putting_back_is_kept():
    item = factories.an_item()

    take_off_sale(item)
    put_on_sale(item)

    assert kept(item, "is_active") == [("+", True), ("~", False), ("~", True)]


def test_a_refusal_is_not_kept():
    item = factories.an_item()

    with raises_unchanged(AlreadyOnSale):
        put_on_sale(item)

    assert kept(item, "is_active") == [("+", True)]


def test_stock_that_moves_is_not_kept_twice():
    item = factories.an_item(stock=5)

    receive(item, quantity=10, at=NOON)

    assert len(kept(item)) == 1


def test_scheduled_and_copied_sessions_are_kept_with_who_made_them():
    manager = someone()
    session = factories.a_session()
    day = session.start_datetime.date()

    copy_day(session.hall.cinema, day=day, to=day + timedelta(days=1), at=NOON, actor=manager)

    copy = Session.objects.exclude(pk=session.pk).get()
    assert kept(session, "ticket_price", "history_user") == [("+", Decimal("350.00"), None)]
    assert kept(copy, "ticket_price", "history_user") == [("+", Decimal("350.00"), manager.pk)]


def test_leaving_and_coming_back_is_kept():
    boss, usher = someone("owner", all_cinemas=True), someone("usher")

    deactivate([usher], actor=boss)
    reactivate([usher], actor=boss)

    assert [active for _kind, active in kept(usher, "is_active")][-2:] == [False, True]


def test_the_roles_and_cinemas_of_staff_are_kept():
    cinema, usher = factories.a_cinema(), someone("usher")
    other = Group.objects.create(name="other")

    usher.groups.set([other])
    usher.cinemas.add(cinema)

    last = usher.history.latest()

    assert [row.group for row in last.groups.all()] == [other]
    assert [row.cinema for row in last.cinemas.all()] == [cinema]


def test_of_customers_and_of_log_ins_nothing_is_kept(client):
    customer, usher = factories.a_customer(), someone("usher")
    before = usher.history.count()

    client.force_login(usher)  # it stamps `last_login`
    customer.first_name = "Ann"
    customer.save()

    assert (customer.history.count(), usher.history.count()) == (0, before)


# --- What it costs


def test_who_saves_other_fields_alone_pays_nothing(django_assert_num_queries):
    usher = someone("usher")

    with django_assert_num_queries(1):
        usher.save(update_fields=["last_login"])


def test_orders_and_jobs_pay_nothing():
    order = factories.an_order(snacks=[(factories.an_item(), 1)], promocode=factories.a_promocode())

    with CaptureQueriesContext(connection) as queries:
        cancel([order], reason="EXPIRED", at=order.expires_at)

    assert [each["sql"] for each in queries if "historical" in each["sql"]] == []
    assert ConcessionItem.history.count() == 1
    assert User.history.count() == 0
