"""Creates rows that constraints forbid, for tests of `check_invariants`, which must find them all the same."""

from django.db import connection, models


def without_constraints(*tables: type[models.Model]) -> None:
    """Hide these tables behind temporary copies without constraints, until the test's transaction is rolled back."""
    schema = "public" if connection.vendor == "postgresql" else "main"
    with connection.cursor() as cursor:
        for table in tables:
            name = table._meta.db_table
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {schema}.{name}")


def insert_duplicate(row: models.Model) -> models.Model:
    """Insert a copy of the row into a table without constraints."""
    row.pk += 1_000_000
    row.save(force_insert=True)
    return row
