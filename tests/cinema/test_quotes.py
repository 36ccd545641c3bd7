import pytest
from django.utils.safestring import SafeString, mark_safe

from cinema.quotes import nest_quotes


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
