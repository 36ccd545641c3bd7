from typing import Any

import pytest
from django.utils import translation

from house_rules.face import Face, PublishedPage, face
from house_rules.models import ChainFace
from house_rules.scope import rules_scope
from payments.models import LegalEntity

pytestmark = pytest.mark.django_db


def page(language: str, **changed: Any) -> PublishedPage:
    facts = {"kind": "TERMS", "slug": "terms", "in_footer": True, "version": 1, "number": 1, "title": "Terms"}
    return PublishedPage(**{**facts, "language": language, **changed})


def test_without_a_row_the_settings_say_what_the_chain_is_called(settings: Any) -> None:
    settings.SITE_NAME, settings.TERMS_URL = "Aurora", "https://cinema.example/terms"

    assert (face().name, face().terms_url, face().css_version) == ("Aurora", "https://cinema.example/terms", "")


def test_all_of_it_costs_one_query_in_a_request(django_assert_num_queries: Any) -> None:
    seller = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    ChainFace.objects.create(name="Aurora", seller=seller)

    with django_assert_num_queries(1), rules_scope():
        assert (face().name, face().seller.name, face().pages) == ("Aurora", "Aurora LLC", [])


@pytest.mark.parametrize(("language", "shown"), [("en", "en"), ("ru", "ru"), ("de", "en")])
def test_a_page_is_linked_in_the_language_of_the_visitor_or_else_in_the_default_one(language: str, shown: str) -> None:
    own = Face(published=(page("en"), page("ru")))

    with translation.override(language):
        assert own.terms_url == f"/pages/terms/{shown}/1/"


def test_a_page_in_one_language_is_linked_in_each() -> None:
    with translation.override("ru"):
        assert [each.language for each in Face(published=(page("en"),)).pages] == ["en"]


def test_social_networks_are_called_by_their_names() -> None:
    links = ("https://www.youtube.com/@aurora", "https://aurora.example/blog")

    assert [name for name, _address in Face(social=links).networks] == ["YouTube", "aurora.example"]
