"""Change history of models: a record of each change of the listed fields, with the time and the user.

    class Film(models.Model):
        ...
        history = History("title", "duration_minutes", many=["genres"])

Saves, deletions and changes of the many-to-many fields in `many` are recorded; the user is that of the request, and
None in jobs and commands. `update` and `bulk_create` are not recorded: a service that writes these fields saves row by
row, or calls `Film.history.bulk_history_create`. The admin shows the records (`backoffice.framework.history_view`).
"""

from collections.abc import Callable
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
