import pytest

from cinema.keyboards import readings

CODE = "T1234567890-QWERTYUIOPASDFGHJKLZXCVBNM"

#: What the keys of `CODE` become under each layout.
TYPED = {
    "American": CODE,
    "caps lock": CODE.swapcase(),
    "Russian": "Е1234567890-ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ",
    "Russian, caps lock": "е1234567890-йцукенгшщзфывапролдячсмить",
    "German": "T1234567890ßQWERTZUIOPASDFGHJKLYXCVBNM",
    "French": "T&é\"'(-è_çà)AZERTYUIOPQSDFGHJKLWXCVBN?",
    "French, caps lock": "t&é\"'(-è_çà)azertyuiopqsdfghjklwxcvbn,",
    "Belgian": "T&é\"'(§è!çà)AZERTYUIOPQSDFGHJKLWXCVBN?",
    "Ukrainian": "Е1234567890-ЙЦУКЕНГШЩЗФІВАПРОЛДЯЧСМИТЬ",
    "Belarusian": "Е1234567890-ЙЦУКЕНГШЎЗФЫВАПРОЛДЯЧСМІТЬ",
    "Kazakh": 'Е"әіңғ,.үұқөЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ',
    "Swiss": "T1234567890'QWERTZUIOPASDFGHJKLYXCVBNM",
    "Czech": "T+ěščřžýáíé=QWERTZUIOPASDFGHJKLYXCVBNM",
    "Slovak": "T+ľščťžýáíé=QWERTZUIOPASDFGHJKLYXCVBNM",
    "Hungarian": "T123456789öüQWERTZUIOPASDFGHJKLYXCVBNM",
    "Spanish": "T1234567890'QWERTYUIOPASDFGHJKLZXCVBNM",
    "Swedish": "T1234567890+QWERTYUIOPASDFGHJKLZXCVBNM",
    "Turkish": "T1234567890*QWERTYUIOPASDFGHJKLZXCVBNM",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_a_code_is_read_under_any_of_the_layouts(typed):
    assert CODE in readings(f" {typed}\n")


def test_what_was_typed_as_it_stands_comes_first():
    assert readings("zy23")[0] == "ZY23"


def test_a_text_that_means_the_same_everywhere_is_read_once():
    assert readings("234") == ["234"]
