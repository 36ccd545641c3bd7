"""Pages of the shop in the admin: each save publishes what was changed."""

from typing import Any

import pytest
from django.urls import reverse

from house_rules.models import ChainPage, PageVersion
from house_rules.pages import publish
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD = reverse("admin:house_rules_chainpage_add")
BLANK = {f"{name}_{language}": "" for name in ("title", "text") for language in ("ru", "en")}


def typed(**texts: Any) -> dict[str, Any]:
    return {"kind": "TERMS", "slug": "terms", "position": "0", "in_footer": "on", **BLANK, **texts}


def test_a_page_is_published_in_the_languages_that_were_typed() -> None:
    boss = someone("owner", all_cinemas=True)

    answer = browser(boss).post(ADD, typed(title_en="Terms", text_en="Tickets are sold."))

    assert answer.status_code == 302, answer.context_data["errors"]
    version = PageVersion.objects.get()
    assert (version.language, version.number, version.title, version.published_by) == ("en", 1, "Terms", boss)


def test_saving_a_changed_text_publishes_a_new_version_and_an_unchanged_one_none() -> None:
    page = ChainPage.objects.create(kind="TERMS", slug="terms")
    publish(page, {"en": ("Terms", "One")}, at=NOON, actor=None)
    owner = browser(someone("owner", all_cinemas=True))

    for text in ("One", "Two"):
        form = owner.get(admin_url(page)).context_data["adminform"].form
        hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}
        owner.post(admin_url(page), {**hidden, **typed(title_en="Terms", text_en=text)})

    assert list(page.versions.order_by("number").values_list("number", "text")) == [(1, "One"), (2, "Two")]


@pytest.mark.parametrize(("title", "text"), [("", ""), ("Terms", "")])
def test_a_published_text_cannot_be_removed(title: str, text: str) -> None:
    page = ChainPage.objects.create(kind="TERMS", slug="terms")
    publish(page, {"en": ("Terms", "One")}, at=NOON, actor=None)

    answer = browser(someone("owner", all_cinemas=True)).post(admin_url(page), typed(title_en=title, text_en=text))

    assert "can be replaced, not removed" in answer.text
    assert page.versions.count() == 1


def test_there_is_one_page_of_terms() -> None:
    ChainPage.objects.create(kind="TERMS", slug="terms")

    answer = browser(someone("owner", all_cinemas=True)).post(ADD, typed(slug="others"))

    assert "There is already a page of this kind" in answer.text
