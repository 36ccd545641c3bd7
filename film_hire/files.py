"""Statements as files, and the storage from which e-mails attach those that were sent."""

import io
import re
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils import translation
from django.utils.text import slugify

from film_hire.models import Dispatch, GrossReturn, Statement
from film_hire.tables import gross_by_distributor, statement_table
from reports.files import FORMATS
from reports.reading import Period
from reports.tables import Table


def render(statement: Statement, format: str, *, language: str) -> tuple[str, bytes]:  # noqa: A002 - of a column
    """The name and the content of a statement as a file. Two queries."""
    with translation.override(language):
        return file_name(statement, format), _written(statement_table(statement), format, statement.made_at)


def render_gross(gross: GrossReturn, format: str, *, language: str, at: datetime) -> tuple[str, bytes]:  # noqa: A002
    """The name and the content of the gross of a day as a file, with what is known at `at`. Four queries."""
    with translation.override(language):
        table = gross_by_distributor(Period([gross.cinema], gross.date, gross.date, at), gross.distributor)
        name = f"{_who(gross)}-{gross.date:%Y-%m-%d}-gross.{format}"
        return name, _written(table, format, at)


def file_name(statement: Statement, format: str) -> str:  # noqa: A002 - of a column
    return f"{_who(statement)}-{statement.last:%Y-%m-%d}-v{statement.version}.{format}"


def _who(sent: Statement | GrossReturn) -> str:
    """For whom and about what cinema, as the beginning of a file's name."""
    who = slugify(str(sent.distributor), allow_unicode=True) or f"distributor-{sent.distributor_id}"
    where = slugify(str(sent.cinema), allow_unicode=True) or f"cinema-{sent.cinema_id}"
    return f"{who}-{where}"


def _written(table: Table, format: str, at: datetime) -> bytes:  # noqa: A002 - of a column
    content = io.BytesIO()
    FORMATS[format].write(table, content, at, lambda _rows: None)
    return content.getvalue()


class SentStatements(Storage):
    """Reads the content of `Dispatch` rows by the name `dispatch-PK`. Nothing else is written or read here."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        found = re.fullmatch(r"dispatch-(\d+)", name)
        row = Dispatch.objects.filter(pk=found[1]).first() if found else None
        if row is None:
            raise FileNotFoundError(name)
        return ContentFile(bytes(row.content), name)

    def exists(self, name: str) -> bool:
        try:
            self._open(name)
        except FileNotFoundError:
            return False
        return True
