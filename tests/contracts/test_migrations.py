"""An empty database takes the squashed migration, an older one the originals that it lacks; both end alike."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.helpers.database.migrations import Originals, plan_of

ROOT = Path(__file__).resolve().parents[2]

#: In a process of its own: a share of the originals, then what `migrate` adds; prints the description.
SCRIPT = """
import json
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.helpers.database.migrations import Originals, description, plan_of
executor = MigrationExecutor(connection)
executor.loader = Originals(connection)
plan = plan_of(executor.loader)
if applied := plan[: int(len(plan) * float(sys.argv[1]))]:
    executor.migrate(applied)
call_command("migrate", verbosity=0)
print(json.dumps(description(), default=str))
"""


@pytest.mark.proofs  # it builds a graph of migrations for each of them, the same on both databases
@pytest.mark.sqlite
@pytest.mark.django_db
def test_from_each_point_on_every_missing_migration_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = Originals(None)
    plan = plan_of(loader)

    for done in range(len(plan) + 1):
        applied = {key: loader.disk_migrations[key] for key in plan[:done]}
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self, applied=applied: dict(applied))
        found = MigrationLoader(connection)
        found.check_consistent_history(connection)
        missing = [key for key in plan_of(found) if key not in found.applied_migrations]
        replaced = [found.disk_migrations[key].replaces or [key] for key in missing]
        assert sorted(key for keys in replaced for key in map(tuple, keys)) == sorted(plan[done:]), plan[done - 1]


@pytest.mark.proofs  # it runs all migrations
def test_an_older_database_ends_like_a_new_one(new_database: Callable[[str], str]) -> None:
    new, older = described(new_database("new"), originals=0), described(new_database("older"), originals=0.5)

    for kind in new.keys() | older.keys():
        assert older[kind] == new[kind], kind


def described(url: str, *, originals: float) -> dict[str, Any]:
    """The description of the database, once this share of the originals and then all that is missing was applied."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": url}
    command = [sys.executable, "-c", SCRIPT, str(originals)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
