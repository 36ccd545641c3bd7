"""Databases made by the original migrations, as if none had been squashed; and what a database is made of."""

import re
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader

Key = tuple[str, str]


class Originals(MigrationLoader):
    """The migrations as if none had been squashed."""

    def load_disk(self) -> None:
        super().load_disk()
        self.disk_migrations = {key: found for key, found in self.disk_migrations.items() if not found.replaces}


def plan_of(loader: MigrationLoader) -> list[Key]:
    """All migrations of a loader, each after those that it depends on."""
    plan: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(plan)


def description() -> dict[str, Any]:
    """Tables with columns and constraints, indexes, triggers and rows; without the order of columns, the keys of rows,
    and the names that Django derives from columns, which keep a column's former name."""
    with connection.cursor() as cursor:
        found = _of_sqlite(cursor) if connection.vendor == "sqlite" else _of_postgres(cursor)
        found["rows"] = sorted(_rows(cursor))
        return found


def _unnamed(text: str) -> str:
    return re.sub(r'"?\b\w+_[0-9a-f]{8}(_\w+)?\b"?', "NAME", text)


def _uncast(text: str) -> str:
    """Without type casts and parentheses, which PostgreSQL places otherwise once a dump was restored."""
    return re.sub(r"::[a-z]+( varying)?(\[\])?|[()]", "", text)


def _of_sqlite(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    found: dict[str, Any] = {"table": {}, "index": [], "trigger": [], "view": []}
    for kind, name, table, sql in cursor.fetchall():
        if kind == "table":
            found[kind][name] = sorted(_parts(sql))
        else:
            found[kind].append((table, _unnamed(sql)))
    return {kind: rows if kind == "table" else sorted(rows) for kind, rows in found.items()}


def _parts(sql: str) -> list[str]:
    """Columns and constraints of a CREATE TABLE: what stands between commas outside of brackets and quotes."""
    parts, depth, quoted = [""], 0, ""
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        quoted = "" if letter == quoted else quoted or (letter if letter in "'\"" else "")
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [" ".join(_unnamed(part).split()) for part in parts]


def _of_postgres(cursor: Any) -> dict[str, Any]:
    queries = {
        "columns": """SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision,
            numeric_scale, is_nullable, column_default, collation_name, is_identity, is_generated, generation_expression
            FROM information_schema.columns WHERE table_schema = 'public'""",
        "constraints": """SELECT conrelid::regclass, contype, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
        "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "functions": "SELECT oid::regprocedure, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "collations": """SELECT collname, collprovider, collisdeterministic FROM pg_collation
            WHERE collnamespace = 'public'::regnamespace""",
        "sequences": "SELECT data_type, start_value, increment_by FROM pg_sequences WHERE schemaname = 'public'",
        "extensions": "SELECT extname FROM pg_extension",
        "grants": """SELECT table_name, privilege_type, grantee = current_user FROM
            information_schema.table_privileges WHERE table_schema = 'public'""",
    }
    found = {}
    for kind, query in queries.items():
        cursor.execute(query)
        found[kind] = sorted(tuple(_uncast(_unnamed(str(each))) for each in row) for row in cursor.fetchall())
    return found


def _rows(cursor: Any) -> Iterator[str]:
    """Content types and permissions by name; any other row but the record of migrations as it is."""
    named = {
        "django_content_type": "SELECT app_label, model FROM django_content_type",
        "auth_permission": """SELECT app_label, model, codename, name FROM auth_permission
            JOIN django_content_type type ON type.id = content_type_id""",
    }
    for table in connection.introspection.table_names(cursor):
        if table != "django_migrations":
            cursor.execute(named.get(table, f'SELECT * FROM "{table}"'))
            yield from (f"{table} {row}" for row in cursor.fetchall())
