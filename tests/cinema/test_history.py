"""Changes of films, prices and permissions are recorded with the user, the time and the values."""

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
from cinema.history import BASELINE
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


def records(row: Any, *fields: str) -> list[tuple[Any, ...]]:
    """The records of a row, oldest first: the kind of change and the fields."""
    return list(row.history.order_by("history_id").values_list("history_type", *fields))


def test_creating_and_changing_a_row_are_recorded():
    film = Film.objects.create(title="Mirror", duration_minutes=107)

    film.title = "The Mirror"
    film.save()

    assert records(film, "title", "duration_minutes") == [("+", "Mirror", 107), ("~", "The Mirror", 107)]


def test_a_save_without_changes_is_not_recorded():
    item = factories.an_item()

    item.save()
    item.save(update_fields=["low_alerted_at"])

    assert records(item, "price") == [("+", Decimal("120.00"))]


def test_a_row_without_records_gets_one_of_its_previous_values_at_its_first_change():
    [film] = Film.objects.bulk_create([Film(title="Mirror", duration_minutes=107)])

    film.duration_minutes = 108
    film.save()

    assert records(film, "duration_minutes", "history_change_reason") == [("~", 107, BASELINE), ("~", 108, None)]


def test_changes_of_genres_are_recorded_for_the_film():
    [film] = Film.objects.bulk_create([Film(title="Mirror", duration_minutes=107)])
    drama, war = Genre.objects.create(name="Drama"), Genre.objects.create(name="War")

    film.genres.add(drama)
    war.films.add(film)

    genres = [set(each.genres.values_list("genre__name", flat=True)) for each in film.history.order_by("history_id")]
    assert genres == [set(), {"Drama"}, {"Drama", "War"}]


def test_renaming_a_genre_is_recorded():
    genre = Genre.objects.create(name="Drama")

    genre.name = "Melodrama"
    genre.save()

    assert records(genre, "name") == [("+", "Drama"), ("~", "Melodrama")]


def test_deleting_a_surcharge_is_recorded():
    surcharge = SeatSurcharge.objects.create(cinema=factories.a_cinema(), kind="VIP", amount=100)
    key = surcharge.pk

    surcharge.delete()

    gone = SeatSurcharge.history.filter(id=key).order_by("history_id")
    assert list(gone.values_list("history_type", "amount")) == [("+", 100), ("-", 100)]


def test_the_user_of_a_record_is_that_of_the_request():
    cinema = factories.a_cinema()
    manager = someone("cinema_manager", cinema)

    browser(manager).post(
        reverse("admin:screenings_seatsurcharge_add"), {"cinema": cinema.pk, "kind": "VIP", "amount": "7.00"}
    )

    assert SeatSurcharge.objects.get().history.get().history_user == manager


def test_a_record_made_outside_a_request_has_no_user():
    assert Film.objects.create(title="Mirror", duration_minutes=107).history.get().history_user is None


# --- Services that write recorded fields


def test_taking_an_item_off_sale_and_putting_it_back_is_recorded():
    item = factories.an_item()

    take_off_sale(item)
    put_on_sale(item)

    assert records(item, "is_active") == [("+", True), ("~", False), ("~", True)]


def test_a_refusal_is_not_recorded():
    item = factories.an_item()

    with raises_unchanged(AlreadyOnSale):
        put_on_sale(item)

    assert records(item, "is_active") == [("+", True)]


def test_stock_movements_are_not_recorded_in_the_history():
    item = factories.an_item(stock=5)

    receive(item, quantity=10, at=NOON)

    assert len(records(item)) == 1


def test_scheduled_and_copied_sessions_are_recorded_with_their_user():
    manager = someone()
    session = factories.a_session()
    day = session.start_datetime.date()

    copy_day(session.hall.cinema, day=day, to=day + timedelta(days=1), at=NOON, actor=manager)

    copy = Session.objects.exclude(pk=session.pk).get()
    assert records(session, "ticket_price", "history_user") == [("+", Decimal("350.00"), None)]
    assert records(copy, "ticket_price", "history_user") == [("+", Decimal("350.00"), manager.pk)]


def test_deactivation_and_reactivation_are_recorded():
    boss, usher = someone("owner", all_cinemas=True), someone("usher")

    deactivate([usher], actor=boss)
    reactivate([usher], at=NOON, actor=boss)

    assert [active for _kind, active in records(usher, "is_active")][-2:] == [False, True]


def test_roles_and_cinemas_of_staff_are_recorded():
    cinema, usher = factories.a_cinema(), someone("usher")
    other = Group.objects.create(name="other")

    usher.groups.set([other])
    usher.cinemas.add(cinema)

    last = usher.history.latest()

    assert [row.group for row in last.groups.all()] == [other]
    assert [row.cinema for row in last.cinemas.all()] == [cinema]


def test_customers_and_log_ins_are_not_recorded(client):
    customer, usher = factories.a_customer(), someone("usher")
    before = usher.history.count()

    client.force_login(usher)  # it stamps `last_login`
    customer.first_name = "Ann"
    customer.save()

    assert (customer.history.count(), usher.history.count()) == (0, before)


# --- Query cost


def test_a_save_of_other_fields_costs_no_extra_query(django_assert_num_queries):
    usher = someone("usher")

    with django_assert_num_queries(1):
        usher.save(update_fields=["last_login"])


def test_cancelling_orders_writes_no_history():
    order = factories.an_order(snacks=[(factories.an_item(), 1)], promocode=factories.a_promocode())

    with CaptureQueriesContext(connection) as queries:
        cancel([order], reason="EXPIRED", at=order.expires_at)

    assert [each["sql"] for each in queries if "historical" in each["sql"]] == []
    assert ConcessionItem.history.count() == 1
    assert User.history.count() == 0
