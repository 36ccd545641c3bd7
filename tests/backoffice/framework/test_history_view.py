"""The history of a row on its page: what it was and what it became, in words, by the cinema's clocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from backoffice.framework.history_view import LONGEST
from concessions.models import ConcessionItem, LowStockItem
from orders.models import Promocode
from screenings.models import Film, Genre, SeatSurcharge
from tests.helpers import factories
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def address(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def story(client: Client, row: Any, **given: Any) -> list[Any]:
    """What the page tells, the newest first: who, and each change as field, before, after."""
    past = client.get(address(row), given).context_data["past"]
    return [
        (str(entry.who), [(each.field, each.before, each.after) for each in entry.changes], entry.said)
        for entry in past.entries
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


def test_a_price_is_told_before_and_after(manager, item):
    page = reverse("admin:concessions_concessionitem_change", args=[item.pk])

    typed = {"name": item.name, "price": "150", "max_stock_quantity": 100, "low_stock_percent": 20, "is_active": "on"}
    manager.post(page, {**typed, "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0})

    assert story(manager, item)[0] == (
        "maria@example.org",
        [("Price", "120\N{NO-BREAK SPACE}₽", "150\N{NO-BREAK SPACE}₽")],
        [],
    )


def test_a_new_row_is_told_with_what_it_was_given(manager, item):
    [(who, changes, _said)] = story(manager, item)

    assert who == "None"
    assert ("Price", None, "120\N{NO-BREAK SPACE}₽") in changes
    assert ("On sale", None, "yes") in changes
    assert ">Automatic<" in manager.get(address(item)).content.decode()


def test_genres_chosen_with_the_film_are_one_change(item, manager):
    drama = Genre.objects.create(name="Drama")
    film = Film.objects.create(title="Mirror", duration_minutes=107)

    manager.post(
        reverse("admin:screenings_film_change", args=[film.pk]),
        {"title": "The Mirror", "duration_minutes": 107, "age_rating": "0+", "genres": [drama.pk]},
    )

    newest = story(manager, film)[0]
    assert newest == ("maria@example.org", [("Title", "Mirror", "The Mirror"), ("Genres", "–", "Drama")], [])


def test_an_action_is_told_with_what_it_changed(manager, item):
    manager.post(
        reverse("admin:concessions_concessionitem_take_off", args=[item.pk]), {"confirmed": "yes"}, follow=True
    )

    assert story(manager, item)[0] == (
        "maria@example.org",
        [("On sale", "yes", "no")],
        [f"{item}: taken off sale."],
    )


def test_the_page_of_low_stock_tells_the_same(manager, item):
    ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=1)
    low = LowStockItem.objects.get(pk=item.pk)

    told = story(manager, low)
    manager.post(reverse("admin:concessions_lowstockitem_take_off", args=[item.pk]), {"confirmed": "yes"})

    newest, *rest = story(manager, item)
    assert newest[1:] == ([("On sale", "yes", "no")], [f"{item}: taken off sale."])
    assert rest == told


def test_surcharges_are_told_with_their_cinema_deleted_ones_too(item, manager):
    cinema = item.cinema
    surcharge = SeatSurcharge.objects.create(cinema=cinema, kind="VIP", amount=100)
    SeatSurcharge.objects.create(cinema=factories.a_cinema(), kind="LOVE_SEAT", amount=5)

    manager.post(reverse("admin:screenings_seatsurcharge_delete", args=[surcharge.pk]), {"post": "yes"})

    assert story(manager, cinema)[0] == (
        "maria@example.org",
        [("Seat surcharge, VIP: surcharge", "100\N{NO-BREAK SPACE}₽", None)],
        [],
    )


def test_roles_are_told_by_their_names(item):
    owner, person = someone("owner", item.cinema, all_cinemas=True), someone(email="new@example.org")
    someone("usher")  # the role is there
    person.groups.add(Group.objects.get(name="usher"))
    person.cinemas.add(item.cinema)

    changes = [change for _who, each, _said in story(browser(owner), person) for change in each]

    assert ("Roles", None, "usher") in changes
    assert ("Cinemas", None, str(item.cinema)) in changes


def test_times_are_the_cinemas(manager, item):
    item.history.update(history_date=datetime(2025, 11, 5, 12, tzinfo=UTC))

    answer = manager.get(address(item)).content.decode()

    assert "5 November 2025 22:00 UTC+10" in answer


def test_languages_are_told_by_their_names(manager, item):
    session = factories.a_session(factories.a_hall(item.cinema))
    session.subtitles = "en"
    session.save()

    told = [change[0:3] for _who, changes, _said in story(manager, session) for change in changes]

    assert "English" in str(told)
    assert "Russian" in str(told)


def test_another_cinemas_history_is_not_found(manager):
    assert manager.get(address(factories.an_item())).status_code == 404


def test_nothing_on_the_page_changes_anything(manager, item):
    answer = manager.get(address(item))

    assert answer.content.decode().count("<form") == manager.get(reverse("admin:index")).content.decode().count("<form")
    assert manager.post(address(item)).status_code == 200
    assert item.history.count() == 1


def test_it_is_told_in_russian(manager, item):
    reprice(item, "1500.50")

    manager.cookies["django_language"] = "ru"
    answer = manager.get(address(item)).content.decode()

    assert "Было" in answer
    assert "Стало" in answer
    assert "1 500,50 ₽" in answer.replace("\xa0", " ")
    translation.activate("en")


def test_a_long_history_is_told_page_by_page(manager, item):
    for number in range(LONGEST + 5):
        reprice(item, f"{number + 1}.00")
        then = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        item.history.filter(price=number + 1).update(history_date=then)
    item.history.filter(history_type="+").update(history_date=datetime(2024, 1, 1, tzinfo=UTC))
    past = manager.get(address(item)).context_data["past"]

    rest = story(manager, item, before=past.older)

    assert len(past.entries) + len(rest) == LONGEST + 6
    assert manager.get(address(item), {"before": "the flood"}).status_code == 200


def test_what_was_done_is_told_where_no_history_is_kept(manager, item):
    code = Promocode.objects.bulk_create([Promocode(code="OLD", discount_percent=5)])[0]
    [genre] = Genre.objects.bulk_create([Genre(name="Drama")])
    LogEntry.objects.log_actions(someone("owner").pk, [genre], CHANGE, "Put right by hand", single_object=True)

    assert story(manager, code) == []
    assert story(manager, genre) == [("owner@example.org", [], ["Put right by hand"])]


def test_a_page_costs_the_same_however_long(manager, item, django_assert_max_num_queries):
    for number in range(20):
        reprice(item, f"{number + 1}.00")

    with django_assert_max_num_queries(12):
        manager.get(address(item))
