"""Database snapshots: build test data once, then restore it in milliseconds as often as a test needs it.

The copies are kept beside the tables, in the test database itself. `database_contents` compares everything that a
database holds; `tests.helpers.factories.business_state` compares what matters to the business.
"""

from collections.abc import Callable, Container
from contextlib import closing
from functools import cache
from zlib import crc32

from django.apps import apps
from django.db import connection, models, transaction
from simple_history.models import HistoricalChanges

#: Filled when the test database is created, and needed by later tests.
EXCLUDED = {"contenttypes.ContentType", "auth.Permission"}

SELECT_SEQUENCES = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
    "postgresql": "SELECT format('%I.%I', schemaname, sequencename)::regclass AS name, last_value FROM pg_sequences",
}
RESTORE_SEQUENCES = {
    "sqlite": [
        "DELETE FROM sqlite_sequence",
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM {sequences}",
    ],
    "postgresql": ["SELECT setval(name, coalesce(last_value, 1), last_value IS NOT NULL) FROM {sequences}"],
}

LONGEST_NAME = 63  # of a table of PostgreSQL

_snapshots: dict[str, Callable[[], object]] = {}
_restore_statements: dict[str, list[str]] = {}


def restore_snapshot(build: Callable[[], object]) -> None:
    """Replace all rows by those that `build` creates.

    The first call in a process runs `build` and saves a snapshot under the function's name; later calls copy it back.
    Primary keys are those of the first time, so ids that a test remembers stay valid, and sequences are restored too,
    so the same action writes the same rows. Commits; must not be called in a transaction.
    """
    name = build.__name__
    if name in _snapshots:
        assert _snapshots[name] is build, f"two snapshots are called {name}"
        _run(_restore_statements[name])
        return
    delete_all_rows()
    vacuum()
    build()
    _save(name)
    _snapshots[name] = build


def delete_all_rows() -> None:
    """Delete the rows of every table but those of `EXCLUDED`. Fast for small tables."""
    _run([f"DELETE FROM {_quoted(model._meta.db_table)}" for model in _models()])


def truncate() -> None:
    """As `delete_all_rows`, and give back the space in tables and indexes that earlier tests left bloated: PostgreSQL
    chooses its plans by their size."""
    if connection.vendor == "postgresql":
        _run([f"TRUNCATE {', '.join(_quoted(model._meta.db_table) for model in _models())} CASCADE"])
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
    rows = []
    with connection.cursor() as cursor:
        for model in _models():
            if not issubclass(model, HistoricalChanges):
                fields = [field.column for field in model._meta.local_concrete_fields if field.name not in exclude]
                columns = ", ".join(map(_quoted, fields))
                cursor.execute(f"SELECT {columns} FROM {_quoted(model._meta.db_table)} ORDER BY 1")
                rows.append(cursor.fetchall())
    return repr(rows)


def _save(name: str) -> None:
    """Copy each table that has rows, and prepare the statements that restore it."""
    models_ = _models()
    filled = [model for model in models_ if model._base_manager.exists()]
    for model in filled:
        copy = _copy_of(model, name)
        _run(
            [
                f"DROP TABLE IF EXISTS {copy}",
                f"CREATE TABLE {copy} AS SELECT {_columns(model)} FROM {_quoted(model._meta.db_table)}",
            ]
        )
    _run(
        [
            f"DROP TABLE IF EXISTS {_sequences_of(name)}",
            f"CREATE TABLE {_sequences_of(name)} AS {SELECT_SEQUENCES[connection.vendor]}",
        ]
    )
    _restore_statements[name] = [
        *(f"DELETE FROM {_quoted(model._meta.db_table)}" for model in models_),
        *(
            f"INSERT INTO {_quoted(model._meta.db_table)} ({_columns(model)})"
            f" SELECT {_columns(model)} FROM {_copy_of(model, name)}"
            for model in filled
        ),
        *(statement.format(sequences=_sequences_of(name)) for statement in RESTORE_SEQUENCES[connection.vendor]),
    ]


def _run(statements: list[str]) -> None:
    """Run them in one transaction. Foreign keys are deferred to its commit, so the order of tables does not matter."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            skip_foreign_key_checks()
            cursor.execute(";".join(statements))  # one round trip
            return
        for statement in statements:
            cursor.execute(statement)


def skip_foreign_key_checks() -> None:
    """Check no foreign key until the transaction ends: complete copies are consistent, and checks are slow."""
    if connection.vendor == "postgresql" and _is_superuser():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")


@cache
def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _models() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return [
        model for model in every if model._meta.label not in EXCLUDED and model._meta.managed and not model._meta.proxy
    ]


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
