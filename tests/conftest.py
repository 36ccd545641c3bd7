import gc
import os
import runpy
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Texts in Russian are tested too, and a fresh clone has no compiled catalogue."""
    runpy.run_path(str(ROOT / "locale" / "compile.py"))["compile_catalogues"](ROOT / "locale")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> None:
    """After a test that commits, PostgreSQL empties the tables by DELETE: TRUNCATE takes a quarter of a second, however
    little is in them."""
    if connection.vendor == "postgresql":
        truncate = connection.ops.sql_flush

        def sql_flush(style: Any, tables: list[str], **options: bool) -> list[str]:
            with connection.cursor() as cursor:
                cursor.execute("SHOW is_superuser")
                if not tables or cursor.fetchone() != ("on",):
                    return truncate(style, tables, **options)
            deletes = "; ".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables)
            # Whole tables go at once, so nobody need ask whose rows refer to whose.
            return [f"SET session_replication_role = replica; {deletes}; SET session_replication_role = origin"]

        connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]


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
