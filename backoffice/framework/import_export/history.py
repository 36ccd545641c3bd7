"""Records changes of rows that an import has written in bulk, as saving each of them would have done."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models

from cinema import clock
from cinema.history import BASELINE

ManyRows = Mapping[Any, Sequence[models.Model]]  # rows between a row and those related to it, by the row's primary key


def record_changes(
    rows: Sequence[Any], *, before: Mapping[Any, Mapping[str, Any]], many_before: Mapping[str, ManyRows], actor: Any
) -> None:
    """Record changes of rows that were written in bulk, as saving each of them would have done.

    `before` has the former values of each row's recorded fields, `many_before` the former rows of the many-to-many
    tables, by the name of the field. Must be called inside a transaction. A constant number of queries.
    """
    if not rows:
        return
    model = type(rows[0])
    recorded = {*model.history.filter(pk_of(model, rows)).values_list(model._meta.pk.name, flat=True).distinct()}
    first = [row for row in rows if row.pk not in recorded and row.pk in before]
    now = clock.now()
    baselines = [
        model.history.model(history_date=now, history_type="~", history_change_reason=BASELINE, **before[row.pk])
        for row in first
    ]
    records = [
        model.history.model(
            history_date=now,
            history_type="~",
            history_user=actor,
            **{field.attname: getattr(row, field.attname) for field in model.history.model.tracked_fields},
        )
        for row in rows
    ]
    for made in (baselines, records):
        model.history.model.objects.bulk_create(made)
    for name in many_before:
        _record_many(name, [row.pk for row in first], baselines, many_before[name])
        _record_many(name, [row.pk for row in rows], records, many_rows(model, name, [row.pk for row in rows]))


def pk_of(model: type[models.Model], rows: Sequence[Any]) -> models.Q:
    return models.Q(**{f"{model._meta.pk.name}__in": [row.pk for row in rows]})


def many_rows(model: type[models.Model], name: str, pks: Collection[Any]) -> ManyRows:
    """The rows of the many-to-many table of the field `name`. One query."""
    field: Any = model._meta.get_field(name)
    through, attname = field.remote_field.through, f"{field.m2m_field_name()}_id"
    found: dict[Any, list[models.Model]] = {pk: [] for pk in pks}
    for row in through._base_manager.filter(**{f"{attname}__in": pks}).order_by("pk"):
        found[getattr(row, attname)].append(row)
    return found


def _record_many(name: str, pks: Sequence[Any], records: Sequence[Any], rows: ManyRows) -> None:
    if not records:
        return
    table = getattr(type(records[0]), name).model
    copies = [
        table(history=record, **{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
        for pk, record in zip(pks, records, strict=True)
        for row in rows.get(pk, ())
    ]
    table.objects.bulk_create(copies)
