"""`check --deploy` names what must be set before the cinema opens; reading the settings refuses none of it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, run_checks
from django.utils.translation import override

from cinema.checks import MAKE_SECRET_KEY, check_installation, faults

ROOT = Path(__file__).resolve().parents[2]
READY = {
    "SECRET_KEY": "long enough, and of many different characters, 0123456789",
    "SITE_URL": "https://cinema.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Aurora <tickets@cinema.example>",
    "PAYMENT_GATEWAYS": ["yookassa"],
}


@pytest.fixture(autouse=True)
def ready(settings: Any) -> None:
    for name, value in READY.items():
        setattr(settings, name, value)


def found() -> dict[str, Error]:
    return {str(error.id): error for error in check_installation(None)}


def test_an_installation_with_everything_set_has_no_faults() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", "x" * 10 + "0123456789" * 3 + "abcdefghi", "cinema.E001"),  # 49
        ("SECRET_KEY", "a" * 60, "cinema.E001"),
        ("SITE_URL", "http://127.0.0.1:8000", "cinema.E002"),
        ("SITE_URL", "https://localhost", "cinema.E002"),
        ("SITE_URL", "http://cinema.example", "cinema.E002"),
        ("SITE_URL", "cinema.example", "cinema.E002"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "cinema.E003"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "cinema.E003"),
        ("DEFAULT_FROM_EMAIL", "Cinema <cinema@localhost>", "cinema.E004"),
        ("DEFAULT_FROM_EMAIL", "", "cinema.E004"),
        ("DEFAULT_FROM_EMAIL", "Aurora", "cinema.E004"),
        ("DEFAULT_FROM_EMAIL", "Аврора <касса@кино.рф>", "cinema.E004"),
        ("PAYMENT_GATEWAYS", ["yookassa", "demo"], "cinema.E005"),
        ("PHONE_REGION", "Russia", "cinema.E006"),
        ("PHONE_REGION", "", "cinema.E006"),
        ("SMS_REGIONS", ["RU", "Belarus"], "cinema.E006"),
    ],
)
def test_each_fault_is_an_error_with_a_hint(name: str, value: Any, fault: str, settings: Any) -> None:
    setattr(settings, name, value)

    [error] = found().values()

    assert (error.id, error.level >= Error("").level, bool(error.hint)) == (fault, True, True)


def test_the_hint_about_the_key_is_a_command_that_makes_one(settings: Any) -> None:
    settings.SECRET_KEY = "short"
    [error] = found().values()

    made = subprocess.run(MAKE_SECRET_KEY, shell=True, capture_output=True, text=True, check=True)  # noqa: S602

    assert MAKE_SECRET_KEY in str(error.hint)
    settings.SECRET_KEY = made.stdout.strip()
    assert found() == {}


def test_the_demonstration_bank_is_right_on_a_developers_machine(settings: Any) -> None:
    settings.DEBUG, settings.PAYMENT_GATEWAYS = True, ["demo"]

    assert found() == {}


def test_only_check_deploy_asks(settings: Any) -> None:
    settings.SECRET_KEY = "short"

    assert "cinema.E001" in {each.id for each in run_checks(include_deployment_checks=True)}
    assert "cinema.E001" not in {each.id for each in run_checks()}


def test_administrators_read_english_and_staff_their_own_language(settings: Any) -> None:
    settings.SECRET_KEY = "short"

    with override("ru"):
        assert str(found()["cinema.E001"].msg).startswith("SECRET_KEY is too short")
        assert "SECRET_KEY" in next(faults()).msg
        assert next(faults()).msg != found()["cinema.E001"].msg


def test_a_bare_installation_starts_and_check_deploy_reports_all_of_it() -> None:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    given = {"SECRET_KEY": "short", "DATABASE_URL": "sqlite:///var/tests/not-used.sqlite3", "PAYMENT_GATEWAYS": "demo"}
    given["DEBUG"] = "false"  # whatever a .env of this folder says

    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env=bare | given | {"DJANGO_SETTINGS_MODULE": "cinema.settings"},
        capture_output=True,
        text=True,
    )

    assert checked.returncode == 1
    assert [number for number in range(1, 6) if f"cinema.E00{number}" not in checked.stderr] == []
    assert "security.W" not in checked.stderr


def test_a_sender_with_a_national_domain_is_no_fault(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Аврора <kassa@кино.рф>"

    assert check_installation() == []
