"""Rows of one model as a sheet: which columns, which row of the database each row is, and what it would change."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import OperationalError
from django.db.models import NOT_PROVIDED, QuerySet, UniqueConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from tablib import Dataset

from backoffice.framework.history_view import Change
from backoffice.framework.import_export.files import Table, Unreadable, as_text
from backoffice.framework.import_export.widgets import Many, Number, in_every_language

log = logging.getLogger(__name__)


class RowChange:
    NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


KINDS = {
    RowResult.IMPORT_TYPE_NEW: RowChange.NEW,
    RowResult.IMPORT_TYPE_UPDATE: RowChange.CHANGED,
    RowResult.IMPORT_TYPE_SKIP: RowChange.SAME,
}


@dataclass(frozen=True)
class ImportedRow:
    """What came, or would come, of one row of the file."""

    number: int
    kind: str
    name: str
    row: Any = None
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class NoDiff:
    """In place of the library's, which reads related rows twice a row for HTML that nobody asks for."""

    def __init__(self, *_args: Any) -> None: ...

    def compare_with(self, *_args: Any) -> None: ...


class Resource(ModelResource):
    """Derive from it with `columns`, and `match` for rows without a number.

    The first column is the row's number in the database; a row without one is matched by what people know, or new. A
    column that the file lacks stays as it is, and so does a cell that says what the export says. `Meta` names the
    model; `rows` are those that the person may see, and no other exists for the file.
    """

    columns: ClassVar[dict[str, Any]]  # names of columns, with a label where the field's own name does not do
    shown_only: ClassVar[frozenset[str]] = frozenset()  # exported, and left alone by imports
    called: ClassVar[str]  # the column by which a refused row is called
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
        self.fields["id"].widget = Number(self._meta.model._meta.pk)
        self._seen: dict[Any, int] = {}
        self._before: dict[str, str] = {}

    def match(self, row: dict[str, str]) -> Any:
        """The database's row that this row without a number means, or none; `ValidationError` if it is unclear."""
        raise NotImplementedError

    @classmethod
    def get_diff_class(cls) -> Any:
        return NoDiff

    # --- Words

    def label(self, name: str) -> str:
        if name == "id":
            return gettext("Number")
        return str(self.columns[name] or capfirst(self._meta.model._meta.get_field(name).verbose_name))

    def said(self, name: str, row: Any) -> str:
        """What an exported CSV says in this column."""
        return as_text(self.export_field(self.fields[name], row))

    # --- Out

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [self.label(name) for name in self.fields]

    def get_export_order(self) -> list[str]:
        return list(self.fields)

    def get_import_order(self) -> list[str]:
        return list(self.fields)

    # --- In

    def import_rows(self, table: Table, *, keep: bool) -> list[ImportedRow]:
        """Store the rows of the table, all or none; with `keep=False` only say what would come of it.

        A row that is refused keeps all from being stored. May be refused with `Unreadable` for its headers.
        """
        names = self._names(table.headers)
        dataset = Dataset(headers=["id", *(name for name in names if name != "id")])
        for _number, cells in table.rows:
            row = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
            dataset.append([row.get(name, "") for name in dataset.headers])
        self._numbers = [number for number, _cells in table.rows]
        result = self.import_data(dataset, dry_run=not keep, rollback_on_validation_errors=True)
        of_rows = [error for each in result.rows for error in each.errors if isinstance(error.error, OperationalError)]
        for failed in [*result.base_errors, *of_rows]:  # not a row's own fault
            raise failed.error
        rows = zip(self._numbers, dataset.dict, result.rows, strict=True)
        return [self._outcome(number, cells, each) for number, cells, each in rows]

    def left_alone(self, table: Table) -> list[str]:
        return [self.label(name) for name in self._names(table.headers) if name in self.shown_only]

    def _names(self, headers: list[str]) -> list[str]:
        known = {name.casefold(): name for name in self.fields}
        for name in self.fields:
            label = _("Number") if name == "id" else self.columns[name]
            words = label or self._meta.model._meta.get_field(name).verbose_name
            known |= {each.casefold(): name for each in in_every_language(words)}
        unknown = [header for header in headers if header.casefold() not in known]
        if unknown:
            raise Unreadable(
                gettext("Unknown column “%(unknown)s”. Possible columns: %(known)s.")
                % {
                    "unknown": "”, “".join(each[:40] for each in unknown[:5]),
                    "known": ", ".join(map(self.label, self.fields)),
                }
            )
        names = [known[header.casefold()] for header in headers]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise Unreadable(gettext("The column “%(name)s” appears twice. Remove one.") % {"name": self.label(twice)})
        return names

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Any:
        try:
            key = self.fields["id"].clean(row)
        except ValueError as error:
            raise ValidationError({"id": str(error)}) from error
        found = self.match(row) if key is None else self.rows.filter(pk=key).first()
        if found is None and key is not None:
            told = gettext("Nothing has this number. Leave the cell empty to add a new row.")
            raise ValidationError({"id": told})
        if found is not None and found.pk in self._seen:
            raise ValidationError(
                gettext("Row %(row)d is already about the same record. Keep one of the two.")
                % {"row": self._seen[found.pk]}
            )
        return found

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        self._before = {} if new else {name: self.said(name, instance) for name in self.fields}

    def written(self, row: dict[str, str]) -> Iterator[tuple[str, Field]]:
        """The columns of the file that are for writing, and their fields."""
        for name in row:
            if name != "id" and name not in self.shown_only:
                yield name, self.fields[name]

    def import_instance(self, instance: Any, row: dict[str, str], **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        for name, column in self.written(row):
            if self.unchanged(name, instance, row):
                continue
            try:
                value = column.clean(row)
            except ValueError as error:
                errors[name] = ValidationError(str(error))
            else:
                if not isinstance(column.widget, Many):
                    setattr(instance, column.attribute, value)
        if errors:
            raise ValidationError(errors)

    def unchanged(self, name: str, instance: Any, row: dict[str, str]) -> bool:
        """The cell says what it was, or nothing where something is usual for a new row."""
        if not instance._state.adding:
            return row[name] == self._before[name].strip(" ")  # as cells are read
        model_field = instance._meta.get_field(self.fields[name].attribute)
        return not row[name] and (model_field.many_to_many or model_field.default is not NOT_PROVIDED)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As a form does, but for CHECKs, which would cost a query each: validators say the same in words."""
        errors = {**(import_validation_errors or {})}
        try:
            instance.full_clean(exclude=errors.keys(), validate_constraints=False)
            for constraint in instance._meta.constraints:
                if isinstance(constraint, UniqueConstraint):
                    constraint.validate(type(instance), instance, exclude={*errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Of a known row what changes alone: the rest may have moved since it was read."""
        if is_create:
            instance.save(force_insert=True)
            return
        own = {name for name in self.columns if not isinstance(self.fields[name].widget, Many)}
        changed = {name for name in own - self.shown_only if self.said(name, instance) != self._before[name]}
        if changed:
            instance.save(update_fields=changed)

    def after_import_row(self, row: Any, row_result: RowResult, **kwargs: Any) -> None:
        instance = row_result.instance
        self._seen[instance.pk] = self._numbers[kwargs["row_number"] - 1]
        now = {name: self.said(name, instance) for name in self.columns if name not in self.shown_only}
        row_result.changes = [
            Change(self.label(name), self._before.get(name), said)
            for name, said in now.items()
            if said != self._before.get(name, "")
        ]

    def _outcome(self, number: int, cells: dict[str, str], result: RowResult) -> ImportedRow:
        kind = KINDS.get(result.import_type)
        if kind:
            changes = [] if kind == RowChange.SAME else result.changes
            return ImportedRow(number, kind, str(result.instance), result.instance, changes)
        return ImportedRow(number, RowChange.REFUSED, cells.get(self.called, ""), errors=list(self._errors(result)))

    def _errors(self, result: RowResult) -> Iterator[str]:
        for error in result.errors:
            log.error("a row of a file could not be stored", exc_info=error.error)
            yield gettext("This row can’t be saved as it is. Check its values.")
        if (refused := result.validation_error) is not None:
            told = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
            for name, texts in told.items():
                label = f"{self.label(name)}: " if name in self.fields else ""
                yield from (f"{label}{text}" for text in texts)
