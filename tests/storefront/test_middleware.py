"""The language of a page: that of its address, else the visitor's."""

from typing import Any

import pytest
from django.test import Client

from notifications.models import Notification
from orders.models import Order
from tests.helpers import factories

pytestmark = pytest.mark.django_db


def language_of(page: str) -> str:
    return page.partition('<html lang="')[2].partition('"')[0]


def test_the_browsers_language_is_shown_until_an_address_names_another(client: Client) -> None:
    german = {"Accept-Language": "de-AT,de;q=0.9"}

    assert language_of(client.get("/", headers=german).text) == "de"
    assert language_of(client.get("/?lang=ru", headers=german).text) == "ru"
    assert language_of(client.get("/contacts/", headers=german).text) == "ru"  # remembered
    assert language_of(Client().get("/?lang=xx", headers=german).text) == "de"


def test_search_engines_find_each_page_in_every_language(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://cinema.example"

    page, sitemap = client.get("/contacts/?lang=de").text, client.get("/sitemap.xml").text

    assert '<link rel="canonical" href="https://cinema.example/contacts/?lang=de">' in page
    for code in ("ru", "en", "de"):
        address = f"https://cinema.example/contacts/?lang={code}"
        assert f'<link rel="alternate" hreflang="{code}" href="{address}">' in page
        assert f"<loc>{address}</loc>" in sitemap
    assert "canonical" not in client.get("/find/").text


def test_a_language_needs_no_code_but_its_entry_in_the_setting(client: Client, settings: Any) -> None:
    """Without a catalogue its texts are those of the default language; what is written from right to left says so."""
    settings.LANGUAGES = [("en", "English"), ("he", "Hebrew")]

    page = client.get("/?lang=he").text

    assert '<html lang="he" dir="rtl">' in page
    assert '<button name="language" value="en" lang="en">English</button>' in page
    assert 'value="he" lang="he"' in client.get("/?lang=en").text


def test_films_halls_tickets_and_snacks_are_named_in_the_visitors_language(client: Client) -> None:
    session = factories.a_session()
    hall, item, adult = session.hall, factories.an_item(session.hall.cinema), factories.an_adult()
    for row, name, text in (
        (session.film, "title", "Der Spiegel"),
        (hall, "name", "Roter Saal"),
        (hall.cinema, "name", "Morgenröte"),
        (item, "name", "Puffmais"),
        (adult, "name", "Erwachsene"),
    ):
        row.texts = {"de": {name: text}}
        row.save()

    seats, german = factories.free_seats(session)[:1], {"Accept-Language": "de"}
    pages = [f"/films/{session.film_id}/", f"/sessions/{session.pk}/checkout/?seat={seats[0].pk}"]
    text = "".join(client.get(path, headers=german).text for path in pages)

    for shown in ("Der Spiegel", "Roter Saal", "Morgenröte", "Puffmais", "Erwachsene"):
        assert shown in text
    assert "Der Spiegel" not in client.get(pages[0], headers={"Accept-Language": "ru"}).text


def test_an_email_names_them_in_the_language_of_the_order() -> None:
    session = factories.a_session()
    session.film.texts = {"de": {"title": "Der Spiegel"}}
    session.film.save()
    order = factories.an_order(session)
    Order.objects.update(language="de")

    factories.pay(Order.objects.get(pk=order.pk))

    queued = Notification.objects.get(kind="ORDER_PAID")
    assert queued.context["showings"][0]["film"] == "Der Spiegel"
