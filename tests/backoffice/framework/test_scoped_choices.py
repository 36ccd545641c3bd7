"""Filters by a related row list few rows, and search many."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from backoffice.framework import scoped_choices
from screenings.models import Cinema, Hall
from tests.helpers.factories import a_cinema, a_hall, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

SEATS = "admin:screenings_seat_changelist"


@pytest.fixture(autouse=True)
def two_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoped_choices, "MOST_LISTED", 2)


@pytest.fixture
def own() -> Cinema:
    return a_cinema()


@pytest.fixture
def halls(own: Cinema) -> list[Hall]:
    return [a_hall(own, rows=["ss"]) for _number in range(3)]


def by_hall(response: Any) -> Any:
    [spec] = [each for each in response.context_data["cl"].filter_specs if getattr(each, "field_path", "") == "hall"]
    return spec


def test_few_rows_are_listed(own: Cinema) -> None:
    few = [a_hall(own), a_hall(own)]

    page = browser(someone("owner", own)).get(reverse(SEATS))

    assert {key for key, _name in by_hall(page).lookup_choices} == {hall.pk for hall in few}
    assert "admin-autocomplete" not in page.content.decode()


def test_many_rows_are_searched_and_none_is_named(own: Cinema, halls: list[Hall]) -> None:
    client = browser(someone("owner", own))

    page = client.get(reverse(SEATS), {"kind__exact": "STANDARD"})
    html = page.content.decode()
    where = {"app_label": "screenings", "model_name": "seat", "field_name": "hall", "term": ""}
    found = client.get(reverse("admin:autocomplete"), where).json()["results"]

    assert html.count("<option") == 1  # the empty one
    assert "admin/js/vendor/select2" in html
    assert '<input type="hidden" name="kind__exact" value="STANDARD">' in html  # the other filters stay
    assert {row["id"] for row in found} == {str(hall.pk) for hall in halls}


def test_a_found_row_filters_the_list_and_is_named(own: Cinema, halls: list[Hall]) -> None:
    foreign = a_hall(a_cinema())
    client = browser(someone("owner", own))

    chosen = client.get(reverse(SEATS), {"hall__id__exact": halls[1].pk})
    refused = client.get(reverse(SEATS), {"hall__id__exact": foreign.pk})

    assert {seat.hall for seat in chosen.context_data["cl"].result_list} == {halls[1]}
    assert f'<option value="{halls[1].pk}" selected>{halls[1]}</option>' in chosen.content.decode()
    assert list(refused.context_data["cl"].result_list) == []
    assert str(foreign.pk) not in [value for value, *_rest in by_hall(refused).form.fields["hall__id__exact"].choices]


def test_nobody_searches_a_list_that_they_may_not_see(own: Cinema, halls: list[Hall]) -> None:
    person = someone("", own)
    person.user_permissions.add(Permission.objects.get(codename="view_seat"))

    page = browser(person).get(reverse(SEATS))

    assert [each.title for each in page.context_data["cl"].filter_specs] == ["kind"]


def test_every_filter_that_a_list_shows_is_answered() -> None:
    item = an_item()
    client = browser(someone("owner", item.cinema))

    page = client.get(reverse("admin:concessions_concessionitem_changelist"))
    links = [
        choice["query_string"]
        for spec in page.context_data["cl"].filter_specs
        for choice in spec.choices(page.context_data["cl"])
    ]
    answers = {client.get(reverse("admin:concessions_concessionitem_changelist") + link).status_code for link in links}

    assert len(links) == 10
    assert answers == {200}
