"""For negative controls: the unique index that lets a seat have one live ticket, taken away."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from orders.models import Ticket

INDEX = "one_live_ticket_a_seat"


@contextmanager
def without_the_index() -> Iterator[None]:
    """PostgreSQL only. All tickets are deleted at the end, since the index may not fit them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [INDEX])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {INDEX}")
    try:
        yield
    finally:
        Ticket.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(definition)
