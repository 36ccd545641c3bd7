"""Exports rows of a model as a table, and imports a table: finds the row that each line means, and what it changes."""

import logging
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import NOT_PROVIDED, ForeignKey, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext
from import_export.fields import Field

from backoffice.framework.history_view import Change
from backoffice.framework.import_export import storing
from backoffice.framework.import_export.columns import Columns
from backoffice.framework.import_export.files import Table
from backoffice.framework.import_export.names import KeyIndex, name_key, visible
from backoffice.framework.import_export.rows import Cells, ImportedRow, RowChange, as_cells, batches, number_of_new
from backoffice.framework.import_export.widgets import ManyRelatedWidget, NumberWidget
from cinema.status import Refused

log = logging.getLogger(__name__)

BATCH = 500  # rows that are looked at, or stored, together


class _Refusal(Exception):
    """Rolls back what has been stored."""


class Resource(Columns):
    """The base class of resources. A subclass defines `columns`, `name_column`, `match` and `Meta.model`.

    The first column is the row's primary key. A line without one means the row that `match` finds, or a new row.
    Columns that the file lacks are not changed, and neither are cells with the exported text. `rows` are the rows that
    the user may see; an import finds no others.
    """

    permissions: ClassVar[tuple[str, ...]]  # what an import needs
    of_chain: ClassVar[bool] = False  # whether only people who work for all cinemas import
    names_are_unique: ClassVar[bool] = False
    ticks_changes: ClassVar[bool] = False  # whether changes of existing rows are stored only where they are ticked

    def __init__(self, *, rows: QuerySet[Any], person: Any, at: datetime) -> None:
        super().__init__()
        self.rows, self.person, self.at = rows, person, at
        self.fields = {name: self.fields[name] for name in ["id", *self.columns]}
        self.fields["id"].widget = NumberWidget(self._meta.model._meta.pk)
        self._seen: dict[int, int] = {}  # the number of the line that each row is about
        self._before: Cells = {}
        self._related: dict[str, list[Any]] = {}

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "Resource":
        """For the rows that this person may import."""
        raise NotImplementedError

    def match(self, row: Cells) -> int | None:
        """The primary key of the row that a line without one means; None for a new one.

        New rows of earlier lines have the negative numbers of their lines as keys. Raises `ValidationError` if unclear.
        """
        raise NotImplementedError

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        """The primary keys of `rows`, each with the key that `find_by_key` looks for."""
        return ()

    def key_of(self, instance: Any) -> Hashable:
        return None

    @cached_property
    def index(self) -> KeyIndex:
        return KeyIndex(self.keys())

    def find_by_key(self, key: Hashable) -> int | None:
        """The primary key of the row with this key, or None. Raises `ValidationError` where several have it."""
        found = self.index.find(key)
        if len(found) > 1:
            raise self.unclear(found)
        return found[0] if found else None

    def unclear(self, found: list[int]) -> ValidationError:
        return ValidationError(
            gettext("Several have this name. Write the number of the one you mean: %(numbers)s.")
            % {"numbers": ", ".join(map(str, sorted(found)[:6]))}
        )

    # --- Import

    def import_rows(self, table: Table, *, save: bool, left_out: Collection[int] = frozenset()) -> list[ImportedRow]:
        """Save all rows of the table, or none if one is refused; `save=False` only previews the result.

        Rows with the numbers `left_out` are looked at like the others, and neither saved nor in the way of the others.

        Runs in a transaction of its own, or in a savepoint of the caller's. Raises `Unreadable` for wrong headers, and
        passes on an `OperationalError` of the database, such as a lock timeout.
        """
        names = self.column_names(table.headers)
        found: list[ImportedRow] = []
        try:
            with transaction.atomic():
                for batch in batches(table.rows, BATCH):
                    found += self.look_at([(number, as_cells(names, texts)) for number, texts in batch], lock=save)
                wanted = [each for each in found if each.number not in left_out]
                if not save or any(each.kind == RowChange.REFUSED for each in wanted):
                    return found
                for some in batches(wanted, BATCH):
                    self.store(some)
                if any(each.kind == RowChange.REFUSED for each in wanted):
                    raise _Refusal
        except _Refusal:
            pass
        return found

    def look_at(self, lines: Sequence[tuple[int, Cells]], *, lock: bool = False) -> list[ImportedRow]:
        """What importing these lines of the file would do; nothing is stored. A constant number of queries.

        Lines of one file have to come in their order. With `lock`, the rows are locked as `store` needs it, in the
        transaction of the caller.
        """
        self.prepare([cells for _number, cells in lines], lock=lock)
        keys = {key for _number, cells in lines if (key := self._candidate(cells)) is not None and key > 0}
        if lock and keys:
            rows = self._meta.model._base_manager.filter(pk__in=keys).order_by("pk")
            list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
        rows_by_key = {row.pk: row for row in self.rows.filter(pk__in=keys)} if keys else {}
        found = [self._look_at(number, cells, rows_by_key) for number, cells in lines]
        self.finish(found)
        return found

    def prepare(self, lines: Sequence[Cells], *, lock: bool) -> None:
        """Called with each batch before its rows are matched."""

    def finish(self, found: Sequence[ImportedRow]) -> None:
        """Called with each batch at last: it may refuse rows that do not go together with others."""

    def store(self, found: Sequence[ImportedRow]) -> None:
        """Store rows that were looked at under a lock. One that the database refuses is refused, and none of its batch
        is in the way of the others. Must be called inside a transaction (the rows are locked)."""
        wanted = [each for each in found if each.kind in (RowChange.NEW, RowChange.CHANGED)]
        if not wanted:
            return
        try:
            with transaction.atomic():
                self.store_together(wanted)
            return
        except Refused as refused:
            errors = [str(refused)]
        except (IntegrityError, DataError):
            if len(wanted) == 1:
                log.exception("a row of a file could not be stored")
            errors = [gettext("This row can’t be saved as it is. Check its values.")]
        for each in wanted:
            if each.kind == RowChange.NEW:
                each.row.pk, each.row._state.adding = None, True
        if len(wanted) == 1:
            wanted[0].refuse(errors)
        else:
            for each in wanted:
                self.store([each])

    def store_together(self, found: Sequence[ImportedRow]) -> None:
        model = self._meta.model
        new = [(each.row, each.related) for each in found if each.kind == RowChange.NEW]
        storing.create(model, new, actor=self.person)
        changed = [
            (each.row, each.fields, each.recorded, each.related) for each in found if each.kind == RowChange.CHANGED
        ]
        storing.change(model, changed, actor=self.person)

    def _candidate(self, cells: Cells) -> int | None:
        try:
            return self._find(cells)
        except ValidationError:
            return None  # `_look_at` reports it

    def _find(self, cells: Cells) -> int | None:
        try:
            key: int | None = self.fields["id"].clean(cells) if cells.get("id") else None
        except ValueError as error:
            raise ValidationError({"id": str(error)}) from error
        return self.match(cells) if key is None else key

    def _look_at(self, number: int, cells: Cells, rows: Mapping[int, Any]) -> ImportedRow:
        found = ImportedRow(number, RowChange.REFUSED, cells.get(self.name_column, ""))
        try:
            self._examine(found, cells, rows)
        except ValidationError as refused:
            found.refuse(self._texts_of(refused))
        return found

    def _examine(self, found: ImportedRow, cells: Cells, rows: Mapping[int, Any]) -> None:
        key = self._find(cells)
        if key in self._seen:
            raise ValidationError(
                gettext("Row %(row)d is already about the same record. Keep one of the two.") % {"row": self._seen[key]}
            )
        if key is not None and key not in rows:
            raise ValidationError({"id": gettext("Nothing has this number. Leave the cell empty to add a new row.")})
        row = self._meta.model() if key is None else rows[key]
        self._related = {}
        self._before = {} if key is None else {name: self.text_of(name, row) for name in self.fields}
        if key is None:
            self.set_defaults(row)
        else:
            found.recorded = {each.attname: getattr(row, each.attname) for each in self._recorded_fields}
        errors: dict[str, Any] = {}
        try:
            self.import_instance(row, cells)
        except ValidationError as refused:
            errors = refused.update_error_dict({})
        changed = {} if errors else self._changes(row)
        if errors or changed or key is None:
            self.validate_instance(row, errors)
        found.kind = RowChange.NEW if key is None else RowChange.CHANGED if changed else RowChange.SAME
        found.name, found.row, found.changes = str(row), row, list(changed.values())
        found.related = self._related
        found.fields = frozenset(changed) - {*self._related}
        key = number_of_new(found) if key is None else key
        self._seen[key] = found.number
        self.remember(key, row)

    def remember(self, key: int, row: Any) -> None:
        """Have later lines of the file find the row, as this one leaves it."""
        self.index.put(key, self.key_of(row))

    @cached_property
    def _recorded_fields(self) -> list[Any]:
        history = getattr(self._meta.model, "history", None)
        return list(history.model.tracked_fields) if history is not None else []

    def set_defaults(self, row: Any) -> None:
        """Set what a new row has where the file says nothing, other than the model's own defaults."""

    def text_of(self, name: str, row: Any) -> str:
        """The text of a column, with the related rows that the line names."""
        column = self.fields[name]
        if not isinstance(column.widget, ManyRelatedWidget):
            return self.cell_text(name, row)
        if name in self._related:
            return column.widget.text_of(self._related[name])
        return "" if row.pk is None else self.cell_text(name, row)

    def _changes(self, row: Any) -> dict[str, Change]:
        texts = {name: self.text_of(name, row) for name in self.columns if name not in self.ignored_on_import}
        return {
            name: Change(self.label(name), self._before.get(name), text)
            for name, text in texts.items()
            if text != self._before.get(name, "")
        }

    def writable_columns(self, row: dict[str, str]) -> Iterator[tuple[str, Field]]:
        """The columns of the file that are imported, with their fields."""
        for name in row:
            if name != "id" and name not in self.ignored_on_import:
                yield name, self.fields[name]

    def import_instance(self, instance: Any, row: Cells, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        for name, column in self.writable_columns(row):
            if self.is_unchanged(name, instance, row):
                continue
            try:
                value = column.clean(row)
            except ValueError as error:
                errors[name] = ValidationError(str(error))
            else:
                if isinstance(column.widget, ManyRelatedWidget):
                    self._related[name] = value
                else:
                    setattr(instance, column.attribute, value)
        if errors:
            raise ValidationError(errors)

    def is_unchanged(self, name: str, instance: Any, row: dict[str, str]) -> bool:
        """Whether the cell looks like the exported text, or is empty in a new row for a field that has a default."""
        if not instance._state.adding:
            return visible(row[name]) == visible(self._before[name])
        model_field = instance._meta.get_field(self.fields[name].attribute)
        return not row[name] and (model_field.many_to_many or model_field.default is not NOT_PROVIDED)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As a form does, but without a query: related rows were looked up, and `index` knows what is unique."""
        errors = {**(import_validation_errors or {})}
        related = {each.name for each in instance._meta.concrete_fields if isinstance(each, ForeignKey)}
        required = {
            name
            for name in related - errors.keys()
            if getattr(instance, f"{name}_id") is None and not instance._meta.get_field(name).blank
        }
        errors |= {name: [ValidationError("", code="null")] for name in required if name in self.columns}
        try:
            instance.clean_fields(exclude={*errors, *related})
            instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if not errors and (other := self.other_with_same_key(instance)):
            errors = {NON_FIELD_ERRORS: [ValidationError(other)]}
        if errors:
            raise ValidationError({name: _plain_messages(found) for name, found in errors.items()})

    def other_with_same_key(self, instance: Any) -> str:
        """The refusal of a row that would be the second one with a key that only one may have.

        Here the key is the name, where `names_are_unique`; an unchanged row may share it with others.
        """
        if not self.names_are_unique:
            return ""
        name = self.name_column
        is_renamed = instance._state.adding or name_key(self._before[name]) != name_key(getattr(instance, name))
        if is_renamed and {*self.index.find(self.key_of(instance))} - {instance.pk}:
            return gettext("This name is already in use. Choose another one.")
        return ""

    def _texts_of(self, refused: ValidationError) -> Iterator[str]:
        messages = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
        for name, texts in messages.items():
            label = f"{self.label(name)}: " if name in self.fields else ""
            yield from (f"{label}{text}" for text in texts)


def _plain_messages(errors: Any) -> list[ValidationError]:
    """The errors of one column, in the words of a file: Django says NULL of an empty cell."""
    found = errors.error_list if isinstance(errors, ValidationError) else errors
    required = ValidationError(gettext("This is required. Fill in the cell."), code="required")
    return [required if each.code in ("null", "blank") else each for each in found]
