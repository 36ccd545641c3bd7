"""The page of the chain's name, colours and footer."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from house_rules.models import ChainFace
from tests.helpers.fonts import a_font
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD = reverse("admin:house_rules_chainface_add")


def typed(**changed: Any) -> dict[str, Any]:
    blank = {"name": "", "seller": "", "accent_light": "", "accent_dark": "", "social": "", "footer_ru": ""}
    return {**blank, "footer_en": "", **changed}


def test_the_owner_names_the_chain_and_the_admin_has_that_name() -> None:
    owner = browser(someone("owner", all_cinemas=True))

    answer = owner.post(ADD, typed(name="Aurora", footer_en="Since 1961", footer_ru="С 1961 года"))

    assert answer.status_code == 302, answer.context_data["errors"]
    row = ChainFace.objects.get()
    assert (row.name, row.footer) == ("Aurora", {"en": "Since 1961", "ru": "С 1961 года"})
    assert "Aurora</title>" in owner.get(admin_url(row)).text


def test_a_change_of_the_footer_alone_is_saved_and_is_in_the_history() -> None:
    row = ChainFace.objects.create(name="Aurora", footer={"en": "Old", "fr": "Vieux"})
    owner = browser(someone("owner", all_cinemas=True))
    form = owner.get(admin_url(row)).context_data["adminform"].form
    hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}

    answer = owner.post(admin_url(row), {**hidden, **typed(name="Aurora", footer_en="New")})

    assert answer.status_code == 302, answer.context_data["errors"]
    assert ChainFace.objects.get().footer == {"en": "New", "fr": "Vieux"}
    assert ChainFace.history.first().footer == {"en": "New", "fr": "Vieux"}


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("accent_light", "#ffe000", "#ffe000 can’t be read on light pages"),
        ("accent_dark", "#00003c", "Choose a lighter shade, such as #"),
        ("accent_light", "red", "Write a colour as #"),
        ("social", "https://t.me/aurora\njavascript:alert(1)", "javascript:alert(1) is not an address"),
    ],
)
def test_what_cannot_be_read_or_followed_is_refused_with_what_to_do(field: str, text: str, why: str) -> None:
    answer = browser(someone("owner", all_cinemas=True)).post(ADD, typed(**{field: text}))

    assert why in " ".join(answer.context_data["adminform"].form.errors[field])
    assert not ChainFace.objects.exists()


def test_a_logo_is_uploaded_shown_in_the_shop_and_removed() -> None:
    owner, picture = browser(someone("owner", all_cinemas=True)), io.BytesIO()
    Image.new("RGB", (200, 100), "navy").save(picture, "PNG")
    file = SimpleUploadedFile("logo.png", picture.getvalue(), "image/png")

    answer = owner.post(ADD, typed(name="Aurora", logo_file=file))

    assert answer.status_code == 302, answer.context_data["errors"]
    row = ChainFace.objects.get()
    assert f'<img src="/logo.png?{row.logo_digest}" alt="Aurora" width="96" height="48">' in owner.get("/").text
    shown = owner.get(f"/logo.png?{row.logo_digest}")
    assert (shown["Content-Type"], shown.content) == ("image/png", bytes(row.logo))
    page, manifest = owner.get("/").text, owner.get("/manifest.webmanifest").json()
    named = re.findall(r'"(/icon-\d+\.png\?\w+)"', page) + [each["src"] for each in manifest["icons"]]
    assert named == [f"/icon-{size}.png?{row.icon_digest}" for size in (48, 180, 192, 512)]
    assert {owner.get(each)["Cache-Control"] for each in named} == {"public, max-age=31536000"}
    assert [owner.get(f"/icon-{size}.png").status_code for size in (48, 64)] == [200, 404]

    form = owner.get(admin_url(row)).context_data["adminform"].form
    hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}
    owner.post(admin_url(row), {**hidden, **typed(name="Aurora", remove_logo="on")})

    assert ChainFace.objects.get().logo is None
    assert {owner.get(path).status_code for path in ("/logo.png", "/icon-192.png")} == {404}
    assert '"/icon-' not in owner.get("/").text


def test_an_uploaded_font_is_served_from_here_and_used_in_the_shop(client: Client) -> None:
    owner, font = browser(someone("owner", all_cinemas=True)), a_font()

    missing = owner.post(ADD, typed(heading_font="OWN"))
    added = owner.post(ADD, typed(heading_font="OWN", text_font="BOOK", font_file=SimpleUploadedFile("a.woff2", font)))

    row = ChainFace.objects.get()
    page = client.get(f"/font.woff2?{row.font_digest}")
    assert "Upload the font, or choose another one." in missing.text
    assert added.status_code == 302
    assert (page.content, page["Content-Type"]) == (font, "font/woff2")
    assert "max-age=31536000" in page["Cache-Control"]
    assert f"font.woff2?{row.font_digest}" in client.get(client.get("/face.css")["Location"]).text
