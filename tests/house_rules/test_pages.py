"""Versions of pages: a change makes a new one, and an order keeps the terms that it was placed under."""

from typing import Any

import pytest

from house_rules.face import face
from house_rules.models import AgreedTerms, ChainPage, PageVersion
from house_rules.pages import agree_to_terms, publish
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms() -> ChainPage:
    page = ChainPage.objects.create(kind="TERMS", slug="terms")
    publish(page, {"en": ("Terms", "One"), "ru": ("Условия", "Раз")}, at=NOON, actor=None)
    return page


def test_only_the_texts_that_were_changed_get_a_new_version(terms: ChainPage) -> None:
    new = publish(terms, {"en": ("Terms", "Two"), "ru": ("Условия", "Раз")}, at=NOON, actor=None)

    assert [(each.language, each.number) for each in new] == [("en", 2)]
    assert list(PageVersion.objects.order_by("pk").values_list("language", "number", "text")) == [
        ("en", 1, "One"),
        ("ru", 1, "Раз"),
        ("en", 2, "Two"),
    ]


def test_publishing_costs_as_many_queries_for_many_languages_as_for_one(
    terms: ChainPage, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(13):
        publish(terms, dict.fromkeys(("de", "fr", "it", "es", "pl"), ("Title", "Text")), at=NOON, actor=None)


def test_an_order_keeps_the_terms_that_it_was_first_placed_under(terms: ChainPage) -> None:
    order, shown = factories.an_order(), PageVersion.objects.get(language="en")
    [newer] = publish(terms, {"en": ("Terms", "Two")}, at=NOON, actor=None)

    agree_to_terms(order, shown.pk, at=NOON)
    agree_to_terms(order, newer.pk, at=NOON)

    assert AgreedTerms.objects.get().version == shown


def test_a_number_that_is_no_version_of_the_terms_is_ignored() -> None:
    privacy = ChainPage.objects.create(kind="PRIVACY", slug="privacy")
    [version] = publish(privacy, {"en": ("Privacy", "One")}, at=NOON, actor=None)

    agree_to_terms(factories.an_order(), version.pk, at=NOON)

    assert not AgreedTerms.objects.exists()
    assert face().page("PRIVACY") is not None
