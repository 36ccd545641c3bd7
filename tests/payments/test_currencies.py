"""A currency that the prices do not fit stops the start, before anything is charged."""

import os
import subprocess
import sys

import pytest

from payments.currencies import TWO_DECIMAL_CURRENCIES

READ = "from cinema import settings; print(settings.CURRENCY)"


def start_with(currency: str) -> subprocess.CompletedProcess[str]:
    given = {"SECRET_KEY": "a key", "DATABASE_URL": "sqlite:///var/tests/not-used.sqlite3", "CURRENCY": currency}
    return subprocess.run([sys.executable, "-c", READ], env=os.environ | given, capture_output=True, text=True)


@pytest.mark.parametrize(
    "currency", ["JPY", "KRW", "ISK", "KWD", "BHD", "MGA", "rub", "Eur", "XYZ", "RUBLES", "", " RUB"]
)
def test_any_other_currency_stops_the_start_in_one_line(currency: str) -> None:
    started = start_with(currency)

    assert started.returncode == 78
    assert started.stdout == ""
    assert started.stderr.startswith(f"CURRENCY: {currency} is not a currency with two decimal places; ")
    assert started.stderr.count("\n") == 1


@pytest.mark.parametrize("currency", ["RUB", "EUR", "KZT"])
def test_a_currency_of_two_places_starts(currency: str) -> None:
    assert start_with(currency).stdout == f"{currency}\n"


def test_each_code_has_three_capitals() -> None:
    assert [code for code in TWO_DECIMAL_CURRENCIES if not (len(code) == 3 and code.isalpha() and code.isupper())] == []
