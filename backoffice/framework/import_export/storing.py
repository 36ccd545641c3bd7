"""Writes imported rows in a constant number of queries, with their history and the admin's log."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext

from backoffice.framework.import_export.history import many_rows, record_changes
from backoffice.framework.import_export.rows import ImportedRow, RowChange

#: The new related rows of each row, by the name of the many-to-many field.
Related = Mapping[str, Sequence[Model]]


def wait_for_other_imports(model: type[Model]) -> None:
    """Let imports of a model wait for each other: a double click, or two files with one film, would add it twice.

    Must be called inside a transaction (it ends the wait).
    """
    key = ContentType.objects.get_for_model(model).pk
    list(ContentType.objects.select_for_update(no_key=True).filter(pk=key))


def log(found: Sequence[ImportedRow], *, person: Any, name: str) -> None:
    """Name the file in the admin's log of each row that was added or changed."""
    message = gettext("Imported from “%(name)s”.") % {"name": name[:100]}
    for kind, flag in ((RowChange.NEW, ADDITION), (RowChange.CHANGED, CHANGE)):
        if rows := [one.row for one in found if one.kind == kind]:
            LogEntry.objects.log_actions(person.pk, rows, flag, message)


def create(model: Any, rows: Sequence[tuple[Any, Related]], *, actor: Any) -> None:
    """Create the rows. Must be called inside a transaction."""
    if not rows:
        return
    instances = [row for row, _related in rows]
    model._base_manager.bulk_create(instances)
    model.history.bulk_history_create(instances, default_user=actor)
    with_related = [(row, related) for row, related in rows if any(related.values())]
    _write_related(model, with_related)
    many_before: dict[str, Any] = {name: {} for _row, related in with_related for name in related}
    record_changes([row for row, _related in with_related], before={}, many_before=many_before, actor=actor)


def change(
    model: Any,
    rows: Sequence[tuple[Any, frozenset[str], Mapping[str, Any], Related]],
    *,
    actor: Any,
) -> None:
    """Write the changed fields of rows: (row, names of its changed fields, recorded values before, related rows).

    Must be called inside a transaction (the rows are locked).
    """
    by_fields: dict[frozenset[str], list[Any]] = defaultdict(list)
    for row, fields, _before, _related in rows:
        by_fields[fields].append(row)
    for fields, group in by_fields.items():
        if fields:
            model._base_manager.bulk_update(group, sorted(fields))
    names = {name for *_rest, related in rows for name in related}
    recorded: set[str] = {each.name for each in model.history.model.tracked_fields}
    history_rows = [row for row, fields, _before, related in rows if fields & recorded or related]
    many_before = {name: many_rows(model, name, [row.pk for row in history_rows]) for name in names}
    _write_related(model, [(row, related) for row, _fields, _before, related in rows if related])
    befores = {row.pk: before for row, _fields, before, _related in rows}
    record_changes(history_rows, before=befores, many_before=many_before, actor=actor)


def _write_related(model: type[Model], rows: Sequence[tuple[Any, Related]]) -> None:
    for name in {name for _row, related in rows for name in related}:
        field: Any = model._meta.get_field(name)
        through = field.remote_field.through
        own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        through._base_manager.filter(**{f"{own}__in": [row.pk for row, related in rows if name in related]}).delete()
        through._base_manager.bulk_create(
            through(**{own: row.pk, other: each.pk}) for row, related in rows for each in related.get(name, ())
        )
