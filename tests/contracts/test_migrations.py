"""An empty database takes the squashed migration, an older one the originals that it lacks; both end alike."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.helpers.migrations import Originals, description, plan_of

ROOT = Path(__file__).resolve().parents[2]

#: In a process of its own: the first half of the originals, then what `migrate` adds; prints the description.
SCRIPT = """
import json
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.helpers.migrations import Originals, description, plan_of
executor = MigrationExecutor(connection)
executor.loader = Originals(connection)
plan = plan_of(executor.loader)
executor.migrate(plan[: len(plan) // 2])
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
def test_an_older_database_ends_like_a_new_one(fresh_database: str) -> None:
    new = json.loads(json.dumps(description(), default=str))

    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": fresh_database}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    older = json.loads(done.stdout.splitlines()[-1])
    for kind in new.keys() | older.keys():
        assert older[kind] == new[kind], kind
