"""Checks and stores the rows of large files, batch after batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.apps import apps
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from backoffice.framework.import_export import storing
from backoffice.framework.import_export.background import NotAllowed, fail, finish, resource_for
from backoffice.framework.import_export.files import Unreadable
from backoffice.framework.import_export.resources import BATCH, Resource
from backoffice.framework.import_export.rows import ImportedRow, RowChange, as_cells, batches, digest
from backoffice.models import FileImport, FileImportRow
from cinema.status import Refused, transition

ROW_COLUMNS = ["outcome", "name", "changes", "errors", "digest", "is_ticked", "is_stored"]


class DataChanged(Refused, code="import_data_changed"):
    """An import would no longer do what its preview showed; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(
            gettext("The data has changed since the preview, so nothing was imported. Check the new preview.")
        )


class RowsRefused(Refused, code="import_rows_refused"):
    """The database refused rows of an import that is stored whole; nothing was stored."""

    def __init__(self, found: Sequence[ImportedRow]) -> None:
        super().__init__(gettext("Nothing was imported."))
        self.found = found


class Importer:
    """Checks and stores the rows of imports, batch after batch.

    It knows the rows of earlier batches that later ones have to go together with. When it meets a batch that does not
    follow the one before, as after a kill, it looks at all earlier rows of that file once more.
    """

    def __init__(self) -> None:
        self._resource: Resource | None = None
        self._done: tuple[int, int] = (0, 0)  # the import, and the number of its last row that was looked at

    def check(self, rows: Sequence[FileImportRow], *, at: datetime) -> None:
        """Say of each row what importing it would do. Must be called inside a transaction (the rows are locked)."""
        for file_import, own in _by_import(rows):
            with translation.override(file_import.language):
                found = self._look_at_or_fail(file_import, own, at=at, lock=False)
            if found is None:
                continue
            for row, one in zip(own, found, strict=True):
                _show(row, one, ticks=self._ticks)
            _save(own)
            if not file_import.rows.filter(outcome="").exists():
                transition([file_import], FileImport.Status.CHECKED)

    def store_rows(self, rows: Sequence[FileImportRow], *, at: datetime) -> None:
        """Store the rows that still do what their preview showed; the others are refused.

        Must be called inside a transaction (the rows are locked).
        """
        for file_import, own in _by_import(rows):
            storing.wait_for_other_imports(apps.get_model(file_import.model))
            with translation.override(file_import.language):
                found = self._look_at_or_fail(file_import, own, at=at, lock=True)
                if found is None:
                    continue
                self._store(found, [row.digest for row in own], file_import)
            for row, one in zip(own, found, strict=True):
                if one.kind == RowChange.REFUSED:
                    _show(row, one, ticks=False)
                else:
                    row.outcome, row.is_stored = one.kind, one.kind != RowChange.SAME
            _save(own)
            if not file_import.rows.wanted().exists():
                finish(file_import, at=at)

    def store_whole(self, file_import: FileImport, *, at: datetime) -> None:
        """Store all rows that are wanted, or none. If one of them can no longer be stored, the file is checked again,
        and its new preview waits for a new confirmation. Owns its transaction.
        """
        self._forget()
        try:
            with transaction.atomic(), translation.override(file_import.language):
                locked = (
                    FileImport.objects.select_for_update(of=("self",)).select_related("person").get(pk=file_import.pk)
                )
                if locked.status != FileImport.Status.STORING:
                    return  # another copy of the job was faster
                storing.wait_for_other_imports(apps.get_model(locked.model))
                self._store_all(locked, at=at)
                finish(locked, at=at)
        except DataChanged as changed:
            _check_again(file_import, problem=str(changed))
        except RowsRefused as refused:
            _show_refused(file_import, refused)
        except (Unreadable, NotAllowed) as refused:
            with transaction.atomic():
                fail(file_import, str(refused), at=at)
        finally:
            self._forget()

    def _store_all(self, file_import: FileImport, *, at: datetime) -> None:
        last = 0
        while rows := list(file_import.rows.wanted().filter(number__gt=last).order_by("number")[:BATCH]):
            last = rows[-1].number
            found = self._look_at(file_import, rows, at=at, lock=True)
            if any(row.digest != digest(one) for row, one in zip(rows, found, strict=True)):
                raise DataChanged
            assert self._resource
            self._resource.store(found)
            if refused := [one for one in found if one.kind == RowChange.REFUSED]:
                raise RowsRefused(refused)
            storing.log(found, person=file_import.person, name=file_import.name)
            file_import.rows.filter(pk__in=[row.pk for row in rows]).update(is_stored=True)

    def _store(self, found: Sequence[ImportedRow], digests: Sequence[str], file_import: FileImport) -> None:
        for one, shown in zip(found, digests, strict=True):
            if digest(one) != shown and one.kind != RowChange.SAME:  # the same: somebody else has just done it
                one.refuse(one.errors or [gettext("The data has changed since the preview. Upload this row again.")])
        assert self._resource
        self._resource.store(found)
        storing.log(found, person=file_import.person, name=file_import.name)

    @property
    def _ticks(self) -> bool:
        return self._resource is not None and self._resource.ticks_changes

    def _look_at_or_fail(
        self, file_import: FileImport, rows: Sequence[FileImportRow], *, at: datetime, lock: bool
    ) -> list[ImportedRow] | None:
        """None if the file cannot be imported any more: then the import has failed."""
        try:
            return self._look_at(file_import, rows, at=at, lock=lock)
        except (Unreadable, NotAllowed) as refused:
            fail(file_import, str(refused), at=at)
            return None

    def _look_at(
        self, file_import: FileImport, rows: Sequence[FileImportRow], *, at: datetime, lock: bool
    ) -> list[ImportedRow]:
        earlier = self._continue(file_import, rows[0].number, at=at)
        assert self._resource
        names = self._resource.column_names(file_import.headers)
        for some in batches(earlier, BATCH):
            cells = file_import.rows.filter(number__in=some).order_by("number").values_list("number", "cells")
            self._resource.look_at([(number, as_cells(names, texts)) for number, texts in cells])
        try:
            found = self._resource.look_at([(row.number, as_cells(names, row.cells)) for row in rows], lock=lock)
        except BaseException:
            self._forget()
            raise
        self._done = file_import.pk, rows[-1].number
        return found

    def _continue(self, file_import: FileImport, first: int, *, at: datetime) -> list[int]:
        """Prepare for rows from number `first` on; returns the numbers of earlier ones that are to be looked at first.

        Storing needs none of them: rows that do not go together with earlier ones were refused when they were checked.
        """
        pk, last = self._done
        is_checking = file_import.status == FileImport.Status.CHECKING
        if self._resource is not None and pk == file_import.pk:
            between = file_import.rows.filter(number__gt=last, number__lt=first)
            if last < first and not (is_checking and between.exists()):
                return []
        self._resource = resource_for(file_import, at=at)
        if not is_checking:
            return []
        return list(file_import.rows.filter(number__lt=first).order_by("number").values_list("number", flat=True))

    def _forget(self) -> None:
        self._resource, self._done = None, (0, 0)


