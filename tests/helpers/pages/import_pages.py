"""Import a file on a page of the admin: upload it, read the preview, confirm it."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


def upload(client: Client, content: str | bytes, name: str = "rows.csv", *, path: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(path, {"file": SimpleUploadedFile(name, raw)})


def previewed_rows(response: Any) -> list[tuple[int, str, list[str]]]:
    """(row number, kind, errors) of each row in the preview."""
    return [(each.number, each.kind, each.errors) for each in response.context_data["outcomes"]]


def confirm(client: Client, response: Any, *, path: str, ticked: Sequence[int | str] = ("all",)) -> Any:
    return client.post(path, {"seen": response.context_data["seen"], "change": list(ticked)})
