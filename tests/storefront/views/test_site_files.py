import re

import pytest
from django.test import Client

from screenings.models import Film
from screenings.services import add_picture
from tests.helpers import factories
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db


def test_robots_txt_excludes_private_pages(client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()

    assert re.findall("Disallow: (.*)", robots) == ["/admin/", "/account/", "/order/", "/find/"]


def test_the_sitemap_has_films_on_sale_and_announced_ones_with_their_posters(client: Client) -> None:
    shown = factories.a_session().film
    announced = Film.objects.create(title="Stalker", duration_minutes=160, is_announced=True)
    Film.objects.create(title="Not shown", duration_minutes=90)
    poster = add_picture(shown, content=a_picture(), kind="POSTER")

    sitemap = client.get("/sitemap.xml").content.decode()

    assert re.findall(r"<loc>http://127.0.0.1:8000([^?]*?)</loc>", sitemap) == [
        "/",
        "/contacts/",
        f"/films/{shown.pk}/",
        f"/films/{announced.pk}/",
    ]
    assert {*re.findall("<image:loc>(.*?)</image:loc>", sitemap)} == {f"http://127.0.0.1:8000{poster.url(300)}"}


def test_a_phone_is_told_how_the_shop_is_called_and_shown(client: Client, settings) -> None:
    settings.SITE_NAME = "Aurora"

    answer = client.get("/manifest.webmanifest", HTTP_ACCEPT_LANGUAGE="ru")

    manifest = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["name"], manifest["lang"], manifest["start_url"]) == ("Aurora", "ru", "/")
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").content.decode()
