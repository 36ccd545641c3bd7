"""Database functions that Django does not have."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import models


class PerRowDelta(models.Func):
    """The number that `deltas` holds for a row's primary key, passed as one JSON parameter.

    One UPDATE then adds a different number to each of many rows: `update(balance=F("balance") + PerRowDelta(deltas))`.
    It is NULL for a row that `deltas` does not name, so filter by the same keys.
    """

    output_field = models.IntegerField()

    def __init__(self, deltas: Mapping[int, int]) -> None:
        self.deltas = {str(key): delta for key, delta in deltas.items()}
        super().__init__(models.F("pk"))

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"CAST(json_extract(%s, '$.\"' || {column} || '\"') AS INTEGER)", (json.dumps(self.deltas), *params)

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"CAST(%s::jsonb ->> {column}::text AS integer)", (json.dumps(self.deltas), *params)
