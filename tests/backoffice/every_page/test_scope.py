"""Whose rows staff see: lists, filters, look-ups, choices in forms."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from allocations.services import OF_THE_HOUSE
from backoffice.framework.admin import CinemaScopedAdmin
from screenings.models import Cinema, SeatSurcharge
from tests.helpers.cinema_fixtures import listed_row
from tests.helpers.factories import a_cinema, a_hall
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_rendering")]

PAGES: dict[str, CinemaScopedAdmin] = {
    model._meta.label_lower: page
    for model, page in admin.site._registry.items()
    if isinstance(page, CinemaScopedAdmin) and page.cinema_path
}


@pytest.fixture
def own(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[0]


@pytest.fixture
def foreign(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[1]


def listed(person: User, label: str, **given: Any) -> set[int]:
    answer = browser(person).get(reverse(f"admin:{label.replace('.', '_')}_changelist"), given)
    assert answer.status_code == 200
    return set(answer.context_data["cl"].queryset.values_list("pk", flat=True))


def test_lists_hold_own_rows_only(own: Cinema, foreign: Cinema) -> None:
    owner = someone("owner", own)

    for label, page in PAGES.items():
        found = listed(owner, label)
        assert listed_row(page, own).pk in found, label
        assert listed_row(page, foreign).pk not in found, label


def test_a_superuser_without_all_cinemas_is_no_exception(own: Cinema, foreign: Cinema) -> None:
    root = User.objects.create_superuser("root@example.org", all_cinemas=False)

    assert listed(root, "screenings.hall") == set()
    root.cinemas.add(own)
    assert listed(root, "screenings.hall") == set(own.halls.values_list("pk", flat=True))


def test_all_cinemas_means_all_and_neither_means_none(own: Cinema, foreign: Cinema) -> None:
    assert listed(someone("accountant", all_cinemas=True), "orders.order") == {
        order.pk for place in (own, foreign) for order in place.orders.exclude(OF_THE_HOUSE)
    }
    assert listed(someone("floor_manager"), "orders.order") == set()


def test_a_filter_offers_own_rows_and_finds_no_others(own: Cinema, foreign: Cinema) -> None:
    person = someone("owner", own)
    mine = {own.halls.get(), a_hall(own)}

    page = browser(person).get(reverse("admin:screenings_seat_changelist")).context_data["cl"]

    [by_hall] = [each for each in page.filter_specs if getattr(each, "field_path", "") == "hall"]
    assert {key for key, _name in by_hall.lookup_choices} == {hall.pk for hall in mine}
    assert listed(person, "screenings.seat", hall__id__exact=foreign.halls.get().pk) == set()


def test_a_search_finds_own_rows_only(own: Cinema, foreign: Cinema) -> None:
    person = someone("cashier", own)

    [mine, *_others] = own.orders.exclude(OF_THE_HOUSE)
    assert listed(person, "orders.order", q=mine.number) == {mine.pk}
    assert listed(person, "orders.order", q=foreign.orders.latest("pk").number) == set()


def test_a_look_up_offers_own_rows_only(own: Cinema, foreign: Cinema) -> None:
    where = {"app_label": "accounts", "model_name": "user", "field_name": "cinemas", "term": "Aurora"}

    answer = browser(someone("owner", own)).get(reverse("admin:autocomplete"), where)

    assert [row["id"] for row in answer.json()["results"]] == [str(own.pk)]


def test_a_form_offers_own_cinemas_and_takes_no_other(own: Cinema, foreign: Cinema) -> None:
    client, page = browser(someone("cinema_manager", own)), reverse("admin:screenings_seatsurcharge_add")

    offered = client.get(page).context_data["adminform"].form.fields["cinema"].queryset
    refused = client.post(page, {"cinema": foreign.pk, "kind": "COMPANION", "amount": "7.00"})
    taken = client.post(page, {"cinema": own.pk, "kind": "COMPANION", "amount": "7.00"})

    assert list(offered) == [own]
    assert (refused.status_code, taken.status_code) == (200, 302)
    assert SeatSurcharge.objects.get(kind="COMPANION").cinema == own


def test_an_action_reaches_own_rows_only(own: Cinema, foreign: Cinema) -> None:
    surcharge = foreign.seat_surcharges.get()

    browser(someone("cinema_manager", own)).post(
        reverse("admin:screenings_seatsurcharge_changelist"),
        {"action": "delete_selected", "_selected_action": [surcharge.pk], "post": "yes"},
    )

    surcharge.refresh_from_db()


@pytest.mark.parametrize("page", ["screenings_seat", "screenings_session", "orders_order", "accounts_user"])
def test_the_cinemas_of_a_person_are_read_once_a_request(own: Cinema, page: str) -> None:
    client = browser(someone("cinema_manager", own, a_cinema(), a_cinema()))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(reverse(f"admin:{page}_changelist"))

    read = [query["sql"] for query in queries if 'JOIN "accounts_user_cinemas"' in query["sql"]]
    assert len(read) == 1
