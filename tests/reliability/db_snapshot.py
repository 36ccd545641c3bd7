"""Database snapshots: build test data once, then restore it in milliseconds as often as a test needs it.

The copies are kept beside the tables, in the test database itself. `database_contents` compares everything that a
database holds; `tests.helpers.factories.business_state` compares what matters to the business.
"""

from collections.abc import Callable, Container
from contextlib import closing
from functools import cache
from zlib import crc32

from django.apps import apps
from django.db import connection, models
from simple_history.models import HistoricalChanges

from tests.helpers.database.statements import Statements, with_rows

#: Filled when the test database is created, and needed by later tests.
EXCLUDED = {"contenttypes.ContentType", "auth.Permission"}

SELECT_SEQUENCES = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
    "postgresql": "SELECT format('%I.%I', schemaname, sequencename)::regclass AS name, last_value FROM pg_sequences",
}
RESTORE_SEQUENCES = {
    "sqlite": "DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM {sequences}",
    "postgresql": "PERFORM setval(name, coalesce(last_value, 1), last_value IS NOT NULL) FROM {sequences}",
}

LONGEST_NAME = 63  # of a table of PostgreSQL

_snapshots: dict[str, Callable[[], object]] = {}
_restoring: dict[str, Statements] = {}


def restore_snapshot(build: Callable[[], object]) -> None:
    """Replace all rows by those that `build` creates.

    The first call in a process runs `build` and saves a snapshot under the function's name; later calls copy it back.
    Primary keys are those of the first time, so ids that a test remembers stay valid, and sequences are restored too,
    so the same action writes the same rows. Commits; must not be called in a transaction.
    """
    name = build.__name__
    if name in _snapshots:
        assert _snapshots[name] is build, f"two snapshots are called {name}"
        _restoring[name].run()
        return
    delete_all_rows()
    vacuum()
    build()
    _save(name)
    _snapshots[name] = build


def delete_all_rows() -> None:
    """Delete the rows of every table but those of `EXCLUDED`. Fast for small tables."""
    _deletes().run()


def truncate() -> None:
    """As `delete_all_rows`, and give back the space in tables and indexes that earlier tests left bloated: PostgreSQL
    chooses its plans by their size."""
    if connection.vendor == "postgresql":
        tables = ", ".join(_quoted(model._meta.db_table) for model in _models())
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} CASCADE")
    else:
        delete_all_rows()


def vacuum() -> None:
    """Remove dead rows of earlier tests: PostgreSQL would scan them, and plan by statistics of empty tables."""
    if connection.vendor == "postgresql":
        another = connection.copy()  # VACUUM cannot run in a transaction, and the test may be in one
        with closing(another), another.cursor() as cursor:
            cursor.execute("VACUUM")


def database_contents(*, exclude: Container[str]) -> str:
    """All rows of the database, without the fields named in `exclude` and without change history.

    From equal contents a job goes on in the same way.
    """
    rows = {}
    with connection.cursor() as cursor:
        for model in with_rows(_models()):
            if not issubclass(model, HistoricalChanges):
                fields = [field.column for field in model._meta.local_concrete_fields if field.name not in exclude]
                columns = ", ".join(map(_quoted, fields))
                cursor.execute(f"SELECT {columns} FROM {_quoted(model._meta.db_table)} ORDER BY 1")
                rows[model._meta.label] = cursor.fetchall()
    return repr(sorted(rows.items()))


def _save(name: str) -> None:
    """Copy each table that has rows, and prepare the statements that restore it."""
    filled = with_rows(_models())
    copies = {_copy_of(model, name): f"{_columns(model)} FROM {_quoted(model._meta.db_table)}" for model in filled}
    sequences = _sequences_of(name)
    with connection.cursor() as cursor:
        for copy, rows in copies.items():
            cursor.execute(f"DROP TABLE IF EXISTS {copy}")
            cursor.execute(f"CREATE TABLE {copy} AS SELECT {rows}")
        cursor.execute(f"DROP TABLE IF EXISTS {sequences}")
        cursor.execute(f"CREATE TABLE {sequences} AS {SELECT_SEQUENCES[connection.vendor]}")
    _restoring[name] = Statements(
        [
            *(_delete(model) for model in _models() if model not in filled),
            *(_refill(model, _copy_of(model, name)) for model in filled),
            RESTORE_SEQUENCES[connection.vendor].format(sequences=sequences),
        ]
    )


def _delete(model: type[models.Model]) -> str:
    return f"DELETE FROM {_quoted(model._meta.db_table)}"


def _refill(model: type[models.Model], copy: str) -> str:
    """On PostgreSQL only if rows were added, changed or deleted since: most of what a restore costs are indexes."""
    columns, table = _columns(model), _quoted(model._meta.db_table)
    statements = f"{_delete(model)}; INSERT INTO {table} ({columns}) SELECT {columns} FROM {copy}"
    if connection.vendor != "postgresql":
        return statements
    rows = model._base_manager.count()
    unchanged = f"SELECT count(*) = {rows} AND count(*) FILTER (WHERE xmin::text::bigint > last_run) = 0 FROM {table}"
    return f"IF NOT ({unchanged}) THEN {statements}; END IF"


@cache
def _deletes() -> Statements:
    return Statements(_delete(model) for model in _models())


@cache
def _models() -> tuple[type[models.Model], ...]:
    every = apps.get_models(include_auto_created=True)
    return tuple(
        model for model in every if model._meta.label not in EXCLUDED and model._meta.managed and not model._meta.proxy
    )


def _columns(model: type[models.Model]) -> str:
    return ", ".join(_quoted(field.column) for field in model._meta.local_concrete_fields if not field.generated)


def _copy_of(model: type[models.Model], name: str) -> str:
    copy = f"snapshot_{name}_{model._meta.db_table}"
    if len(copy) > LONGEST_NAME:  # PostgreSQL would cut it, and two tables could have the same copy
        copy = f"{copy[:54]}_{crc32(copy.encode()):08x}"
    return _quoted(copy)


def _sequences_of(name: str) -> str:
    return _quoted(f"snapshot_{name}_sequences")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
