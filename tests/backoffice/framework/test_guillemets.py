import pytest
from django.utils.safestring import SafeString, mark_safe

from backoffice.framework.guillemets import nest_guillemets


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("Изменено: фильм «Код «Снегирь»».", "Изменено: фильм «Код „Снегирь“»."),
        ("«Аврора» и «Горизонт»", "«Аврора» и «Горизонт»"),
        ("Лишняя » и незакрытая «", "Лишняя » и незакрытая «"),
        ("The film “Mirror”", "The film “Mirror”"),
    ],
)
def test_guillemets_within_guillemets_are_the_inner_ones(text, nested):
    assert nest_guillemets(text) == nested


def test_what_was_marked_safe_stays_so():
    assert isinstance(nest_guillemets(mark_safe("<b>«Аврора»</b>")), SafeString)
    assert not isinstance(nest_guillemets("<b>«Аврора»</b>"), SafeString)
