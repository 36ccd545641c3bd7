"""Rows of several tables, read in two queries."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, JSONField, Model, QuerySet, Value, Window
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import JSONArray, RowNumber
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User
from cinema.money import MoneyField

NAMES_SHOWN = 3  # names per item, the one that has waited longest first


@dataclass(frozen=True)
class First:
    """The first rows in the order of the queryset, or all of them, with these columns alone. An item that asks for
    them is told so if there are none, when `or_none` is set.
    """

    rows: QuerySet[Any]
    columns: Sequence[str]
    most: int | None = NAMES_SHOWN
    or_none: bool = False


class Together:
    """What was asked is read in two queries, at the first look at an answer: which of the tables have such rows at all,
    and the rows of these. Most tables of the first page have none to show: a query for each of them would cost more
    than the answers, and so would asking at once for the first rows of all.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._person = User.objects.filter(pk=request.user.pk or 0)
        self._existing: list[Exists] = []
        self._firsts: list[First] = []

    def add(self, rows: QuerySet[Any]) -> int:
        """Ask whether there are any rows. Returns the key of the answer for `exists`."""
        self._existing.append(Exists(rows))
        return len(self._existing) - 1

    def add_first(self, first: First) -> int:
        """Returns the key of the answer for `first`."""
        self._firsts.append(first)
        return len(self._firsts) - 1

    def exists(self, key: int) -> bool:
        """Whether there are any of the rows that were added."""
        return bool(self._known[len(self._firsts) + key])

    def first(self, key: int) -> tuple[int, list[Any]]:
        """The number of all rows, and the first of them: objects that have only the columns that were asked for."""
        asked, found = self._firsts[key], self._found[key]
        columns = _with_keys(asked.columns)
        rows = [_row(asked.rows.model, dict(zip(columns, known, strict=True))) for _number, known in found]
        return (found[0][0] if found else 0), rows

    @cached_property
    def _known(self) -> list[Any]:
        """Whether there are rows: of each `First`, and then of what was added. Those of which all are wanted are read
        anyway, without asking.
        """
        firsts = [Value(1) if first.most is None else Exists(first.rows) for first in self._firsts]
        asked = self._person.order_by().annotate(known=JSONArray(*firsts, *self._existing, Value(0)))
        [known] = asked.values_list("known", flat=True)
        return list(known)

    @cached_property
    def _found(self) -> dict[int, list[tuple[int, Any]]]:
        parts = [self._part(key, first) for key, first in enumerate(self._firsts) if self._known[key]]
        found: dict[int, list[tuple[int, Any]]] = {key: [] for key in range(len(self._firsts))}
        rows = parts[0].union(*parts[1:], all=True) if parts else ()
        for of, number, _place, known in sorted(rows, key=lambda row: row[:3]):
            found[of].append((number, known))
        return found

    @staticmethod
    def _part(key: int, first: First) -> QuerySet[Any, Any]:
        rows = first.rows.annotate(
            of=Value(key),
            number_of_all=Window(Count("pk")),
            place=Window(RowNumber(), order_by=list(first.rows.query.order_by)),  # type: ignore[arg-type]
            known=JSONArray(*_with_keys(first.columns)),
        ).order_by()
        if first.most is not None:
            rows = rows.filter(place__lte=first.most)
        return rows.values_list("of", "number_of_all", "place", "known")


def _with_keys(columns: Iterable[str]) -> list[str]:
    """The columns, and the primary keys of the rows that they are in."""
    rows = {column.rpartition(LOOKUP_SEP)[0] for column in columns}
    rows |= {
        LOOKUP_SEP.join(way[:number]) for way in (row.split(LOOKUP_SEP) for row in rows) for number in range(len(way))
    }
    return sorted({*columns, *(f"{row}{LOOKUP_SEP}id" if row else "id" for row in rows)})


def _row(model: type[Model], known: dict[str, Any]) -> Any:
    """An object of what is known of it and of the rows that it refers to; reading anything else costs a query."""
    own: dict[str, Any] = {}
    of_others: dict[str, dict[str, Any]] = {}
    for path, value in known.items():
        name, _, rest = path.partition(LOOKUP_SEP)
        if rest:
            of_others.setdefault(name, {})[rest] = value
        else:
            own[name] = _value(model._meta.get_field(name), value)
    others = {name: model._meta.get_field(name) for name in of_others}
    own |= {field.attname: of_others[name]["id"] for name, field in others.items()}  # type: ignore[union-attr]
    names = [field.attname for field in model._meta.concrete_fields if field.attname in own]
    row = model.from_db(connection.alias, names, [own[name] for name in names])
    for name, field in others.items():
        if of_others[name]["id"] is not None:
            setattr(row, name, _row(field.related_model, of_others[name]))  # type: ignore[arg-type]
        else:
            setattr(row, name, None)
    return row


def _value(field: Any, value: Any) -> Any:
    """A value of JSON as the field has it. Money is a number of minor units; SQLite has instants without a zone, and
    JSON as text.
    """
    if isinstance(field, MoneyField):
        return field.from_db_value(value, None, connection)
    if isinstance(field, JSONField) and isinstance(value, str):
        return json.loads(value)
    value = field.to_python(value)
    if isinstance(value, datetime) and timezone.is_naive(value):
        return timezone.make_aware(value, UTC)
    return value
