"""The test database as a copy of an empty one: to run all migrations takes fifteen seconds, for each worker of a run.

The copy is made after the first run and again whenever a migration changes: on SQLite a file in `var/tests`, which
later runs find; on PostgreSQL a database, which lasts as long as the server.
"""

import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.settings import SCRATCH

PREFIX = "test_template_"


def create_test_database() -> None:
    """Create the database that the settings name for tests, and connect to it."""
    with _one_at_a_time():
        if connection.vendor == "sqlite":
            _create_on_sqlite()
        else:
            _create_on_postgres()


def _create_on_sqlite() -> None:
    template, own = SCRATCH / f"{PREFIX}{_digest()}.sqlite3", connection.settings_dict["TEST"]["NAME"]
    if template.exists():
        shutil.copyfile(template, own)
        connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
        return
    connection.creation.create_test_db(verbosity=0, serialize=False, autoclobber=True)
    for outdated in SCRATCH.glob(f"{PREFIX}*"):
        outdated.unlink()
    unfinished = template.with_suffix(".unfinished")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(unfinished)])
    unfinished.rename(template)


def _create_on_postgres() -> None:
    settings, template = connection.settings_dict, f"{PREFIX}{_digest()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        existing = {name for (name,) in cursor.fetchall()}
    if template in existing:
        settings["TEST"]["TEMPLATE"] = template
        connection.creation.create_test_db(verbosity=0, serialize=False, autoclobber=True)
        return
    server = settings["NAME"]
    own = connection.creation.create_test_db(verbosity=0, serialize=False, autoclobber=True)
    connection.close()  # nobody may use a database while it is copied
    settings["NAME"] = server
    with connection.cursor() as cursor:
        for name in existing:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')  # another run may have dropped it
        cursor.execute(f'CREATE DATABASE "{template}" TEMPLATE "{own}"')
    connection.close()
    settings["NAME"] = own


def _digest() -> str:
    """Changes with every migration, also of other packages."""
    migrations = MigrationLoader(None).disk_migrations
    files = [Path(str(sys.modules[migration.__module__].__file__)) for _key, migration in sorted(migrations.items())]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two workers that begin at once: the second one waits, and finds the copy."""
    with (SCRATCH / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
