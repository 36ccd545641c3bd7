"""Requests to the admin's pages, for tests of any app: the dashboard, a row's action, and an uploaded file."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.helpers.users import browser


def dashboard_lines(person: User) -> list[str]:
    """The lines that the person reads on the first page of the admin."""
    return [line.text for line in browser(person).get(reverse("admin:index")).context["lines"]]


# --- Actions


def action_url(row: Any, action: str, page: str = "") -> str:
    """The address of the action on the row's own page, or on the `page` of a proxy model ("app_model")."""
    page = page or f"{row._meta.app_label}_{row._meta.model_name}"
    return reverse(f"admin:{page}_{action}", args=[row.pk])


def submit_action(client: Client, row: Any, action: str, page: str = "", **typed: Any) -> Any:
    """Open the action's page, send its form, and follow the redirect."""
    opened = client.get(action_url(row, action, page))
    assert opened.status_code == 200
    return client.post(action_url(row, action, page), typed, follow=True)


# --- Import of files


def upload_file(client: Client, content: str | bytes, name: str = "rows.csv", *, path: str) -> Any:
    """Upload the file to the import page at `path`; the answer is the preview, and nothing is stored yet."""
    raw = content.encode() if isinstance(content, str) else content
    return client.post(path, {"file": SimpleUploadedFile(name, raw)})


def preview_outcomes(answer: Any) -> list[tuple[int, str, list[str]]]:
    """Of each row of the file: its number, its kind ("new", "changed" ...) and its errors."""
    return [(each.number, each.kind, each.errors) for each in answer.context_data["outcomes"]]


def confirm_import(client: Client, answer: Any, *, path: str) -> Any:
    return client.post(path, {"seen": answer.context_data["seen"]})
