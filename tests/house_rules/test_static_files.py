"""What production serves, after `collectstatic`: hashed, compressed, and kept by browsers for a year or longer."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.helpers.users import browser, someone

YEAR = 365 * 24 * 3600
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def production(settings: Any, collected: Path) -> None:
    settings.STATIC_ROOT = collected
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "house_rules.static_files.StaticFilesStorage"}}
    if not (collected / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


def served(address: str) -> tuple[Any, bytes]:
    middleware = WhiteNoiseMiddleware(lambda _request: HttpResponse(status=404))
    answer = middleware(RequestFactory().get(address, headers={"Accept-Encoding": "gzip, deflate"}))
    body = b"".join(answer)
    answer.close()
    return answer, body


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/admin/login/", "/admin/", "/"])
def test_each_file_of_a_page_is_hashed_compressed_and_cached_for_a_year(page: str) -> None:
    client = Client() if page == "/admin/login/" else browser(someone(is_superuser=True))
    addresses = set(LINKED.findall(client.get(page).content.decode()))

    assert addresses
    for address in addresses:
        answer, body = served(address)
        assert HASHED.search(address), address
        assert answer.status_code == 200, address
        assert int(re.findall(r"max-age=(\d+)", answer["Cache-Control"])[0]) >= YEAR, address
        assert len(body) < 2_000 or answer.get("Content-Encoding") == "gzip", address


def test_a_stylesheet_asks_for_hashed_files_too(collected: Path) -> None:
    for name in ("unfold/fonts/inter/styles.css", "unfold/fonts/material-symbols/styles.css"):
        text = (collected / staticfiles_storage.stored_name(name)).read_text()
        asked = re.findall(r"url\([\"']?([^\"')]+)", text)

        assert asked
        assert [each for each in asked if not HASHED.search(each)] == []


def test_a_file_that_was_not_collected_is_named_as_it_is() -> None:
    assert static("shop/new.css") == "/static/shop/new.css"
