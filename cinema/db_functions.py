"""Database functions and statements that Django does not have."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache, wraps
from itertools import chain, count
from typing import Any

from django.db import connections, models, router


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
        f"new_{field.name}": each if hasattr(each, "resolve_expression") else models.Value(each, output_field=field)
        for field, each in given.items()
    }
    rows = source.order_by("pk").annotate(**chosen).values_list(*chosen)
    sql, params = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        names = ", ".join(f'"{field.column}"' for field in fields)
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) {sql}', params)


class CompiledQuery:
    """The SQL of a queryset that is asked all the time, since building and compiling it takes longer than asking."""

    def __init__(self, rows: "models.QuerySet[Any, Any]") -> None:
        self.model, self._compiler = rows.model, rows.query.get_compiler(rows.db)
        self.sql, self.params = self._compiler.as_sql()
        self._converters = self._compiler.get_converters(column for column, *_rest in self._compiler.select)
        self.annotations = list(rows.query.annotation_select)

    def rows(self, params: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows, with `params` in place of the queryset's own. One query."""
        with connections[router.db_for_read(self.model)].cursor() as cursor:
            cursor.execute(self.sql, params)
            yield from self._compiler.apply_converters(cursor.fetchall(), self._converters)


def compiled_once(build: "Callable[..., models.QuerySet[Any]]") -> Callable[..., Iterator[Any]]:
    """Keep the SQL of a queryset of whole rows and annotations whose arguments are lists of primary keys. One query."""

    @lru_cache(maxsize=256)
    def compiled(*lengths: int) -> CompiledQuery:
        places = count(-1, -1)  # stand for the keys, which are above 0
        return CompiledQuery(build(*([next(places) for _key in range(length)] for length in lengths)))

    @wraps(build)
    def read(*keys: Collection[int]) -> Iterator[Any]:
        query, given = compiled(*map(len, keys)), dict(zip(count(-1, -1), chain(*keys)))
        fields = [field.attname for field in query.model._meta.concrete_fields]
        for row in query.rows([given.get(param, param) for param in query.params]):
            each = query.model.from_db(router.db_for_read(query.model), fields, row[: len(fields)])
            vars(each).update(zip(query.annotations, row[len(fields) :], strict=True))
            yield each

    return read
