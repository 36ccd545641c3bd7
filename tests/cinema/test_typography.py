import pytest
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from cinema.typography import inside_quotes, nest_quotes


@pytest.mark.parametrize("title", ["Код «Снегирь»", "Код “Снегирь”", "Код „Снегирь“", 'Код "Снегирь"'])
@pytest.mark.parametrize(("language", "nested"), [("ru", "Код „Снегирь“"), ("en", "Код ‘Снегирь’")])
def test_quotation_marks_inside_quotes_are_the_inner_ones_of_the_language(
    language: str, nested: str, title: str
) -> None:
    with translation.override(language):
        assert inside_quotes(title) == nested


@pytest.mark.parametrize("title", ["Солярис", "Don't Look Up", '12"', ""])
def test_a_text_without_a_pair_of_quotation_marks_stays_as_it_is(title: str) -> None:
    assert inside_quotes(title) == title


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("Изменено: фильм «Код «Снегирь»».", "Изменено: фильм «Код „Снегирь“»."),
        ("«Аврора» и «Горизонт»", "«Аврора» и «Горизонт»"),
        ("Лишняя » и незакрытая «", "Лишняя » и незакрытая «"),
        ("The film “Mirror”", "The film “Mirror”"),
    ],
)
def test_quotes_within_quotes_are_the_inner_ones(text, nested):
    assert nest_quotes(text) == nested


def test_what_was_marked_safe_stays_so():
    assert isinstance(nest_quotes(mark_safe("<b>«Аврора»</b>")), SafeString)
    assert not isinstance(nest_quotes("<b>«Аврора»</b>"), SafeString)
