"""The change history of a row for its page: who did what and when, and the changed fields, before and after.

It merges the records of `cinema.history` with the admin's log of actions, the only source for models without a history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext

from backoffice.framework.badges import language_name
from backoffice.framework.fields import weekday_names
from cinema.history import BASELINE
from cinema.local_time import format_local
from cinema.money import MoneyField, format_money

PAGE_SIZE = 50  # records and lines of the log
GROUPED_WITHIN = timedelta(seconds=2)  # a form saves the row, related rows and the log one after another
EMPTY = "–"
LANGUAGE_FIELDS = {"language", "subtitles"}  # fields of any model that hold a language code


@dataclass(frozen=True)
class Change:
    field: str
    before: str | None  # None: the row was new
    after: str | None  # None: the row is gone


@dataclass(frozen=True)
class HistoryEntry:
    at: datetime
    who: Any
    changes: list[Change]
    messages: list[str]  # of the admin's log

    @property
    def when(self) -> str:
        return format_local(self.at)


@dataclass(frozen=True)
class HistoryEvent:
    """A record of a history, or a line of the admin's log."""

    at: datetime
    who: Any
    source: Any


class ChangeHistory:
    """One page of a row's history, newest first, of at most `PAGE_SIZE` events before the time `before`.

    `older` is the `before` of the next page, None on the last. `parts` adds the history of related rows: the name of
    the relation, and the field that names each of them. The number of queries grows with the number of different
    related rows, not with the number of changes.
    """

    def __init__(self, page: Any, row: models.Model, *, parts: dict[str, str], before: datetime | None) -> None:
        self.page, self.row, self.parts = page, row, parts
        self._records: dict[Any, list[Any]] = {}  # by row, newest first
        self._related_keys: dict[tuple[Any, int], set[Any]] = {}  # by many-to-many field and record
        events = sorted(self._events(before), key=lambda event: event.at, reverse=True)
        shown = events[:PAGE_SIZE]
        self.older = shown[-1].at.isoformat() if len(events) > PAGE_SIZE else None
        self._names: dict[type[models.Model], dict[Any, str]] = {}
        self.entries = [entry for group in _grouped(shown) if (entry := self._entry(group))]

    # --- Events

    def _events(self, before: datetime | None) -> Iterator[HistoryEvent]:
        for records in self._histories():
            if before:
                records = records.filter(history_date__lt=before)
            found = records.exclude(history_change_reason=BASELINE).select_related("history_user")
            for each in self._fetch(found.order_by("-history_id")[: PAGE_SIZE + 1]):
                self._records.setdefault((type(each), each.id), []).append(each)
                yield HistoryEvent(each.history_date, each.history_user, each)
        models_of_row = [
            each for each in apps.get_models() if each._meta.concrete_model is self.row._meta.concrete_model
        ]
        types = ContentType.objects.get_for_models(*models_of_row, for_concrete_models=False).values()
        log = LogEntry.objects.filter(content_type__in=list(types), object_id=str(self.row.pk)).select_related("user")
        if before:
            log = log.filter(action_time__lt=before)
        for line in log.order_by("-action_time", "-pk")[: PAGE_SIZE + 1]:
            yield HistoryEvent(line.action_time, line.user, line)

    def _fetch(self, records: Any) -> list[Any]:
        """Fetch the records, and their related keys with one query per many-to-many field."""
        fetched = list(records)
        for field in fetched[0]._history_m2m_fields if fetched else ():
            self._related_keys |= {(field, each.history_id): set() for each in fetched}
            rows = getattr(type(fetched[0]), field.name).filter(history__in=fetched)
            for record, key in rows.values_list("history_id", f"{field.m2m_reverse_field_name()}_id"):
                self._related_keys[field, record].add(key)
        return fetched

    def _histories(self) -> Iterator[Any]:
        if hasattr(self.row, "history"):
            yield self.row.history.all()
        for relation in self.parts:
            part: Any = self.row._meta.get_field(relation)
            yield part.related_model.history.filter(**{part.field.attname: self.row.pk})

    def _entry(self, group: list[HistoryEvent]) -> HistoryEntry | None:
        rows: dict[Any, list[Any]] = {}
        for event in group:
            if not isinstance(event.source, LogEntry):
                rows.setdefault((type(event.source), event.source.id), []).append(event.source)
        changes = [change for records in rows.values() for change in self._changes(records[-1], records[0])]
        log = [event.source for event in group if isinstance(event.source, LogEntry)]
        messages = [line.get_change_message() for line in log if not (changes and line.change_message.startswith("["))]
        if not (changes or messages):
            return None
        return HistoryEntry(group[0].at, group[0].who, changes, [message for message in messages if message])

    # --- Changes

    def _changes(self, first: Any, last: Any) -> Iterator[Change]:
        """The combined changes of the row's records from `first` to `last`."""
        is_new, is_deleted = first.history_type == "+", last.history_type == "-"
        old = {} if is_new else self._values(self._before(first))
        new = {} if is_deleted else self._values(last)
        for field in _fields(last):
            if old.get(field) == new.get(field) or self._identifies_part(field, last):
                continue
            before = None if is_new else self._text(field, old.get(field))
            after = None if is_deleted else self._text(field, new.get(field))
            if {before, after} - {None, EMPTY}:
                yield Change(self._label(field, last), before, after)

    def _before(self, record: Any) -> Any:
        """The previous record of the row, if any; fetched unless it is on the same page."""
        records = self._records[type(record), record.id]
        index = records.index(record) + 1
        if index < len(records):
            return records[index]
        older = type(record).objects.filter(id=record.id, history_id__lt=record.history_id).order_by("-history_id")
        return next(iter(self._fetch(older[:1])), None)

    def _values(self, record: Any) -> dict[Any, Any]:
        return {
            field: self._related_keys[field, record.history_id]
            if field.many_to_many
            else getattr(record, field.attname)
            for field in (_fields(record) if record else ())
        }

    def _part(self, record: Any) -> tuple[Any, str] | None:
        """For a part's record: its foreign key to the row, and the name of the field that names the part."""
        for relation, name in self.parts.items():
            part: Any = self.row._meta.get_field(relation)
            if part.related_model is record.instance_type:
                return part.field, name
        return None

    def _identifies_part(self, field: Any, record: Any) -> bool:
        part = self._part(record)
        return part is not None and field.name in (part[0].name, part[1])

    def _label(self, field: Any, record: Any) -> str:
        if part := self._part(record):
            name_field = record.instance_type._meta.get_field(part[1])
            name = self._text(name_field, getattr(record, name_field.attname))
            return f"{capfirst(record.instance_type._meta.verbose_name)}, {name}: {field.verbose_name}"
        return capfirst(self.page.history_label(field))

    def _text(self, field: Any, value: Any) -> str:
        if value is None or value in ("", set()):
            return EMPTY
        if field.many_to_many:
            return ", ".join(sorted(self._name(field, key) for key in value))
        if field.is_relation:
            return self._name(field, value)
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        if field.name in LANGUAGE_FIELDS:
            return language_name(value)
        if field.name == "weekdays":
            return weekday_names(value)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(field, MoneyField):
            return format_money(value)
        return format_local(value) if isinstance(value, datetime) else str(localize(value))

    def _name(self, field: Any, key: Any) -> str:
        """The name of a related row. One query per row and page: histories name few different ones."""
        names = self._names.setdefault(field.related_model, {})
        if key not in names:
            page = self.page.admin_site._registry.get(field.related_model)
            related = (page and page.list_select_related) or ()
            row = field.related_model._base_manager.select_related(*related).filter(pk=key).first()
            names[key] = self.page.history_name(row) if row else gettext("now deleted")
        return names[key]


def _grouped(events: Iterable[HistoryEvent]) -> Iterator[list[HistoryEvent]]:
    """Group consecutive events of one user within `GROUPED_WITHIN`."""
    group: list[HistoryEvent] = []
    for event in events:
        if group and (event.who != group[0].who or group[0].at - event.at > GROUPED_WITHIN):
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _fields(record: Any) -> list[Any]:
    own = [record.instance_type._meta.get_field(field.name) for field in record.tracked_fields]
    return [field for field in own if not field.primary_key] + record._history_m2m_fields
