"""The database as a stage: a scene is set once, kept, and set again as often as a proof needs it, in milliseconds."""

from collections.abc import Callable, Container
from contextlib import closing
from functools import cache

from django.apps import apps
from django.db import connection, models, transaction
from simple_history.models import HistoricalChanges

#: Written when the test database is made, and needed by every test after ours.
NOT_OURS = {"contenttypes", "auth"}

LAST_KEYS = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
    "postgresql": "SELECT format('%I.%I', schemaname, sequencename)::regclass AS name, last_value FROM pg_sequences",
}
COUNT_ON = {
    "sqlite": ["DELETE FROM sqlite_sequence", "INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM {keys}"],
    "postgresql": ["SELECT setval(name, coalesce(last_value, 1), last_value IS NOT NULL) FROM {keys}"],
}

_kept: dict[str, Callable[[], object]] = {}
_refills: dict[str, list[str]] = {}


def restore_snapshot(build: Callable[[], object]) -> None:
    """Fill the database with the scene: built the first time in this process, copied from its keepsake afterwards.

    Whatever the database holds is swept away. Keys are those of the first time, so that what refers to one stays true;
    those that come next are so too, so that what is done again leaves the same.
    """
    name = build.__name__
    if name in _kept:
        assert _kept[name] is build, f"two scenes are called {name}"
        _run(_refills[name])
        return
    truncate()
    forget_what_was()
    build()
    _keep(name)
    _kept[name] = build


def truncate() -> None:
    """Empty every table that is ours."""
    _run([f"DELETE FROM {_quoted(model._meta.db_table)}" for model in _models()])


def vacuum() -> None:
    """Empty every table of ours, and give back the room that a thousand tests before took in tables and indexes, by
    which PostgreSQL plans."""
    if connection.vendor == "postgresql":
        _run([f"TRUNCATE {', '.join(_quoted(model._meta.db_table) for model in _models())} CASCADE"])
    else:
        truncate()


def forget_what_was() -> None:
    """PostgreSQL leaves the rows of a thousand tests before where they were, would walk past them for minutes, and
    plans as if no row would ever come."""
    if connection.vendor == "postgresql":
        another = connection.copy()  # a test's own may be in a transaction
        with closing(another), another.cursor() as cursor:
            cursor.execute("VACUUM")


def whole(*, but: Container[str]) -> str:
    """All that the database holds, but for the columns of those names and for what rows were before: what is alike here
    goes on alike."""
    rows = []
    with connection.cursor() as cursor:
        for model in _models():
            if not issubclass(model, HistoricalChanges):
                fields = [field.column for field in model._meta.local_concrete_fields if field.name not in but]
                columns = ", ".join(map(_quoted, fields))
                cursor.execute(f"SELECT {columns} FROM {_quoted(model._meta.db_table)} ORDER BY 1")
                rows.append(cursor.fetchall())
    return repr(rows)


def _keep(name: str) -> None:
    """Beside the tables, those that hold anything; how to set the scene again is put into words once."""
    models_ = _models()
    full = [model for model in models_ if model._base_manager.exists()]
    for model in full:
        copy = _copy_of(model, name)
        _run(
            [
                f"DROP TABLE IF EXISTS {copy}",
                f"CREATE TABLE {copy} AS SELECT {_columns(model)} FROM {_quoted(model._meta.db_table)}",
            ]
        )
    _run([f"DROP TABLE IF EXISTS {_keys_of(name)}", f"CREATE TABLE {_keys_of(name)} AS {LAST_KEYS[connection.vendor]}"])
    _refills[name] = [
        *(f"DELETE FROM {_quoted(model._meta.db_table)}" for model in models_),
        *(
            f"INSERT INTO {_quoted(model._meta.db_table)} ({_columns(model)})"
            f" SELECT {_columns(model)} FROM {_copy_of(model, name)}"
            for model in full
        ),
        *(statement.format(keys=_keys_of(name)) for statement in COUNT_ON[connection.vendor]),
    ]


def _run(statements: list[str]) -> None:
    """In one transaction; foreign keys are looked at when it commits, so the order of the tables does not matter."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            trust_keys()
            cursor.execute(";".join(statements))  # one journey
            return
        for statement in statements:
            cursor.execute(statement)


def trust_keys() -> None:
    """Until the transaction ends, look at no foreign key: what is copied whole is whole, and looking takes longest."""
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
        model
        for model in every
        if model._meta.app_label not in NOT_OURS and model._meta.managed and not model._meta.proxy
    ]


def _columns(model: type[models.Model]) -> str:
    return ", ".join(_quoted(field.column) for field in model._meta.local_concrete_fields if not field.generated)


def _copy_of(model: type[models.Model], name: str) -> str:
    return _quoted(f"kept_{name}_{model._meta.db_table}")


def _keys_of(name: str) -> str:
    return _quoted(f"kept_{name}_keys")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
