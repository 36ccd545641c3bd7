import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cinema import environment
from cinema.environment import BASE_DIR, database_settings, required, time_zone


def test_a_required_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENCE", "abc")

    assert required("LICENCE", "ask for one") == "abc"


@pytest.mark.parametrize("value", ["", None])
def test_a_missing_variable_stops_with_advice(monkeypatch: Any, capsys: Any, value: str | None) -> None:
    monkeypatch.delenv("LICENCE", raising=False)
    if value is not None:
        monkeypatch.setenv("LICENCE", value)

    with pytest.raises(SystemExit) as stopped:
        required("LICENCE", "ask for one")

    assert stopped.value.code == 78
    assert capsys.readouterr().err.startswith("LICENCE is not set: ask for one (in the environment or in ")


def test_a_relative_path_of_sqlite_is_in_the_project() -> None:
    settings = database_settings("sqlite:///var/cinema.sqlite3")

    assert settings["NAME"] == str(BASE_DIR / "var" / "cinema.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_keeps_the_options_of_its_url() -> None:
    settings = database_settings("postgres://user:secret@host/cinema?sslmode=require")

    assert (settings["NAME"], settings["OPTIONS"]["sslmode"]) == ("cinema", "require")
    assert settings["OPTIONS"]["options"] == "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def test_another_database_stops_with_an_error(capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        database_settings("mysql://user@host/cinema")

    assert stopped.value.code == 78
    assert "DATABASE_URL must start with postgres:// or sqlite:///" in capsys.readouterr().err


def test_a_time_zone_that_does_not_exist_stops_in_one_line(capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        time_zone("TIME_ZONE", "Europe/Moskow")

    assert stopped.value.code == 78
    assert capsys.readouterr().err == "TIME_ZONE: Europe/Moskow is not an IANA time zone, like Europe/Moscow\n"


@pytest.fixture
def private_and_public(tmp_path: Path) -> Any:
    """Runs Python in the project with a folder of its own; returns the permissions of what it made there."""

    def run(*arguments: str) -> dict[str, int]:
        env = os.environ | {
            "SECRET_KEY": "x" * 50,
            "DATABASE_URL": f"sqlite:///{tmp_path}/made.sqlite3",
            "EMAIL_URL": f"filemail:///{tmp_path}/mail",
            "DJANGO_SETTINGS_MODULE": "cinema.settings",
        }
        subprocess.run(
            [sys.executable, *arguments], check=True, cwd=BASE_DIR, env=env, capture_output=True, umask=0o022
        )
        return {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}

    return run


def test_e_mails_and_the_database_are_readable_by_their_owner_alone(private_and_public):
    assert private_and_public("manage.py", "sendtestemail", "anna@example.org") == {"": 0o700, ".log": 0o600}
    assert private_and_public("manage.py", "showmigrations", "jobs")[".sqlite3"] == 0o600


def test_the_web_server_writes_private_files(private_and_public, tmp_path):
    made = private_and_public("-c", f"import cinema.wsgi; open({str(tmp_path / 'made.txt')!r}, 'w')")

    assert made[".txt"] == 0o600


def test_files_for_the_public_stay_readable(monkeypatch):
    masks = []
    monkeypatch.setattr(os, "umask", masks.append)

    environment.keep_files_private("collectstatic")
    environment.keep_files_private("migrate")

    assert masks == [0o077]


@pytest.mark.parametrize(("before", "after"), [(None, 0o700), (0o755, 0o750), (0o2775, 0o2770), (0o700, 0o700)])
def test_the_folder_of_private_files_is_closed_to_others(tmp_path, monkeypatch, before: int | None, after: int) -> None:
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    monkeypatch.setattr(os, "umask", lambda mask: None)
    if before is not None:
        (tmp_path / "var").mkdir()
        (tmp_path / "var").chmod(before)

    environment.keep_files_private("collectstatic")

    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == after
