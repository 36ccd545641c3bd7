from typing import Any

import pytest

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
