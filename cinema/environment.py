"""Reads settings from the environment. A value that is missing or unusable stops the process with exit status 78."""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
EX_CONFIG = 78  # "configuration error" in sysexits.h

env = environ.Env()

# What these commands write is served to the public, or belongs to the source code.
COMMANDS_OF_PUBLIC_FILES = {"collectstatic", "compilemessages", "makemessages", "makemigrations"}


def keep_files_private(command: str = "") -> None:
    """Let nobody but this system user read what the process writes: e-mails in files, an SQLite database, logs.

    The folder `var`, where they are, is closed to others too, since older files in it may be readable. Its group may
    stay. `command` is the command of manage.py that will run, if one will.
    """
    folder = BASE_DIR / "var"
    with suppress(OSError):  # a folder of another user, or a disk that cannot be written
        folder.mkdir(mode=0o700, exist_ok=True)
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & stat.S_IRWXO:
            folder.chmod(mode & ~stat.S_IRWXO)
    if command not in COMMANDS_OF_PUBLIC_FILES:
        os.umask(0o077)


def exit_with_error(message: str) -> NoReturn:
    """Print the message to standard error and stop, rather than start with a guess."""
    print(message, file=sys.stderr)
    raise SystemExit(EX_CONFIG)


def required(name: str, advice: str) -> str:
    """The value of the variable; stops when it is unset or empty.

    There is no default: a guessed database, for example, would be empty and look healthy.
    """
    value = env.str(name, default="")
    if not value:
        exit_with_error(f"{name} is not set: {advice} (in the environment or in {BASE_DIR / '.env'})")
    return value


def time_zone(variable: str, name: str) -> ZoneInfo:
    """The zone of this IANA name, the value of the variable; stops when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        exit_with_error(f"{variable}: {name} is not an IANA time zone, like Europe/Moscow")


def database_settings(url: str, variable: str = "DATABASE_URL") -> dict[str, Any]:
    """An entry of `DATABASES` for the URL in the variable, with the options that each engine needs under load.

    A relative path of SQLite is in the project's directory. Stops for an engine other than PostgreSQL and SQLite.
    """
    try:
        settings = environ.Env.db_url_config(url)
        engine = settings["ENGINE"]
    except (KeyError, ValueError, environ.ImproperlyConfigured):
        engine = ""
    if engine == "django.db.backends.sqlite3":
        settings["NAME"] = str(BASE_DIR / settings["NAME"]) if settings["NAME"] != ":memory:" else ":memory:"
        settings["OPTIONS"] = {
            # Without IMMEDIATE a read that turns into a write fails at once, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    elif engine == "django.db.backends.postgresql":
        settings["OPTIONS"] = {
            "connect_timeout": 5,
            **settings.get("OPTIONS", {}),
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        }
        settings["CONN_MAX_AGE"] = 60
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        exit_with_error(f"{variable} must start with postgres:// or sqlite:/// and name a database")
    return settings
