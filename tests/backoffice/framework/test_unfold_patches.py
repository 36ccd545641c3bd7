"""The admin's skin is mended wherever it is read."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from concessions.services import receive
from screenings.models import Film, Genre
from tests.helpers.factories import NOON, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return browser(someone(email="owner@example.org", is_superuser=True, all_cinemas=True))


@pytest.mark.parametrize("page", ["index", "orders_order_changelist", "screenings_film_add", "login"])
def test_pictures_are_silent_the_page_says_where_it_begins_and_what_opens_the_menu_is_a_button(
    client: Client, page: str
) -> None:
    html = (Client() if page == "login" else client).get(reverse(f"admin:{page}")).text

    pictures = re.findall(r"<span [^<>]*material-symbols[^<>]*>", html)
    heard = [each for each in pictures if "aria-hidden" not in each]
    assert pictures
    assert html.count('role="main"') == 1
    assert all('role="button" tabindex="0"' in each and 'aria-label="Toggle navigation"' in each for each in heard), (
        heard
    )
    assert len(heard) == (0 if page == "login" else 3)


@pytest.mark.parametrize("page", ["index", "orders_order_changelist", "screenings_film_add"])
def test_no_page_loads_scripts_that_none_runs(client: Client, page: str) -> None:
    html = client.get(reverse(f"admin:{page}")).text

    assert "unfold/js/app.js" in html
    assert re.findall(r"chart\.js|xregexp|urlify|prepopulate\.js", html) == []


def test_the_words_of_scripts_are_kept_as_long_as_person_and_language_are_the_same(client: Client) -> None:
    words = client.get(reverse("admin:jsi18n"))

    assert words.headers["Cache-Control"] == "private, max-age=3600"
    assert {"Accept-Language", "Cookie"} <= {each.strip() for each in words.headers["Vary"].split(",")}


def test_an_address_of_the_admin_that_leads_nowhere_leads_staff_back_to_work(client: Client) -> None:
    answer = client.get(reverse("admin:index") + "nothing/is/here/")

    assert answer.status_code == 404
    assert f'href="{reverse("admin:index")}">Needs attention</a>' in answer.text
    assert "tickets" not in answer.text.partition('id="content"')[2]


def test_a_list_aligns_its_numbers_counts_its_rows_and_labels_them_as_sentences_do(client: Client) -> None:
    an_item(stock=10)

    html = client.get(reverse("admin:concessions_concessionitem_changelist")).text

    assert set(re.findall(r'class="number field-(\w+)', html)) == {"price", "stock_quantity", "max_stock_quantity"}
    assert set(re.findall(r"number column-(\w+)", html)) == {"price", "stock_quantity", "max_stock_quantity"}
    assert "Total: 1" in html
    assert 'data-label="On sale"' in html
    assert "Show all" not in html


def test_further_rows_beneath_a_page_are_a_link_away(client: Client) -> None:
    item = an_item(stock=1)
    for quantity in range(2, 20):
        receive(item, quantity=quantity, at=NOON)
    page = reverse("admin:concessions_concessionitem_change", args=[item.pk])

    first = client.get(page)
    [further] = re.findall(r'<a class="cursor-pointer" href="([^"]*)"', first.text)
    second = client.get(page + further)

    shown = [len(each.context_data["inline_admin_formsets"][0].formset.forms) for each in (first, second)]
    assert shown == [12, 7]


def test_who_deletes_a_genre_reads_of_it_and_of_no_rows_between(client: Client) -> None:
    genre = Genre.objects.create(name="Noir")
    Film.objects.create(title="Mirror", duration_minutes=107).genres.add(genre)

    asked = client.get(reverse("admin:screenings_genre_delete", args=[genre.pk]))

    assert asked.context_data["deleted_objects"] == ["Noir"]
    assert [*asked.context_data["model_count"]] == [("genres", 1)]


def test_what_deletes_a_row_says_so_in_a_word(client: Client) -> None:
    genre = Genre.objects.create(name="Drama")

    html = client.get(reverse("admin:screenings_genre_change", args=[genre.pk])).text

    assert re.findall(r">\s*(Delete[^<]*?)\s*<", html) == ["Delete"]
