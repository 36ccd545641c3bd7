from typing import Any

from django.apps import apps
from django.core.management.commands import flush
from django.db import connections, transaction

MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission"}  # the same for every test, and slow to make again


class Command(flush.Command):
    help = "Empty every table but those that migrations fill. Sends no post_migrate signal."

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        models = apps.get_models(include_auto_created=True)
        ours = {model._meta.db_table for model in models} - MADE_BY_MIGRATIONS
        with connection.cursor() as cursor:
            tables = ours.intersection(connection.introspection.table_names(cursor))
            deletes = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables)]
            if connection.vendor == "postgresql" and is_superuser(cursor):
                # TRUNCATE takes a quarter of a second, however little there is. Without checks of foreign keys, which
                # a superuser may switch off, the order of the tables does not matter.
                deletes = [f"SET LOCAL session_replication_role = replica; {'; '.join(deletes)}"]
            elif connection.vendor == "postgresql":
                deletes = [f"TRUNCATE {', '.join(map(connection.ops.quote_name, sorted(tables)))}"]
            with transaction.atomic(using=connection.alias):
                for statement in deletes:
                    cursor.execute(statement)


def is_superuser(cursor: Any) -> bool:
    cursor.execute("SHOW is_superuser")
    return bool(cursor.fetchone() == ("on",))
