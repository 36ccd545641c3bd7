import gc
import os
import runpy
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import TransactionTestCase

from tests.helpers.admin_rendering import rendered_if

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Texts in Russian are tested too, and a fresh clone has no compiled catalogue."""
    runpy.run_path(str(ROOT / "locale" / "compile.py"))["compile_catalogues"](ROOT / "locale")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is seen in a browser comes first: at the end, one of two workers would wait for the other's."""
    items.sort(key=lambda item: "browser" not in item.path.parts)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


KEPT = {"django_content_type", "auth_permission"}  # made with the tables, and the same for every test


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """After a test that commits, tables are emptied, but for what migrations write: to make that anew takes longest.

    PostgreSQL empties them by DELETE: TRUNCATE takes a quarter of a second, however little is in them.
    """
    operations = type(connection.ops)  # whichever connection: a browser's tests have one of their own
    flush_all = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: bool) -> list[str]:
        ours = [table for table in tables if table not in KEPT]
        if not ours or not _may_trust_keys():
            return flush_all(self, style, ours, **options)
        deletes = "; ".join(f"DELETE FROM {self.quote_name(table)}" for table in ours)
        # Whole tables go at once, so nobody need ask whose rows refer to whose.
        return [f"SET session_replication_role = replica; {deletes}; SET session_replication_role = origin"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_args, **_options: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def lasting_connection() -> Iterator[None]:
    """Django opens a new connection after each test that commits, and PostgreSQL reads its catalogue anew for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda _self: False)
        yield


def _may_trust_keys() -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return cursor.fetchone() == ("on",)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for vendor, marker in (("postgresql", "postgres"), ("sqlite", "sqlite")):
        if item.get_closest_marker(marker) and connection.vendor != vendor:
            pytest.skip(f"needs {vendor}, this run is on {connection.vendor}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tests of malformed text log malformed text, which xdist's workers cannot send home as it is."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """What a child process needs to run `manage.py` on this test's own database: see `manage`.

    A child sees only what is committed, hence the transactional database.
    """
    settings = connection.settings_dict
    name = quote(str(settings["NAME"]))
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        given = {key.lower(): quote(str(settings[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "PORT")}
        login = given["user"] + (f":{given['password']}" if given["password"] else "")
        place = given["host"] + (f":{given['port']}" if given["port"] else "")
        socket = settings["OPTIONS"].get("host")
        url = f"postgres://{login}@{place}/{name}" + (f"?host={quote(socket)}" if socket else "")
    return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": url}


@pytest.fixture
def manage() -> list[str]:
    """The words that start a management command in a child process: `subprocess.run([*manage, "check"], env=...)`."""
    return [sys.executable, str(ROOT / "manage.py")]


@pytest.fixture
def unrendered() -> Iterator[None]:
    """For tests that read the status and the context of the admin's pages, not their HTML."""
    with rendered_if(False):
        yield
