"""Says whether a connection waits for a lock, for tests of races on PostgreSQL."""

from django.db import connection

#: Only of this database: other workers of the run have theirs on the same server. A lock that is waited for may belong
#: to none, so its connection is told by the tables that it has locked. `pg_stat_activity` would not change within a
#: transaction.
AWAITED = """
    SELECT EXISTS (
        SELECT FROM pg_locks waiting JOIN pg_locks held ON held.pid = waiting.pid
        WHERE NOT waiting.granted
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def a_lock_is_awaited() -> bool:
    """Whether another connection to the test database waits for a lock now."""
    with connection.cursor() as cursor:
        cursor.execute(AWAITED)
        return bool(cursor.fetchone()[0])
