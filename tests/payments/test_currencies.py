"""A currency that the prices do not fit stops the start, before anything is charged."""

import os
import subprocess
import sys
from typing import Any

import pytest

from payments.currencies import TWO_DECIMAL_CURRENCIES
from tests.helpers.settings_file import read_settings


def test_a_process_with_another_currency_ends_at_its_start() -> None:
    given = {"SECRET_KEY": "a key", "DATABASE_URL": "sqlite:///var/tests/not-used.sqlite3", "CURRENCY": "JPY"}

    started = subprocess.run([sys.executable, "-c", "import cinema.settings"], env=os.environ | given, check=False)

    assert started.returncode == 78


@pytest.mark.parametrize(
    "currency", ["JPY", "KRW", "ISK", "KWD", "BHD", "MGA", "rub", "Eur", "XYZ", "RUBLES", "", " RUB"]
)
def test_any_other_currency_stops_the_start_in_one_line(currency: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        read_settings(CURRENCY=currency)

    printed = capsys.readouterr()
    assert stopped.value.code == 78
    assert printed.out == ""
    assert printed.err.startswith(f"CURRENCY: {currency} is not a currency with two decimal places; ")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("currency", ["RUB", "EUR", "KZT"])
def test_a_currency_of_two_places_starts(currency: str) -> None:
    assert read_settings(CURRENCY=currency)["CURRENCY"] == currency


def test_each_code_has_three_capitals() -> None:
    assert [code for code in TWO_DECIMAL_CURRENCIES if not (len(code) == 3 and code.isalpha() and code.isupper())] == []
