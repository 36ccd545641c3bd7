"""The history page of a row lists its changes, before and after, in the cinema's time zone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from backoffice.framework.history_view import PAGE_SIZE
from concessions.models import ConcessionItem, LowStockItem
from orders.models import Promocode
from screenings.models import Film, Genre, SeatSurcharge
from tests.helpers import factories
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def address(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def entries(client: Client, row: Any, **params: Any) -> list[Any]:
    """The entries of the page, newest first: the user, the changes as (field, before, after), and the messages."""
    history = client.get(address(row), params).context_data["history"]
    return [
        (str(entry.who), [(each.field, each.before, each.after) for each in entry.changes], entry.messages)
        for entry in history.entries
    ]


@pytest.fixture
def item() -> ConcessionItem:
    return factories.an_item(factories.a_cinema(time_zone="Asia/Vladivostok"))


@pytest.fixture
def manager(item: ConcessionItem) -> Client:
    return browser(someone("cinema_manager", item.cinema, email="maria@example.org"))


def reprice(item: ConcessionItem, price: str) -> None:
    item.price = Decimal(price)
    item.save()


def test_a_changed_price_is_shown_before_and_after(manager, item):
    page = reverse("admin:concessions_concessionitem_change", args=[item.pk])

    data = {"name": item.name, "price": "150", "max_stock_quantity": 100, "low_stock_percent": 20, "is_active": "on"}
    manager.post(page, {**data, "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0})

    assert entries(manager, item)[0] == (
        "maria@example.org",
        [("Price", "120\N{NO-BREAK SPACE}₽", "150\N{NO-BREAK SPACE}₽")],
        [],
    )


def test_a_new_row_is_shown_with_its_values(manager, item):
    [(who, changes, _messages)] = entries(manager, item)

    assert who == "None"
    assert ("Price", None, "120\N{NO-BREAK SPACE}₽") in changes
    assert ("On sale", None, "yes") in changes
    assert ">Automatic<" in manager.get(address(item)).content.decode()


def test_a_form_that_changes_a_film_and_its_genres_is_one_entry(item, manager):
    drama = Genre.objects.create(name="Drama")
    film = Film.objects.create(title="Mirror", duration_minutes=107)
    no_certificates = {"certificates-TOTAL_FORMS": 0, "certificates-INITIAL_FORMS": 0}

    manager.post(
        reverse("admin:screenings_film_change", args=[film.pk]),
        {"title": "The Mirror", "duration_minutes": 107, "age_rating": "0+", "genres": [drama.pk], **no_certificates},
    )

    newest = entries(manager, film)[0]
    assert newest == ("maria@example.org", [("Title", "Mirror", "The Mirror"), ("Genres", "–", "Drama")], [])


def test_an_action_is_shown_with_the_fields_that_it_changed(manager, item):
    manager.post(
        reverse("admin:concessions_concessionitem_take_off", args=[item.pk]), {"confirmed": "yes"}, follow=True
    )

    assert entries(manager, item)[0] == (
        "maria@example.org",
        [("On sale", "yes", "no")],
        [f"{item}: taken off sale."],
    )


def test_a_page_of_a_proxy_model_shows_the_same_hientries(manager, item):
    ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=1)
    low = LowStockItem.objects.get(pk=item.pk)

    before = entries(manager, low)
    manager.post(reverse("admin:concessions_lowstockitem_take_off", args=[item.pk]), {"confirmed": "yes"})

    newest, *rest = entries(manager, item)
    assert newest[1:] == ([("On sale", "yes", "no")], [f"{item}: taken off sale."])
    assert rest == before


def test_changes_of_surcharges_are_shown_with_their_cinema(item, manager):
    cinema = item.cinema
    surcharge = SeatSurcharge.objects.create(cinema=cinema, kind="VIP", amount=100)
    SeatSurcharge.objects.create(cinema=factories.a_cinema(), kind="LOVE_SEAT", amount=5)

    manager.post(reverse("admin:screenings_seatsurcharge_delete", args=[surcharge.pk]), {"post": "yes"})

    assert entries(manager, cinema)[0] == (
        "maria@example.org",
        [("Seat surcharge, VIP: surcharge", "100\N{NO-BREAK SPACE}₽", None)],
        [],
    )


def test_roles_are_shown_by_name(item):
    owner, person = someone("owner", item.cinema, all_cinemas=True), someone(email="new@example.org")
    someone("usher")  # creates the role
    person.groups.add(Group.objects.get(name="usher"))
    person.cinemas.add(item.cinema)

    changes = [change for _who, each, _messages in entries(browser(owner), person) for change in each]

    assert ("Roles", None, "usher") in changes
    assert ("Cinemas", None, str(item.cinema)) in changes


def test_times_are_shown_in_the_cinemas_time_zone(manager, item):
    item.history.update(history_date=datetime(2025, 11, 5, 12, 0, 0, 123456, tzinfo=UTC))

    answer = manager.get(address(item)).content.decode()

    assert "5 November 2025 22:00 UTC+10" in answer
    assert '<time datetime="2025-11-05T12:00:00Z">' in answer


def test_languages_are_shown_by_name(manager, item):
    session = factories.a_session(factories.a_hall(item.cinema))
    session.subtitles = "en"
    session.save()

    changes = [change for _who, each, _messages in entries(manager, session) for change in each]

    assert "English" in str(changes)
    assert "Russian" in str(changes)


def test_the_history_of_another_cinemas_row_is_not_found(manager):
    assert manager.get(address(factories.an_item())).status_code == 404


def test_the_page_can_change_nothing(manager, item):
    answer = manager.get(address(item))

    assert answer.content.decode().count("<form") == manager.get(reverse("admin:index")).content.decode().count("<form")
    assert manager.post(address(item)).status_code == 200
    assert item.history.count() == 1


def test_the_page_is_translated(manager, item):
    reprice(item, "1500.50")

    manager.cookies["django_language"] = "ru"
    answer = manager.get(address(item)).content.decode()

    assert "Было" in answer
    assert "Стало" in answer
    assert "1 500,50 ₽" in answer.replace("\xa0", " ")
    translation.activate("en")


def test_a_long_history_is_paginated(manager, item):
    for number in range(PAGE_SIZE + 5):
        reprice(item, f"{number + 1}.00")
        then = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        item.history.filter(price=number + 1).update(history_date=then)
    item.history.filter(history_type="+").update(history_date=datetime(2024, 1, 1, tzinfo=UTC))
    history = manager.get(address(item)).context_data["history"]

    rest = entries(manager, item, before=history.older)

    assert len(history.entries) + len(rest) == PAGE_SIZE + 6
    assert manager.get(address(item), {"before": "the flood"}).status_code == 200


def test_actions_are_shown_for_rows_without_a_hientries(manager, item):
    code = Promocode.objects.bulk_create([Promocode(code="OLD", discount_percent=5)])[0]
    [genre] = Genre.objects.bulk_create([Genre(name="Drama")])
    LogEntry.objects.log_actions(someone("owner").pk, [genre], CHANGE, "Put right by hand", single_object=True)

    assert entries(manager, code) == []
    assert entries(manager, genre) == [("owner@example.org", [], ["Put right by hand"])]


def test_the_number_of_queries_does_not_grow_with_the_history(manager, item, django_assert_max_num_queries):
    for number in range(20):
        reprice(item, f"{number + 1}.00")

    with django_assert_max_num_queries(12):
        manager.get(address(item))
