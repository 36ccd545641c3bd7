"""Searches of lists, whatever the case of letters; on both databases."""

import pytest
from django.urls import reverse

from backoffice.framework.unicode_like import like
from screenings.models import Film
from tests.helpers.users import browser, someone


@pytest.mark.django_db
@pytest.mark.parametrize("term", ["зеркало", "ЗЕРКАЛО", "еркал"])
def test_a_list_finds_a_cyrillic_name_in_any_case(term):
    Film.objects.create(title="Зеркало 100%", duration_minutes=107)
    Film.objects.create(title="Солярис", duration_minutes=167)
    client = browser(someone("owner", all_cinemas=True))

    found = client.get(reverse("admin:screenings_film_changelist"), {"q": term}).context_data["cl"].result_list

    assert [film.title for film in found] == ["Зеркало 100%"]
    assert Film.objects.get(title__iexact="ЗЕРКАЛО 100%") == found[0]


@pytest.mark.parametrize(
    ("pattern", "text", "is_alike"),
    [
        ("%ЁЖ%", "В лесу ёжик\nи медведь", True),
        ("ёж_", "ЁЖИ", True),
        ("ёж", "ёжик", False),
        ("100\\%", "100%", True),
        ("100\\%", "1000", False),
        ("a.c", "abc", False),
        ("7", 7, True),
        (None, "a", None),
        ("%", None, None),
    ],
)
def test_like_folds_the_case_of_all_letters(pattern, text, is_alike):
    assert like(pattern, text, "\\") is is_alike
