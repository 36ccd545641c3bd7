import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FAKE = """\
#!/bin/sh
echo "$@"
env | grep ^PG | sort
"""


def back_up(url: str, folder: Path) -> list[str]:
    """The arguments of pg_dump, and its environment."""
    (folder / "pg_dump").write_text(FAKE)
    (folder / "pg_dump").chmod(0o755)
    given = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ} | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SECRET_KEY": "a key",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "cinema.settings",
    }
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "backup.py", "x.dump"], env=given, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_pg_dump_gets_the_database_of_the_settings_and_the_password_not_as_an_argument(tmp_path: Path) -> None:
    arguments, *environment = back_up("postgres://me:secret@db.example:5433/cinema?sslmode=require", tmp_path)

    assert arguments == "--format=custom --file=x.dump"
    assert environment == [
        "PGDATABASE=cinema", "PGHOST=db.example", "PGPASSWORD=secret", "PGPORT=5433", "PGSSLMODE=require", "PGUSER=me",
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["sqlite:///var/tests/not-used.sqlite3"])
def test_sqlite_is_not_backed_up(url: str, tmp_path: Path) -> None:
    assert back_up(url, tmp_path) == ["nothing to back up: the database is not PostgreSQL"]
