import pytest
from django.utils import translation

from cinema.typography import with_inner_quotes


@pytest.mark.parametrize("title", ["Код «Снегирь»", "Код “Снегирь”", "Код „Снегирь“", 'Код "Снегирь"'])
@pytest.mark.parametrize(("language", "nested"), [("ru", "Код „Снегирь“"), ("en", "Код ‘Снегирь’")])
def test_quotation_marks_inside_quotes_are_the_inner_ones_of_the_language(
    language: str, nested: str, title: str
) -> None:
    with translation.override(language):
        assert with_inner_quotes(title) == nested


@pytest.mark.parametrize("title", ["Солярис", "Don't Look Up", '12"', ""])
def test_a_text_without_a_pair_of_quotation_marks_stays_as_it_is(title: str) -> None:
    assert with_inner_quotes(title) == title
