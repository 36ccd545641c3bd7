import stat
from pathlib import Path

import environ

from tools import create_dotenv


def test_a_new_env_file_has_everything_that_the_settings_require(tmp_path: Path, monkeypatch):
    folder = tmp_path / "my cinema"
    folder.mkdir()
    for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "LANGUAGE_CODE"):
        monkeypatch.delenv(name, raising=False)

    created = create_dotenv.create(folder / ".env")

    env = environ.Env()
    env.read_env(folder / ".env", overwrite=True)
    assert created is True
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert env.bool("DEBUG") is True
    assert len(env.str("SECRET_KEY")) == 64
    assert env.db_url("DATABASE_URL")["NAME"] == "var/cinema.sqlite3"
    assert env.email_url("EMAIL_URL")["EMAIL_FILE_PATH"] == str(folder / "var" / "mail")


def test_an_existing_env_file_is_left_unchanged(tmp_path: Path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    created = create_dotenv.create(tmp_path / ".env")

    assert created is False
    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"
