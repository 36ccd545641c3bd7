import itertools

import pytest

from reports.files.formulas import escape_formula, unescape_formula, valid_xml

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1", "''+1", "'", "'plain", "plain", "", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_an_escaped_formula_is_harmless_and_can_be_unescaped(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def short_texts() -> list[str]:
    """Every text of up to five of the characters that matter."""
    return ["".join(each) for length in range(6) for each in itertools.product("=',;\"\ta", repeat=length)]


def test_escaping_can_be_undone_exactly() -> None:
    assert [text for text in short_texts() if unescape_formula(escape_formula(text)) != text] == []


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "a\ud800b", "a\uffffb"])
def test_what_xml_cannot_hold_is_replaced(text: str) -> None:
    assert valid_xml(text) == "a\ufffdb"


def test_other_texts_stay_as_they_are() -> None:
    assert valid_xml("Ёлка 🎄\tи\nвсё") == "Ёлка 🎄\tи\nвсё"
