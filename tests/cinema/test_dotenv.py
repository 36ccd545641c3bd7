import stat
from pathlib import Path

import environ

from cinema import dotenv


def test_the_first_env_file_says_all_that_the_settings_require(tmp_path: Path, monkeypatch):
    place = tmp_path / "my cinema"
    place.mkdir()
    for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "LANGUAGE_CODE"):
        monkeypatch.delenv(name, raising=False)

    written = dotenv.write(place / ".env")

    env = environ.Env()
    env.read_env(place / ".env", overwrite=True)
    assert written is True
    assert stat.S_IMODE((place / ".env").stat().st_mode) == 0o600
    assert env.bool("DEBUG") is True
    assert len(env.str("SECRET_KEY")) == 64
    assert env.db_url("DATABASE_URL")["NAME"] == "var/cinema.sqlite3"
    assert env.email_url("EMAIL_URL")["EMAIL_FILE_PATH"] == str(place / "var" / "mail")


def test_an_env_file_that_is_there_is_left_alone(tmp_path: Path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    written = dotenv.write(tmp_path / ".env")

    assert written is False
    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"
