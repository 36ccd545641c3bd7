"""Rows that the database would never take, planted in a test: what its constraints forbid, an audit must still find."""

from django.db import connection, models


def without_constraints(*tables: type[models.Model]) -> None:
    """Let the test, and all that it asks, see copies of these tables that forbid nothing; they go with its rollback."""
    schema = "public" if connection.vendor == "postgresql" else "main"
    with connection.cursor() as cursor:
        for table in tables:
            name = table._meta.db_table
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {schema}.{name}")


def insert_duplicate(row: models.Model) -> models.Model:
    """A second row like this one, in an without_constraints table."""
    row.pk += 1_000_000
    row.save(force_insert=True)
    return row
