from collections.abc import Callable
from datetime import datetime
from typing import Any

from backoffice.framework.import_export.background import forget, read_file
from backoffice.framework.import_export.importer import Importer
from backoffice.models import FileImport, FileImportRow
from jobs.command import JobCommand
from jobs.steps import Step, lock_rows


class Command(JobCommand):
    help = "Read, check and store the large files that staff import; forget those that are a week old."

    def steps(self) -> list[Step]:
        importer = Importer()
        return [
            Step("read", FileImport.objects.to_read, _each(read_file), atomic=False),
            Step("check", FileImportRow.objects.to_check, _all(importer.check), lock=_lock),
            Step("store whole", FileImport.objects.to_store_whole, _each(importer.store_whole), atomic=False),
            Step("store", FileImportRow.objects.to_store, _all(importer.store_rows), lock=_lock),
            Step("forget", FileImport.objects.to_forget, lambda imports, _at: forget(imports)),
        ]


def _each(service: Callable[..., Any]) -> Callable[[list[Any], datetime], None]:
    def act(imports: list[Any], at: datetime) -> None:
        for each in imports:
            service(each, at=at)

    return act


def _all(service: Callable[..., Any]) -> Callable[[list[Any], datetime], None]:
    def act(rows: list[Any], at: datetime) -> None:
        service(rows, at=at)

    return act


def _lock(pks: list[int]) -> None:
    """The import before its rows, so that two copies of the job do not work on one file at once."""
    imports = FileImport.objects.filter(rows__in=pks).order_by().values_list("pk", flat=True)
    lock_rows(FileImport, sorted(set(imports)))
    lock_rows(FileImportRow, pks)
