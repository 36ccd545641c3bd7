"""Change history of models: a record of each change of the listed fields, with the time and the user.

    class Film(models.Model):
        ...
        history = History("title", "duration_minutes", many=["genres"])

Saves, deletions and changes of the many-to-many fields in `many` are recorded; the user is that of the request, and
None in jobs and commands. `update` and `bulk_create` are not recorded: a service that writes these fields saves row by
row, or calls `Film.history.bulk_history_create`. The admin shows the records (`backoffice.framework.history_view`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from cinema import clock

BASELINE = "begun"  # the change reason of a record that holds a row as it was before its first recorded change


class CachedHistoryManager(HistoryManager):
    """Builds its class once: doing so at each access is most of the cost of reading a record."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class History(HistoricalRecords):
    """A table with one record per change of a row. `when` limits it to some rows of the model.

    A save that changes none of the fields costs one query and adds no record; a save whose `update_fields` names none
    of them, as log-in does, costs no query. A row without records (older than its history, or created in bulk) gets one
    with its previous values before its first change is recorded.
    """

    def __init__(
        self, *fields: str, many: list[str] | None = None, when: Callable[[Any], bool] = lambda _row: True
    ) -> None:
        self.fields, self.when = fields, when
        super().__init__(m2m_fields=many or [], no_db_index=fields, history_manager=CachedHistoryManager)

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        if sender is self.cls:
            tracked = {*self.fields, sender._meta.pk.name}
            self.excluded_fields = [each.name for each in sender._meta.fields if each.name not in tracked]
            models.signals.pre_save.connect(self.pre_save, sender=sender, weak=False)
        super().finalize(sender, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """Without permissions of its own: whoever may view a row may see its history on its page."""
        return {"ordering": ["-history_id"], "get_latest_by": "history_id", "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {"default_permissions": ()}

    # --- Signal handlers

    def pre_save(self, instance: models.Model, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
        instance.__dict__.pop("_before", None)
        unrelated = update_fields is not None and not {*update_fields} & {*self.fields}
        if raw or unrelated or instance._state.adding or not self.when(instance):
            return
        rows = type(instance)._base_manager.filter(pk=instance.pk)
        instance.__dict__["_before"] = rows.values(*self._attnames(instance)).first()

    def post_save(self, instance: Any, created: bool, using: str | None = None, **kwargs: Any) -> None:
        if created:
            if self.when(instance):
                super().post_save(instance, created, using=using, **kwargs)
            return
        before = instance.__dict__.pop("_before", None)
        if before is None or before == {name: getattr(instance, name) for name in before}:
            return
        self._record_baseline(instance, before)
        super().post_save(instance, created, using=using, **kwargs)

    def m2m_changed(self, instance: Any, action: str, attr: str, pk_set: Any, reverse: bool, **kwargs: Any) -> None:
        if not reverse:
            rows = [instance]
        else:  # `genre.films.add(film)` changes the film
            rows = list(self.cls._base_manager.filter(pk__in=pk_set or ()))
        for row in filter(self.when, rows):
            if action.startswith("pre_"):
                self._record_baseline(row, {name: getattr(row, name) for name in self._attnames(row)})
            super().m2m_changed(row, action, attr, pk_set, False, **kwargs)

    def create_historical_record_m2ms(self, history_instance: Any, instance: Any) -> None:
        if history_instance.history_type != "+":  # a new row has no related rows yet
            super().create_historical_record_m2ms(history_instance, instance)

    def _record_baseline(self, instance: Any, before: dict[str, Any]) -> None:
        records = getattr(instance, self.manager_name)
        if not records.exists():
            record = records.model(history_date=clock.now(), history_type="~", history_change_reason=BASELINE, **before)
            record.save()
            self.create_historical_record_m2ms(record, instance)

    def _attnames(self, instance: models.Model) -> list[str]:
        return [each.attname for each in self.fields_included(instance)]


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