def _by_import(rows: Sequence[FileImportRow]) -> Iterator[tuple[FileImport, list[FileImportRow]]]:
    found = FileImport.objects.select_related("person").in_bulk({row.file_import_id for row in rows})
    for pk, file_import in sorted(found.items()):
        yield file_import, sorted((row for row in rows if row.file_import_id == pk), key=lambda row: row.number)


def _show(row: FileImportRow, found: ImportedRow, *, ticks: bool) -> None:
    row.outcome, row.name, row.errors = found.kind, found.name[:250], found.errors
    row.changes = [[one.field, one.before, one.after] for one in found.changes] if found.kind != RowChange.SAME else []
    row.digest = digest(found)
    row.is_ticked = not (ticks and found.kind == RowChange.CHANGED)


def _save(rows: Sequence[FileImportRow]) -> None:
    """One query, unlike `bulk_update`, whose SQL names each row for each column."""
    FileImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["file_import", "number"], update_fields=ROW_COLUMNS
    )


def _check_again(file_import: FileImport, *, problem: str) -> None:
    with transaction.atomic():
        file_import.rows.update(outcome="", errors=[], changes=[])
        transition([file_import], FileImport.Status.CHECKING, problem=problem)


def _show_refused(file_import: FileImport, refused: RowsRefused) -> None:
    with transaction.atomic():
        numbers = [one.number for one in refused.found]
        rows = {row.number: row for row in file_import.rows.filter(number__in=numbers)}
        for one in refused.found:
            _show(rows[one.number], one, ticks=False)
        _save(list(rows.values()))
        transition([file_import], FileImport.Status.CHECKED, problem=str(refused))
