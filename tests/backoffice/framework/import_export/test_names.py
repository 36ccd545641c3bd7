"""Names that look alike are the same name, whatever their characters."""

import unicodedata

import pytest

from backoffice.framework.import_export.names import KeyIndex, cleaned, name_key, visible

SAME = [
    "Чайка 2",
    "ЧАЙКА 2",
    " Чайка  2 ",
    "Чайка\u00a02",
    "\ufeffЧайка 2\t",
    "Чай\u200bка 2",
    "\u2066Чайка 2\u2069",
    "Ча\u00adйка 2",
    unicodedata.normalize("NFD", "Чайка 2"),
]


@pytest.mark.parametrize("text", SAME)
def test_names_that_look_alike_have_one_key(text):
    assert name_key(text) == "чайка 2"


@pytest.mark.parametrize("text", ["Чаика 2", "Чайка2", "Чайка 3", "Чайка-2"])
def test_names_that_look_different_have_different_keys(text):
    assert name_key(text) != "чайка 2"


def test_case_is_compared_in_every_alphabet():
    assert name_key("STRASSE") == name_key("Straße")
    assert name_key("ΣΊΣΥΦΟΣ") == name_key("Σίσυφος")


def test_a_stored_text_keeps_what_is_within_it():
    assert cleaned("\u200b\u00a0 Два\u00a0дня\n в\u200d \ufeff") == "Два\u00a0дня\n в"


def test_what_is_seen_keeps_case_and_lines():
    assert visible("Два\u00a0 Дня\nв\u200b лесу") == "Два Дня\nв лесу"


def test_an_index_follows_a_row_that_gets_another_key():
    index = KeyIndex([(1, "a"), (2, "a")])

    index.put(2, "b")

    assert (index.find("a"), index.find("b"), index.find("c")) == ([1], [2], [])
