"""The percentages of a contract, as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from film_hire.models.contracts import parse_percents


def test_percentages_are_read_by_week() -> None:
    assert parse_percents(" 50, 45;40.5 0") == (Decimal(50), Decimal(45), Decimal("40.5"), Decimal(0))


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1e1", "-5", "100.01", "12.345", "٣٠", "half"])
def test_what_is_no_percentage_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError, match="from 0 to 100"):
        parse_percents(text)
