"""How PostgreSQL would read large tables: whether an index leads to the rows of a query."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

LARGE = {
    *("orders_order", "orders_ticket", "orders_orderevent", "orders_refundline", "orders_scan"),
    *("payments_payment", "payments_refund", "payments_receipt", "payments_receiptline"),
    *("concessions_concessionpreorder", "concessions_stockmovement", "bonuses_bonustransaction", "screenings_session"),
    *(f"reports_{of}figures" for of in ("ticket", "bar", "money", "order", "points", "stock", "receipt", "session")),
}


@contextmanager
def reads_of_whole_tables() -> Iterator[list[str]]:
    """The queries of the block that can only read a large table, or an index of it, from beginning to end.

    Planned without sequential scans, so that the size of the tables does not matter. Known after the block.
    """
    queries: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip("(").startswith("SELECT"):
            queries.append((sql, params))
        return execute(sql, params, many, context)

    found: list[str] = []
    with connection.execute_wrapper(note):
        yield found
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        for sql, params in queries:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            [[plan]] = cursor.fetchone()
            found += [f"{table}: {sql}" for table in sorted(_read_whole(plan["Plan"]))]
        cursor.execute("RESET enable_seqscan")


def _read_whole(node: dict[str, Any]) -> set[str]:
    tables = set().union(*(_read_whole(part) for part in node.get("Plans", [])))
    table, by_index = node.get("Relation Name"), {"Index Cond", "Recheck Cond"} & node.keys()
    return tables | {table} if table in LARGE and not by_index else tables
