"""A row's past for people: who did what and when, and each field that it changed, before and after, in words.

Two sources are told as one story: the records of `cinema.history`, and the admin's log of what was done on the row's
page, which is all there is where a model keeps no history.
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
from cinema.history import BASELINE
from cinema.local_time import format_local

LONGEST = 50  # records a page
TOGETHER = timedelta(seconds=2)  # a form saves the row, then what hangs on it, then the log: that is one change
NOTHING = "–"
SPOKEN = {"language", "subtitles"}  # fields that hold the code of a language, whichever there are


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
    said: list[str]

    @property
    def when(self) -> str:
        return format_local(self.at)


@dataclass(frozen=True)
class HistoryEvent:
    """One record of a history, or one line of the log."""

    at: datetime
    who: Any
    what: Any


class ChangeHistory:
    """The newest first, `LONGEST` a page; `older` is where the next page begins, None on the last.

    `parts` are rows under this one whose changes are told with it: a relation, and the field that names each.
    """

    def __init__(self, page: Any, row: models.Model, *, parts: dict[str, str], before: datetime | None) -> None:
        self.page, self.row, self.parts = page, row, parts
        self._records: dict[Any, list[Any]] = {}  # of each row, the newest first
        self._chosen: dict[tuple[Any, int], set[Any]] = {}  # of a record and a field that holds many, their keys
        events = sorted(self._events(before), key=lambda event: event.at, reverse=True)
        shown = events[:LONGEST]
        self.older = shown[-1].at.isoformat() if len(events) > LONGEST else None
        self._names: dict[type[models.Model], dict[Any, str]] = {}
        self.entries = [entry for group in _together(shown) if (entry := self._entry(group))]

    # --- What happened

    def _events(self, before: datetime | None) -> Iterator[HistoryEvent]:
        for records in self._histories():
            if before:
                records = records.filter(history_date__lt=before)
            found = records.exclude(history_change_reason=BASELINE).select_related("history_user")
            for each in self._read(found.order_by("-history_id")[: LONGEST + 1]):
                self._records.setdefault((type(each), each.id), []).append(each)
                yield HistoryEvent(each.history_date, each.history_user, each)
        kin = [each for each in apps.get_models() if each._meta.concrete_model is self.row._meta.concrete_model]
        types = ContentType.objects.get_for_models(*kin, for_concrete_models=False).values()
        log = LogEntry.objects.filter(content_type__in=list(types), object_id=str(self.row.pk)).select_related("user")
        if before:
            log = log.filter(action_time__lt=before)
        for line in log.order_by("-action_time", "-pk")[: LONGEST + 1]:
            yield HistoryEvent(line.action_time, line.user, line)

    def _read(self, records: Any) -> list[Any]:
        """The records, with what their fields that hold many hold: a query a field."""
        read = list(records)
        for field in read[0]._history_m2m_fields if read else ():
            self._chosen |= {(field, each.history_id): set() for each in read}
            rows = getattr(type(read[0]), field.name).filter(history__in=read)
            for record, key in rows.values_list("history_id", f"{field.m2m_reverse_field_name()}_id"):
                self._chosen[field, record].add(key)
        return read

    def _histories(self) -> Iterator[Any]:
        if hasattr(self.row, "history"):
            yield self.row.history.all()
        for relation in self.parts:
            part: Any = self.row._meta.get_field(relation)
            yield part.related_model.history.filter(**{part.field.attname: self.row.pk})

    def _entry(self, group: list[HistoryEvent]) -> HistoryEntry | None:
        rows: dict[Any, list[Any]] = {}
        for event in group:
            if not isinstance(event.what, LogEntry):
                rows.setdefault((type(event.what), event.what.id), []).append(event.what)
        changes = [change for records in rows.values() for change in self._changes(records[-1], records[0])]
        log = [event.what for event in group if isinstance(event.what, LogEntry)]
        said = [line.get_change_message() for line in log if not (changes and line.change_message.startswith("["))]
        if not (changes or said):
            return None
        return HistoryEntry(group[0].at, group[0].who, changes, [each for each in said if each])

    # --- From what to what

    def _changes(self, first: Any, last: Any) -> Iterator[Change]:
        """What the row's records from `first` to `last` changed altogether."""
        is_new, is_gone = first.history_type == "+", last.history_type == "-"
        was = {} if is_new else self._values(self._before(first))
        now = {} if is_gone else self._values(last)
        for field in _fields(last):
            if was.get(field) == now.get(field) or self._names_part(field, last):
                continue
            before = None if is_new else self._in_words(field, was.get(field))
            after = None if is_gone else self._in_words(field, now.get(field))
            if {before, after} - {None, NOTHING}:
                yield Change(self._label(field, last), before, after)

    def _before(self, record: Any) -> Any:
        """The record before this one, if there is any: it was read along, or is of another page."""
        records = self._records[type(record), record.id]
        index = records.index(record) + 1
        if index < len(records):
            return records[index]
        older = type(record).objects.filter(id=record.id, history_id__lt=record.history_id).order_by("-history_id")
        return next(iter(self._read(older[:1])), None)

    def _values(self, record: Any) -> dict[Any, Any]:
        return {
            field: self._chosen[field, record.history_id] if field.many_to_many else getattr(record, field.attname)
            for field in (_fields(record) if record else ())
        }

    def _part(self, record: Any) -> tuple[Any, str] | None:
        """Of a part's record: the field that leads to the row, and the name of the one that names the part."""
        for relation, name in self.parts.items():
            part: Any = self.row._meta.get_field(relation)
            if part.related_model is record.instance_type:
                return part.field, name
        return None

    def _names_part(self, field: Any, record: Any) -> bool:
        part = self._part(record)
        return part is not None and field.name in (part[0].name, part[1])

    def _label(self, field: Any, record: Any) -> str:
        if part := self._part(record):
            naming = record.instance_type._meta.get_field(part[1])
            name = self._in_words(naming, getattr(record, naming.attname))
            return f"{capfirst(record.instance_type._meta.verbose_name)}, {name}: {field.verbose_name}"
        return capfirst(self.page.history_label(field))

    def _in_words(self, field: Any, value: Any) -> str:
        if value is None or value in ("", set()):
            return NOTHING
        if field.many_to_many:
            return ", ".join(sorted(self._name(field, key) for key in value))
        if field.is_relation:
            return self._name(field, value)
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        if field.name in SPOKEN:
            return language_name(value)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return format_local(value) if isinstance(value, datetime) else str(localize(value))

    def _name(self, field: Any, key: Any) -> str:
        """Read once a kind of rows: all that may ever have been named are few, or are one or two."""
        names = self._names.setdefault(field.related_model, {})
        if key not in names:
            page = self.page.admin_site._registry.get(field.related_model)
            related = (page and page.list_select_related) or ()
            row = field.related_model._base_manager.select_related(*related).filter(pk=key).first()
            names[key] = self.page.history_name(row) if row else gettext("deleted since")
        return names[key]


def _together(events: Iterable[HistoryEvent]) -> Iterator[list[HistoryEvent]]:
    """Runs of what one person did at once."""
    group: list[HistoryEvent] = []
    for event in events:
        if group and (event.who != group[0].who or group[0].at - event.at > TOGETHER):
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _fields(record: Any) -> list[Any]:
    own = [record.instance_type._meta.get_field(field.name) for field in record.tracked_fields]
    return [field for field in own if not field.primary_key] + record._history_m2m_fields
