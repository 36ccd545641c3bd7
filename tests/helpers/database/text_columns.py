"""The columns of every table that hold text, and marks written into them, for tests that look for these marks."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

TEXT = (models.CharField, models.TextField, models.JSONField)


def text_columns() -> Iterator[tuple[type[models.Model], Any]]:
    """Each model with a table of its own, with each of its fields that may hold any text."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, TEXT) and not field.choices and not field.primary_key:
                yield model, field


def column_names(model: type[models.Model], field: Any) -> set[str]:
    """The names by which a list may exclude a column: `reason`, or `orders.OrderEvent.reason`."""
    return {field.name, f"{model._meta.label}.{field.name}"}


def mark(text: str, *, leave: Collection[str]) -> set[str]:
    """Write the text into each text column, except those that `leave` names. The names of the columns written.

    JSON becomes a list of the text. What is unique, or too short for the text, stays as it is. Fails if a table has no
    row to write in, since nothing would be found there.
    """
    marked, empty = _mark(text, leave)
    assert not empty, f"make a row for {', '.join(sorted(empty))}"
    return marked


def mark_where_there_are_rows(text: str, *, leave: Collection[str]) -> set[str]:
    """The same, but a table may be empty."""
    return _mark(text, leave)[0]


def _mark(text: str, leave: Collection[str]) -> tuple[set[str], set[str]]:
    marked, empty = set(), set()
    for model, field in text_columns():
        short = field.max_length is not None and field.max_length < len(text)
        if short or field.unique or not column_names(model, field).isdisjoint(leave):
            continue
        value = [text] if isinstance(field, models.JSONField) else text
        try:
            with transaction.atomic():
                done = model._base_manager.update(**{field.name: value})
        except IntegrityError:  # unique together with another column
            for row in model._base_manager.order_by("pk"):
                model._base_manager.filter(pk=row.pk).update(**{field.name: f"{text}{row.pk}"[: field.max_length]})
            done = 1
        (marked if done else empty).add(f"{model._meta.label}.{field.name}")
    return marked, empty


def columns_with(words: Collection[str]) -> set[str]:
    """The names of all columns of all tables of the database, models or not, that contain one of the words."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if any(word in _readable(value) for word in words)
                }
    return found


def _readable(value: Any) -> str:
    """The value in lower case, with the letters that JSON has escaped."""
    text = str(value)
    if "\\u" in text:
        text = text.encode("ascii", "backslashreplace").decode("unicode-escape")
    return text.lower()
