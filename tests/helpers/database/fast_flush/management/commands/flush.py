from functools import cache
from typing import Any

from django.apps import apps
from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS, connection

from tests.helpers.database.statements import Statements, is_superuser

MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission"}  # the same for every test, and slow to make again


class Command(flush.Command):
    help = "Empty every table but those that migrations fill. Sends no post_migrate signal."

    def handle(self, **options: Any) -> None:
        assert options["database"] == DEFAULT_DB_ALIAS
        with connection.cursor() as cursor:
            existing = connection.introspection.table_names(cursor)
        ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - MADE_BY_MIGRATIONS
        tables = [connection.ops.quote_name(table) for table in sorted(ours.intersection(existing))]
        if connection.vendor == "postgresql" and not is_superuser():
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(tables)}")
        else:  # TRUNCATE takes a quarter of a second, however little there is
            _emptying(connection.settings_dict["NAME"], tuple(tables)).run()


@cache
def _emptying(_database: str, tables: tuple[str, ...]) -> Statements:
    return Statements(f"DELETE FROM {table}" for table in tables)
