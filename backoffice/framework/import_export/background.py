"""Imports of large files: a page receives them, the job `import_files` reads them, `importer` does the rest."""

import json
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Count
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from backoffice.framework.import_export import files
from backoffice.framework.import_export.files import Unreadable
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import RowChange, result_text
from backoffice.models import FileImport, FileImportPart, FileImportRow
from cinema.status import Refused, transition

#: The resource of each list that has an import. By name: the job loads the one that it needs.
RESOURCES = {
    "concessions.concessionitem": "backoffice.concessions.resources.ConcessionItemResource",
    "screenings.film": "backoffice.screenings.resources.FilmResource",
    "screenings.session": "backoffice.screenings.session_resource.SessionResource",
    "screenings.tickettype": "backoffice.screenings.resources.TicketTypeResource",
}
PART = 1_000_000  # bytes


class NotAllowed(Refused, code="import_not_allowed"):
    """The person who confirmed the import may no longer do so."""


class NothingTicked(Refused, code="import_nothing_ticked"):
    """Nothing of the file is wanted: it has no new rows, and no change is ticked."""


class RowsHaveErrors(Refused, code="import_rows_have_errors"):
    """All rows of the file are to be stored, or none, and some have errors."""


def receive(file: File, *, model: str, person: Any, language: str, at: datetime) -> FileImport:
    """Keep an uploaded file for the job. Owns its transaction."""
    with transaction.atomic():
        made = FileImport.objects.create(
            model=model, person=person, language=language, name=(file.name or "")[-200:], uploaded_at=at
        )
        file.seek(0)
        for number, content in enumerate(iter(lambda: file.read(PART), b"")):
            FileImportPart.objects.create(file_import=made, number=number, content=content)
    return made


def confirm(file_import: FileImport, *, valid_rows: bool, every_change: bool, at: datetime) -> None:
    """Have the job store the new rows and the ticked changes: all or none of them, or those that are valid.

    Raises `RowsHaveErrors` or `NothingTicked` if that is not possible, and `ForbiddenMove` or `ConcurrentChange` if
    the import is not, or no longer, checked. Owns its transaction.
    """
    with transaction.atomic():
        transition([file_import], FileImport.Status.STORING, stores_valid_rows=valid_rows, confirmed_at=at, problem="")
        if every_change:
            file_import.rows.filter(outcome=RowChange.CHANGED).update(is_ticked=True)
        if not valid_rows and file_import.rows.filter(outcome=RowChange.REFUSED).exists():
            raise RowsHaveErrors(gettext("Some rows have errors. Correct them first, or import the valid rows."))
        if not file_import.rows.wanted().exists():
            raise NothingTicked(gettext("Nothing was imported. Tick the changes that you want."))


def tick(file_import: FileImport, *, shown: Collection[int], ticked: Collection[int]) -> None:
    """Mark which of the changes with the numbers `shown` are wanted. Owns its transaction."""
    with transaction.atomic():
        current = FileImport.objects.select_for_update().get(pk=file_import.pk)
        if current.status != FileImport.Status.CHECKED:
            return
        changes = file_import.rows.filter(outcome=RowChange.CHANGED)
        changes.filter(number__in=shown).exclude(number__in=ticked).update(is_ticked=False)
        changes.filter(number__in={*shown} & {*ticked}).update(is_ticked=True)


def discard(file_import: FileImport) -> None:
    """Delete an import and its rows, unless it is being stored. Owns its transaction."""
    with transaction.atomic():
        forget(FileImport.objects.select_for_update().filter(pk=file_import.pk))


def forget(imports: Iterable[FileImport]) -> None:
    """Delete imports and their rows. Must be called inside a transaction (the imports are locked)."""
    gone = [each.pk for each in imports if each.status != FileImport.Status.STORING]
    rows = FileImportRow.objects.filter(file_import__in=gone)
    rows._raw_delete(rows.db)
    FileImportPart.objects.filter(file_import__in=gone).delete()
    FileImport.objects.filter(pk__in=gone).delete()


