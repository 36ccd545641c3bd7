"""Multiplies the rows of the database by SQL, for tests that need years of data within a second."""

from django.apps import apps
from django.db import connection, models, transaction

from cinema.money import MoneyField
from tests.helpers.database.statements import skip_foreign_key_checks
from tests.helpers.factories import APPS

FIRST_KEY, KEYS_PER_COPY = 10_000_000, 50_000  # ids of copies have eight digits and never overlap

#: Fields of a unique constraint whose other fields are equal in all copies, so each copy needs its own value.
UNIQUE_TEXTS = {
    "notifications.Notification": {"occasion"},
    "orders.Order": {"number", "token"},
    "integrations.MarketingList": {"list_id"},
    "payments.LegalEntity": {"tax_number"},
    "payments.Payment": {"external_id"},
    "pricing.ForecastBasis": {"history_hash"},
    "reports.PayoutFile": {"digest"},
    "reports.PayoutLine": {"identity"},
}
#: Columns that hold the key of a row of another model, without being foreign keys.
KEYS = {
    "integrations.ListedSession": {"session_id", "film_id", "hall_id"},
    "integrations.WebhookEvent": {"subject"},
}


def multiply(times: int, *, days_ago: int = 0) -> None:
    """Add `times` copies of every row. Foreign keys stay within a copy; its instants are `days_ago` days earlier."""
    with transaction.atomic(), connection.cursor() as cursor:
        skip_foreign_key_checks()
        for app in APPS:
            for model in apps.get_app_config(app).get_models(include_auto_created=True):
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
    update_statistics()


def update_statistics() -> None:
    """Does at once what autovacuum does within minutes. SQLite has none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _copied(model: type[models.Model], field: models.Field, days_ago: int) -> str:
    column, offset = f'"{field.column}"', f"{FIRST_KEY} + n * {KEYS_PER_COPY}"
    copied = field.is_relation and field.related_model._meta.app_label in APPS  # roles are the same for all
    if field.primary_key or copied or field.name in KEYS.get(model._meta.label, ()):
        return f"{column} + {offset}"
    if isinstance(field, models.CharField) and (field.unique or field.name in UNIQUE_TEXTS.get(model._meta.label, ())):
        return f"substr(CAST(id + {offset} AS text) || {column}, 1, {field.max_length})"
    if isinstance(field, MoneyField) and field.unique:
        return f"{column} + id + {offset}"
    if isinstance(field, models.UUIDField) and field.unique:
        return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    if isinstance(field, models.DateTimeField) and days_ago:
        if connection.vendor == "postgresql":
            return f"{column} - interval '{days_ago} days'"
        return f"strftime('%Y-%m-%d %H:%M:%S', {column}, '-{days_ago} days')"
    return column
