"""Exports rows of a model as a table, and imports a table: finds the row that each line means, and what it changes."""

import logging
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import OperationalError
from django.db.models import NOT_PROVIDED, QuerySet, UniqueConstraint
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from tablib import Dataset

from backoffice.framework.history_view import Change
from backoffice.framework.import_export.files import Table, Unreadable, as_text
from backoffice.framework.import_export.names import KeyIndex, name_key, visible
from backoffice.framework.import_export.widgets import ManyRelatedWidget, NumberWidget, in_every_language

log = logging.getLogger(__name__)


class RowChange:
    NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


CHANGE_BY_IMPORT_TYPE = {
    RowResult.IMPORT_TYPE_NEW: RowChange.NEW,
    RowResult.IMPORT_TYPE_UPDATE: RowChange.CHANGED,
    RowResult.IMPORT_TYPE_SKIP: RowChange.SAME,
}


@dataclass(frozen=True)
class ImportedRow:
    """The result of importing one row of the file, or of a preview."""

    number: int
    kind: str
    name: str
    row: Any = None
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class NoDiff:
    """Replaces the library's diff, which fetches related rows twice per row for HTML that is not used here."""

    def __init__(self, *_args: Any) -> None: ...

    def compare_with(self, *_args: Any) -> None: ...


class Resource(ModelResource):
    """The base class of resources. A subclass defines `columns`, `name_column`, `match` and `Meta.model`.

    The first column is the row's primary key. A line without one means the row that `match` finds, or a new row.
    Columns that the file lacks are not changed, and neither are cells with the exported text. `rows` are the rows that
    the user may see; an import finds no others.
    """

    columns: ClassVar[dict[str, Any]]  # labels by field name; empty: the verbose name
    ignored_on_import: ClassVar[frozenset[str]] = frozenset()  # columns that are exported only
    ticks_changes: ClassVar[bool] = False  # whether changes of existing rows are stored only where they are ticked
    name_column: ClassVar[str]  # identifies a refused row in the result
    fields: dict[str, Field]

    class Meta:
        skip_unchanged = True
        report_skipped = True
        store_instance = True
        skip_html_diff = True
        use_transactions = True

    def __init__(self, *, rows: QuerySet[Any], person: Any, at: datetime) -> None:
        super().__init__()
        self.rows, self.person, self.at = rows, person, at
        self.fields = {name: self.fields[name] for name in ["id", *self.columns]}
        self.fields["id"].widget = NumberWidget(self._meta.model._meta.pk)
        self._seen: dict[Any, int] = {}
        self._before: dict[str, str] = {}

    def match(self, row: dict[str, str]) -> Any:
        """The row that a line without a primary key means; None for a new one. Raises `ValidationError` if unclear."""
        raise NotImplementedError

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        """The primary keys of `rows`, each with the key that `find_by_key` looks for."""
        return ()

    def key_of(self, instance: Any) -> Hashable:
        return None

    @cached_property
    def index(self) -> KeyIndex:
        return KeyIndex(self.keys())

    def find_by_key(self, key: Hashable) -> Any:
        """The row with this key, or None. Raises `ValidationError` where several have it."""
        found = self.index.find(key)
        if len(found) > 1:
            raise self.unclear(found)
        return self.rows.filter(pk=found[0]).first() if found else None

    def unclear(self, found: list[int]) -> ValidationError:
        return ValidationError(
            gettext("Several have this name. Write the number of the one you mean: %(numbers)s.")
            % {"numbers": ", ".join(map(str, sorted(found)[:6]))}
        )

    @classmethod
    def get_diff_class(cls) -> Any:
        return NoDiff

    # --- Texts

    def label(self, name: str) -> str:
        if name == "id":
            return gettext("Number")
        return str(self.columns[name] or capfirst(self._meta.model._meta.get_field(name).verbose_name))

    def cell_text(self, name: str, row: Any) -> str:
        """The text of this column in an exported CSV file."""
        return as_text(self.export_field(self.fields[name], row))

    # --- Export

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [self.label(name) for name in self.fields]

    def get_export_order(self) -> list[str]:
        return list(self.fields)

    def get_import_order(self) -> list[str]:
        return list(self.fields)

    # --- Import

    def import_rows(self, table: Table, *, save: bool, left_out: Collection[int] = frozenset()) -> list[ImportedRow]:
        """Save all rows of the table, or none if one is refused; `save=False` only previews the result.

        Rows with the numbers `left_out` are looked at like the others and not saved.

        Runs in a transaction of its own, or in a savepoint of the caller's. Raises `Unreadable` for wrong headers, and
        passes on an `OperationalError` of the database, such as a lock timeout.
        """
        names = self._column_names(table.headers)
        dataset = Dataset(headers=["id", *(name for name in names if name != "id")])
        for _number, cells in table.rows:
            row = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
            dataset.append([row.get(name, "") for name in dataset.headers])
        self._numbers = [number for number, _cells in table.rows]
        self._left_out = left_out
        result = self.import_data(dataset, dry_run=not save, rollback_on_validation_errors=True)
        row_errors = [
            error for each in result.rows for error in each.errors if isinstance(error.error, OperationalError)
        ]
        for failed in [*result.base_errors, *row_errors]:  # not the fault of a row
            raise failed.error
        rows = zip(self._numbers, dataset.dict, result.rows, strict=True)
        return [self._imported_row(number, cells, each) for number, cells, each in rows]

    def ignored_columns(self, table: Table) -> list[str]:
        return [self.label(name) for name in self._column_names(table.headers) if name in self.ignored_on_import]

    def headings(self) -> dict[str, str]:
        """The columns by the keys of the headings that name them, in every language."""
        known = {name_key(name): name for name in self.fields}
        for name in self.fields:
            label = _("Number") if name == "id" else self.columns[name]
            text = label or self._meta.model._meta.get_field(name).verbose_name
            known |= {name_key(each): name for each in in_every_language(text)}
        return known

    def _column_names(self, headers: list[str]) -> list[str]:
        known = self.headings()
        unknown = [header for header in headers if name_key(header) not in known]
        if unknown:
            raise Unreadable(
                gettext("Unknown column “%(unknown)s”. Possible columns: %(known)s.")
                % {
                    "unknown": "”, “".join(each[:40] for each in unknown[:5]),
                    "known": ", ".join(map(self.label, self.fields)),
                }
            )
        names = [known[name_key(header)] for header in headers]
        if duplicate := next((name for name in names if names.count(name) > 1), None):
            raise Unreadable(
                gettext("The column “%(name)s” appears twice. Remove one.") % {"name": self.label(duplicate)}
            )
        return names

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Any:
        try:
            key = self.fields["id"].clean(row)
        except ValueError as error:
            raise ValidationError({"id": str(error)}) from error
        found = self.match(row) if key is None else self.rows.filter(pk=key).first()
        if found is None and key is not None:
            message = gettext("Nothing has this number. Leave the cell empty to add a new row.")
            raise ValidationError({"id": message})
        if found is not None and found.pk in self._seen:
            raise ValidationError(
                gettext("Row %(row)d is already about the same record. Keep one of the two.")
                % {"row": self._seen[found.pk]}
            )
        return found

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        self._before = {} if new else {name: self.cell_text(name, instance) for name in self.fields}

    def writable_columns(self, row: dict[str, str]) -> Iterator[tuple[str, Field]]:
        """The columns of the file that are imported, with their fields."""
        for name in row:
            if name != "id" and name not in self.ignored_on_import:
                yield name, self.fields[name]

    def import_instance(self, instance: Any, row: dict[str, str], **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        for name, column in self.writable_columns(row):
            if self.is_unchanged(name, instance, row):
                continue
            try:
                value = column.clean(row)
            except ValueError as error:
                errors[name] = ValidationError(str(error))
            else:
                if not isinstance(column.widget, ManyRelatedWidget):
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
        """As a form does, but without CHECK constraints, which cost a query each and repeat what validators check."""
        errors = {**(import_validation_errors or {})}
        try:
            instance.full_clean(exclude=errors.keys(), validate_constraints=False)
            for constraint in instance._meta.constraints:
                if isinstance(constraint, UniqueConstraint):
                    constraint.validate(type(instance), instance, exclude={*errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError({name: _plain_messages(found) for name, found in errors.items()})

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        self._is_left_out = self._numbers[kwargs["row_number"] - 1] in self._left_out

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if not self._is_left_out:
            super().save_m2m(instance, row, **kwargs)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Saves only the changed fields of an existing row: others may have changed since it was read."""
        if self._is_left_out:
            return
        if is_create:
            instance.save(force_insert=True)
            return
        columns = {name for name in self.columns if not isinstance(self.fields[name].widget, ManyRelatedWidget)}
        changed = {
            name for name in columns - self.ignored_on_import if self.cell_text(name, instance) != self._before[name]
        }
        if changed:
            instance.save(update_fields=changed)

    def after_import_row(self, row: Any, row_result: RowResult, **kwargs: Any) -> None:
        instance = row_result.instance
        self._seen[instance.pk] = self._numbers[kwargs["row_number"] - 1]
        self.index.put(instance.pk, self.key_of(instance))
        texts = {name: self.cell_text(name, instance) for name in self.columns if name not in self.ignored_on_import}
        row_result.changes = [
            Change(self.label(name), self._before.get(name), text)
            for name, text in texts.items()
            if text != self._before.get(name, "")
        ]

    def _imported_row(self, number: int, cells: dict[str, str], result: RowResult) -> ImportedRow:
        kind = CHANGE_BY_IMPORT_TYPE.get(result.import_type)
        if kind:
            changes = [] if kind == RowChange.SAME else result.changes
            return ImportedRow(number, kind, str(result.instance), result.instance, changes)
        return ImportedRow(
            number, RowChange.REFUSED, cells.get(self.name_column, ""), errors=list(self._errors(result))
        )

    def _errors(self, result: RowResult) -> Iterator[str]:
        for error in result.errors:
            log.error("a row of a file could not be stored", exc_info=error.error)
            yield gettext("This row can’t be saved as it is. Check its values.")
        if (refused := result.validation_error) is not None:
            messages = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
            for name, texts in messages.items():
                label = f"{self.label(name)}: " if name in self.fields else ""
                yield from (f"{label}{text}" for text in texts)


def _plain_messages(errors: Any) -> list[ValidationError]:
    """The errors of one column, in the words of a file: Django says NULL of an empty cell."""
    found = errors.error_list if isinstance(errors, ValidationError) else errors
    required = ValidationError(gettext("This is required. Fill in the cell."), code="required")
    return [required if each.code in ("null", "blank") else each for each in found]
