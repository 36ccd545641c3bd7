import ast
from pathlib import Path

import pytest
from django.utils.translation import override

import pricing
from backoffice.pricing.reasons import LIMITS, WORDS, in_words
from pricing.quotes import _LIMITS, price_quote


def codes_of_reasons() -> set[str]:
    """All texts in capitals that the pure functions give as a code."""
    folder = Path(pricing.__file__).parent
    found = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if text.isupper() and text.replace("_", "").isalpha() and len(text) > 3:
                    found.add(text)
    return found


def test_every_reason_has_words():
    assert codes_of_reasons() - {"LIMITED"} | {"LIST_CHANGED"} == WORDS.keys()


def test_every_limit_of_a_quote_has_words():
    assert {name: str(text) for name, text in LIMITS.items()} == _LIMITS


@pytest.mark.parametrize(
    ("code", "text", "english", "russian"),
    [
        (
            "ADVANCE_SALES",
            "31 seats are sold 2.5 days before.",
            "Sold by then: 31 tickets, 2.5 days before the start.",
            "К тому времени продано билетов: 31; до начала оставалось дней: 2,5.",
        ),
        (
            "DEMAND_LEARNED",
            "Demand at the list price is put at 105% of the forecast, after 12 orders.",
            "Demand at the list price is put at 105% of the forecast, after 12 orders.",
            "Спрос по базовой цене оценён в 105% от прогноза; учтено заказов: 12.",
        ),
        ("LIMITED", "The price does not fall.", "The price does not fall.", "Цена не снижается."),
        ("OF_AN_EARLIER_VERSION", "As it was.", "As it was.", "As it was."),
    ],
)
def test_a_reason_is_read_in_both_languages_with_its_numbers(code, text, english, russian):
    reason = {"code": code, "text": text}

    with override("en"):
        assert in_words([reason]) == [english]
    with override("ru"):
        assert in_words([reason]) == [russian]


def test_reasons_of_a_quote_can_be_read():
    assert len(in_words(price_quote({})["reasons"])) == 1
