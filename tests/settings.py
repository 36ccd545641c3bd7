"""The project's settings as tests see them: nothing from the developer's own `.env`, no network, quick hashes.

The database is the one that `TEST_DATABASE_URL` names, or a SQLite file: a file, since tests of races open it from
several threads and processes, which a database in memory does not allow.
"""

import os
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import environ

SCRATCH = Path(__file__).resolve().parent.parent / "var" / "tests"
SCRATCH.mkdir(parents=True, exist_ok=True)

os.environ |= {
    "SECRET_KEY": "used by tests only",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{quote(str(SCRATCH))}/cinema.sqlite3",
    "REPORTS_DATABASE_URL": "",
    "DEBUG": "false",
    "SECURE_SSL_REDIRECT": "false",
    "EMAIL_URL": "memorymail://",
    "LANGUAGE_CODE": "en",  # what a test reads does not depend on the state of the translations
    "TIME_ZONE": "Europe/Moscow",
    "CRON_TIME_ZONE": "Europe/Moscow",  # whatever this machine's is
    "PAYMENT_GATEWAYS": "demo",
    "RECEIPT_SENDER": "tests.helpers.fakes.receipt_printer.Printer",
    "MARKETING_API": "UniSender=http://127.0.0.1:9",  # nobody listens there: tests have doubles of their own
    "FILM_CATALOGUES": "wikidata",
    "COMMONS_API": "http://127.0.0.1:9/w/api.php",
    "WIKIDATA_API": "http://127.0.0.1:9/w/api.php",  # nobody listens there: tests ask doubles of their own
}
with patch.object(environ.Env, "read_env"):
    from cinema.settings import *  # noqa: F403 (the whole point of this file)

MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # noqa: F405 (it wants `collectstatic` first)
INSTALLED_APPS += ["tests.helpers.database.fast_flush"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "reports": {  # on the disk: child processes, which a test may kill, write to it too
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(SCRATCH / "reports")},
    },
    "pictures": {"BACKEND": "django.core.files.storage.InMemoryStorage", "OPTIONS": {"base_url": "/pictures/"}},
    "statements": STORAGES["statements"],  # noqa: F405 - from cinema.settings
}

_database = DATABASES["default"]  # noqa: F405
# Two runs at once on one server (or in one checkout) must not drop each other's database.
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["TEST"] = {"NAME": str(SCRATCH / f"test-{os.getpid()}.sqlite3")}
    # A test database need not outlive a power cut.
    _database["OPTIONS"]["init_command"] = _database["OPTIONS"]["init_command"].replace(
        "synchronous=NORMAL", "synchronous=OFF"
    )
else:
    _database["TEST"] = {"NAME": f"test_cinema_{os.getpid()}"}
_database["CONN_MAX_AGE"] = 0
