"""Hostile values in the admin's URLs and files never cause a server error.

The URLs are those of the registered pages, so new pages are covered without a change here.
"""

import io
import zipfile
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from backoffice.framework.import_export.pages import ImportExportMixin
from screenings.models import Cinema
from tests.helpers.factories import business_state
from tests.helpers.pages.rendering import rendered_if
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCRIPT = "<script>alert(1)</script>"
HOSTILE = ["9" * 40, "9" * 5000, "a\x00b", SCRIPT]
DAYS = ["", "0001-01-01", "9999-12-31", "2026-02-30"]
PAGES: list[Any] = list(admin.site._registry.values())
GENRES = {"app_label": "screenings", "model_name": "film", "field_name": "genres", "term": "a", "page": "1"}
ORDERS = {"app_label": "orders", "model_name": "ticket", "field_name": "order", "term": "a"}


@pytest.fixture
def cinema_row(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[0]


@pytest.fixture
def client() -> Client:
    client = browser(someone("owner", email="owner@example.org", is_superuser=True, all_cinemas=True))
    client.raise_request_exception = False
    return client


def errors(answers: Iterator[tuple[str, Any]]) -> list[str]:
    """The answers that are server errors or contain the script unescaped."""
    return [
        f"{what[:100]!r}: {answer.status_code} {(answer.exc_info or [''])[1]!r}"[:300]
        for what, answer in answers
        if answer.status_code >= 500 or (not answer.streaming and SCRIPT.encode() in answer.content)
    ]


@pytest.mark.exhaustive
def test_no_primary_key_in_a_url_causes_an_error(client: Client) -> None:
    keys = cycle([*HOSTILE, "-1", "_5F", "1.5", "\u0663"])  # one per page in turn: all of them would take minutes

    def answers() -> Iterator[tuple[str, Any]]:
        for page in sample(PAGES, turn=0):
            for view in ["change", "history", "delete", *page.actions_detail]:
                address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{view}", args=["KEY"])
                key = next(keys)
                address = address.replace("KEY", quote(key, safe=""))
                with rendered_if(key == SCRIPT):
                    yield address, client.get(address)

    assert errors(answers()) == []


def test_no_query_parameter_of_other_pages_causes_an_error(client: Client, cinema_row: Any) -> None:
    def answers() -> Iterator[tuple[str, Any]]:
        row = cinema_row.pk
        for address, names in (
            (reverse("admin:autocomplete"), GENRES),
            (reverse("admin:autocomplete"), ORDERS),
            (reverse("admin:screenings_session_timetable"), {"day": "2026-11-05", "cinema": str(cinema_row.pk)}),
            (reverse("admin:screenings_cinema_schedule", args=[row]), {"day": "", "time": "", "hall": "", "which": ""}),
            (reverse("admin:screenings_cinema_copy_day", args=[row]), {"day": "", "to": "", "previewed": ""}),
            (reverse("admin:screenings_cinema_copy_week", args=[row]), {"monday": "", "to": ""}),
            (reverse("admin:screenings_cinema_history", args=[row]), {"before": ""}),
            (reverse("admin:concessions_concessionitem_export"), {"as": "csv", "q": "", "cinema__id__exact": ""}),
            (reverse("admin:login"), {"next": "/admin/"}),
            (reverse("admin:index"), {"x": ""}),
        ):  # fmt: skip
            for name in names:
                for value in [*HOSTILE, *(DAYS if name in ("day", "to", "monday") else [])]:
                    with rendered_if(value == SCRIPT):
                        yield f"{address}?{name}={value}", client.get(address, {**names, name: value})
            yield address, client.get(address)

    assert errors(answers()) == []


@pytest.mark.parametrize("value", [*HOSTILE, "", "\u202e"])
def test_no_value_in_the_log_in_form_causes_an_error(value: str) -> None:
    client, page = Client(raise_request_exception=False), reverse("admin:login")
    data = {"username": "a@example.org", "password": "secret", "next": "/admin/"}

    answers = [(f"{name}={value}", client.post(page, {**data, name: value})) for name in data]

    assert errors(iter(answers)) == []
    assert "_auth_user_id" not in client.session


def an_archive(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


FILES = {
    "empty.xlsx": b"",
    "noise.xlsx": bytes(range(256)) * 40,
    "noise.csv": b"\xff\xfe\x00",
    "nul.csv": b"a\x00b;c\n",
    "words.xlsx": b"not a workbook",
    "half.xlsx": b"PK\x03\x04 and nothing more",
    "archive.xlsx": an_archive("xl/workbook.xml", b"<a>"),
    "other.xlsx": an_archive("photo.jpg", b"\xff\xd8"),
    "x" * 300 + ".csv": b"a;b\n1;2\n",
    "../../<script>alert(1)</script>.csv": "Номер;Цена\n9999999999999999999999;NaN\n".encode(),
    "a\u202evsc.exe": "Номер;Цена\n1;1e999999\n".encode(),
    "deep.csv": b'"' * 5000,
    "wide.csv": b";" * 50_000,
    "image.png": b"\x89PNG\r\n\x1a\n",
}  # fmt: skip


@pytest.mark.parametrize(
    "page", [page for page in PAGES if isinstance(page, ImportExportMixin)], ids=lambda page: page.opts.label
)
def test_no_bad_file_causes_an_error_or_is_imported(client: Client, page: Any) -> None:
    address, before = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_import"), business_state()

    def answers() -> Iterator[tuple[str, Any]]:
        for name, content in FILES.items():
            yield name, client.post(address, {"file": SimpleUploadedFile(name, content)})
        for data in ({"file": "text"}, {"seen": "a\x00b"}, {"seen": "9" * 5000}, {"seen": "e30:1:x"}, {}):
            yield str(data), client.post(address, data)

    assert errors(answers()) == []
    assert business_state() == before
