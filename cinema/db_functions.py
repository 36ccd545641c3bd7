"""Database functions and statements that Django does not have."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, wraps
from itertools import chain, count
from typing import Any

from django.db import connections, models
from django.db.models import Value


class PerRowDelta(models.Func):
    """The number that `deltas` holds for a row's primary key, passed as one JSON parameter.

    One UPDATE then adds a different number to each of many rows: `update(balance=F("balance") + PerRowDelta(deltas))`.
    It is NULL for a row that `deltas` does not name, so filter by the same keys. Numbers of another field than an
    integer, such as money, are given as the database stores them.
    """

    def __init__(self, deltas: Mapping[int, int], output_field: "models.Field[Any, Any] | None" = None) -> None:
        self.deltas = {str(key): delta for key, delta in deltas.items()}
        super().__init__(models.F("pk"), output_field=output_field or models.IntegerField())

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"CAST(json_extract(%s, '$.\"' || {column} || '\"') AS INTEGER)", (json.dumps(self.deltas), *params)

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"CAST(%s::jsonb ->> {column}::text AS bigint)", (json.dumps(self.deltas), *params)


def insert_from(source: models.QuerySet[Any], model: type[models.Model], **columns: Any) -> None:
    """INSERT ... SELECT: for each row of `source`, a row of `model`, without reading any of them. One query.

    `columns` are the new rows' fields by name: expressions over the source's row, or values. A field that is not named
    has its default. Sends no signals and keeps no history; constraints hold.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = {field: columns.pop(field.name, field.get_default()) for field in fields}
    if columns:
        raise TypeError(f"{model.__name__} has no field {', '.join(columns)}")
    chosen = {
        f"new_{field.name}": each if hasattr(each, "resolve_expression") else Value(each, output_field=field)
        for field, each in given.items()
    }
    rows = source.order_by("pk").annotate(**chosen).values_list(*chosen)
    sql, params = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        names = ", ".join(f'"{field.column}"' for field in fields)
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) {sql}', params)


def compiled_once(build: "Callable[..., models.QuerySet[Any]]") -> Callable[..., Iterable[Any]]:
    """Keep the SQL of a queryset of whole rows, whose arguments are lists of primary keys: of a query that is asked all
    the time, building and compiling takes longer than asking. Annotations come as the database has them, money in minor
    units. One query.
    """

    @lru_cache(maxsize=256)
    def compiled(*lengths: int) -> tuple[Any, str, tuple[Any, ...]]:
        places = count(-1, -1)  # stand for the keys, which are above 0
        rows = build(*([next(places) for _key in range(length)] for length in lengths))
        return rows.model, *rows.query.sql_with_params()

    @wraps(build)
    def read(*keys: Collection[int]) -> Iterable[Any]:
        model, sql, params = compiled(*map(len, keys))
        given = dict(zip(count(-1, -1), chain(*keys)))
        return model._base_manager.raw(sql, [given.get(param, param) for param in params])

    return read
