"""Count the figures about customers anew, in the database: no row of a customer is read into this process."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from house_rules.rules import rules
from reports.models import Engagement
from reports.services.engagement.dialects import DIALECTS
from reports.services.engagement.sources import SOURCES
from reports.services.engagement.statements import A_YEAR, STATEMENTS


def open_engagement() -> None:
    """Make sure that the row exists which says what is to be refreshed. Two queries at most. Owns its transaction."""
    Engagement.objects.get_or_create(pk=Engagement.ONE)


def refresh_locked(engagement: Engagement, *, at: datetime) -> None:
    """Replace all figures about customers by those of `at`.

    Readers see the former figures until the transaction commits. A constant number of queries, whatever the number of
    customers. Must be called inside a transaction (the row is locked).
    """
    dialect = DIALECTS[connection.vendor]
    today = timezone.localdate(at)
    instant, date = connection.ops.adapt_datetimefield_value, connection.ops.adapt_datefield_value
    values: dict[str, Any] = {
        "as_of": instant(at),
        "today": date(today),
        "year_ago": date(today - timedelta(days=A_YEAR)),
        "year_ago_at": instant(at - timedelta(days=A_YEAR)),
        "ahead": rules().reminder_ahead // timedelta(minutes=1),
    }
    with connection.cursor() as cursor:
        for name, source in SOURCES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {source(dialect)}", values)
            if connection.vendor == "postgresql":
                cursor.execute(f"ANALYZE {name}")  # autovacuum does not see temporary tables
        for table, statement in STATEMENTS.items():
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(statement(dialect), values)
        for name in SOURCES:
            cursor.execute(f"DROP TABLE {name}")
    engagement.date, engagement.as_of = today, at
    engagement.save(update_fields=["date", "as_of"])
