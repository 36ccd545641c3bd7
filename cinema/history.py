"""What a row was before: every change of the fields that matter is kept, with who and when.

    class Film(models.Model):
        ...
        history = History("title", "duration_minutes", many=["genres"])

Kept are saves, deletions and changes of the related rows named in `many`; who is the person of the request, nobody for
jobs and commands. `update` and `bulk_create` go unseen: a service that writes kept fields saves row by row, or calls
`Film.history.bulk_history_create`. The admin shows it all (`backoffice.framework.history_view`).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from cinema import clock

BEGUN = "begun"  # the reason of a record that holds what a row was before its first kept change


class Records(HistoryManager):
    """Its class is put together once; to do so at each look is what most of a record would cost."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class History(HistoricalRecords):
    """A table beside the model's own, a row a change. `when` says of which rows; all unless given.

    A save that changes none of the fields costs one query and keeps nothing; one that names other fields alone in
    `update_fields`, as log-in does, costs none. What was not kept from its beginning (rows older than their history,
    or made in bulk) is kept as it was before its first change.
    """

    def __init__(
        self, *fields: str, many: list[str] | None = None, when: Callable[[Any], bool] = lambda _row: True
    ) -> None:
        self.fields, self.when = fields, when
        super().__init__(m2m_fields=many or [], no_db_index=fields, history_manager=Records)

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        if sender is self.cls:
            kept = {*self.fields, sender._meta.pk.name}
            self.excluded_fields = [each.name for each in sender._meta.fields if each.name not in kept]
            models.signals.pre_save.connect(self.pre_save, sender=sender, weak=False)
        super().finalize(sender, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """Nobody is ever given permissions on it: the row's page shows its history to who may see the row."""
        return {"ordering": ["-history_id"], "get_latest_by": "history_id", "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {"default_permissions": ()}

    # --- What is written when

    def pre_save(self, instance: models.Model, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
        instance.__dict__.pop("_before", None)
        untouched = update_fields is not None and not {*update_fields} & {*self.fields}
        if raw or untouched or instance._state.adding or not self.when(instance):
            return
        rows = type(instance)._base_manager.filter(pk=instance.pk)
        instance.__dict__["_before"] = rows.values(*self._names(instance)).first()

    def post_save(self, instance: Any, created: bool, using: str | None = None, **kwargs: Any) -> None:
        if created:
            if self.when(instance):
                super().post_save(instance, created, using=using, **kwargs)
            return
        before = instance.__dict__.pop("_before", None)
        if before is None or before == {name: getattr(instance, name) for name in before}:
            return
        self._begin(instance, before)
        super().post_save(instance, created, using=using, **kwargs)

    def m2m_changed(self, instance: Any, action: str, attr: str, pk_set: Any, reverse: bool, **kwargs: Any) -> None:
        if not reverse:
            rows = [instance]
        else:  # `genre.films.add(film)`: it is the films that change
            rows = list(self.cls._base_manager.filter(pk__in=pk_set or ()))
        for row in filter(self.when, rows):
            if action.startswith("pre_"):
                self._begin(row, {name: getattr(row, name) for name in self._names(row)})
            super().m2m_changed(row, action, attr, pk_set, False, **kwargs)

    def create_historical_record_m2ms(self, history_instance: Any, instance: Any) -> None:
        if history_instance.history_type != "+":  # a row that is new is related to none yet
            super().create_historical_record_m2ms(history_instance, instance)

    def _begin(self, instance: Any, before: dict[str, Any]) -> None:
        records = getattr(instance, self.manager_name)
        if not records.exists():
            record = records.model(history_date=clock.now(), history_type="~", history_change_reason=BEGUN, **before)
            record.save()
            self.create_historical_record_m2ms(record, instance)

    def _names(self, instance: models.Model) -> list[str]:
        return [each.attname for each in self.fields_included(instance)]
