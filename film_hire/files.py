"""Statements as files, and the storage from which e-mails attach those that were sent."""

import io
import re
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils import translation
from django.utils.text import slugify

from film_hire.models import Dispatch, Statement
from film_hire.tables import statement_table
from reports.files import FORMATS


def render(statement: Statement, format: str, *, language: str) -> tuple[str, bytes]:  # noqa: A002 - of a column
    """The name and the content of a statement as a file. Two queries."""
    with translation.override(language):
        content = io.BytesIO()
        FORMATS[format].write(statement_table(statement), content, statement.made_at, lambda _rows: None)
        return file_name(statement, format), content.getvalue()


def file_name(statement: Statement, format: str) -> str:  # noqa: A002 - of a column
    who = slugify(str(statement.distributor), allow_unicode=True) or f"distributor-{statement.distributor_id}"
    where = slugify(str(statement.cinema), allow_unicode=True) or f"cinema-{statement.cinema_id}"
    return f"{who}-{where}-{statement.last:%Y-%m-%d}-v{statement.version}.{format}"


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