def resource_for(file_import: FileImport, *, at: datetime) -> Resource:
    """Raises `NotAllowed` if the person may no longer import into this list."""
    resource_class: type[Resource] = import_string(RESOURCES[file_import.model])
    person = file_import.person
    allowed = person.has_perms(resource_class.permissions) and (person.all_cinemas or not resource_class.of_chain)
    if not (person.is_active and person.is_staff and allowed):
        raise NotAllowed(gettext("You may no longer import into this list. Ask whoever gives out roles."))
    return resource_class.for_person(person, at=at)


# --- What the job does


def read_file(file_import: FileImport, *, at: datetime) -> None:
    """Turn an uploaded file into rows, and delete its content. Owns its transaction.

    The file is read before the transaction begins, into a file that only this process can open, so that others wait
    no longer than writing the rows takes.
    """
    with tempfile.TemporaryFile("w+") as spool, translation.override(file_import.language):
        try:
            headers, count = _spool(file_import, spool, at=at)
            problem = "" if count else gettext("There is nothing to import.")
        except (Unreadable, NotAllowed) as refused:
            headers, count, problem = [], 0, str(refused)
        with transaction.atomic():
            locked = FileImport.objects.select_for_update().get(pk=file_import.pk)
            if locked.status != FileImport.Status.UPLOADED:
                return  # another copy of the job was faster
            if problem:
                fail(locked, problem, at=at)
                return
            spool.seek(0)
            for some in _chunks(spool, 1_000):
                FileImportRow.objects.bulk_create(
                    FileImportRow(file_import=locked, number=number, cells=cells) for number, cells in some
                )
            locked.parts.all().delete()
            transition([locked], FileImport.Status.CHECKING, headers=headers, row_count=count)


def _spool(file_import: FileImport, spool: IO[str], *, at: datetime) -> tuple[list[str], int]:
    """Write the rows to `spool`, one a line; returns the headings and the number of rows."""
    resource = resource_for(file_import, at=at)
    content = b"".join(bytes(part) for part in file_import.parts.order_by("number").values_list("content", flat=True))
    rows = files.stream(content, resource.headings())
    _number, headers = next(rows)
    resource.column_names(headers)  # raises `Unreadable`
    count = 0
    for row in rows:
        spool.write(json.dumps(row) + "\n")
        count += 1
    return headers, count


def _chunks(spool: IO[str], size: int) -> Iterator[list[tuple[int, list[str]]]]:
    chunk: list[tuple[int, list[str]]] = []
    for line in spool:
        number, cells = json.loads(line)
        chunk.append((number, cells))
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def counts(file_import: FileImport) -> dict[str, int]:
    """The number of rows by their outcome, "" for those that wait; and of those "ticked" and "stored"."""
    found: Counter[str] = Counter()
    groups = file_import.rows.order_by().values_list("outcome", "is_ticked", "is_stored").annotate(Count("pk"))
    for outcome, is_ticked, is_stored, count in groups:
        found[outcome] += count
        found["ticked"] += count if is_ticked and outcome == RowChange.CHANGED else 0
        found["stored"] += count if is_stored else 0
    return found


def result(file_import: FileImport, *, refused: int) -> str:
    """What an import that is finished has done. `refused`: the number of its rows that are left."""
    added, changed = file_import.added_count, file_import.changed_count
    unchanged = file_import.row_count - added - changed - refused
    return result_text(added=added, changed=changed, unchanged=unchanged, refused=refused)


def finish(file_import: FileImport, *, at: datetime) -> None:
    """Only rows that were refused are kept, for the person to correct. Must be called inside a transaction."""
    stored = dict(file_import.rows.filter(is_stored=True).order_by().values_list("outcome").annotate(Count("pk")))
    others = file_import.rows.exclude(outcome=RowChange.REFUSED)
    others._raw_delete(others.db)
    numbers = {"added_count": stored.get(RowChange.NEW, 0), "changed_count": stored.get(RowChange.CHANGED, 0)}
    transition([file_import], FileImport.Status.STORED, **numbers, finished_at=at)


def fail(file_import: FileImport, problem: str, *, at: datetime) -> None:
    """Must be called inside a transaction (the import is locked)."""
    file_import.parts.all().delete()
    file_import.rows.all()._raw_delete(file_import.rows.db)
    transition([file_import], FileImport.Status.FAILED, problem=problem, finished_at=at)
