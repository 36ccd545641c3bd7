"""Many times the same scene, beside each other: years of a cinema in a second, made in the database itself."""

from django.apps import apps
from django.db import connection, models, transaction

from tests.helpers.factories import ROOMS
from tests.reliability.db_snapshot import trust_keys

BASE, APART = 10_000_000, 50_000  # the keys of each copy: eight digits, and far from those of the next

#: Unique only together with what does not change, so each copy has its own.
OWN = {"notifications.Notification": {"occasion"}, "payments.Payment": {"external_id"}}


def multiply(times: int, *, days_ago: int = 0) -> None:
    """Copy everything that the database holds so many times: every row, its links within its own copy, all that
    happened in it so many days earlier."""
    with transaction.atomic(), connection.cursor() as cursor:
        trust_keys()
        for room in ROOMS:
            for model in apps.get_app_config(room).get_models(include_auto_created=True):
                if model._meta.proxy:
                    continue
                fields = [field for field in model._meta.local_concrete_fields if not field.generated]
                columns = ", ".join(f'"{field.column}"' for field in fields)
                values = ", ".join(_copied(model, field, days_ago) for field in fields)
                cursor.execute(
                    f'INSERT INTO "{model._meta.db_table}" ({columns})'
                    f" WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {times})"
                    f' SELECT {values} FROM "{model._meta.db_table}", copies'
                )
    if connection.vendor == "postgresql":  # as autovacuum would; SQLite has nobody who does
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _copied(model: type[models.Model], field: models.Field, days_ago: int) -> str:
    column, apart = f'"{field.column}"', f"{BASE} + n * {APART}"
    if field.primary_key or field.is_relation:
        return f"{column} + {apart}"
    if isinstance(field, models.CharField) and (field.unique or field.name in OWN.get(model._meta.label, ())):
        return f"substr(CAST(id + {apart} AS text) || {column}, 1, {field.max_length})"
    if isinstance(field, models.UUIDField) and field.unique:
        return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    if isinstance(field, models.DateTimeField) and days_ago:
        if connection.vendor == "postgresql":
            return f"{column} - interval '{days_ago} days'"
        return f"strftime('%Y-%m-%d %H:%M:%S', {column}, '-{days_ago} days')"
    return column
