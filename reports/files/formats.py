"""The formats of files, by the name that is stored and shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from reports.files import csv_files, pdf, xlsx
from reports.files.progress import Progress
from reports.tables import Table

#: Writes the table, made at an instant, to a file. Returns its totals, if it has any.
Write = Callable[[Table, IO[bytes], datetime, Progress], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Format:
    content_type: str
    write: Write


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", csv_files.write),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.write),
    "pdf": Format("application/pdf", pdf.write),
}
