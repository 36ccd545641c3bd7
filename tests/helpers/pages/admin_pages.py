"""Use the admin's pages as a browser does: run an action, read its messages, count queries."""

import re
from html import unescape
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.helpers.users import browser


def admin_url(row: Model, page: str = "change", *, model: str = "") -> str:
    """The address of a page or an action of the row; `model` for another page of it, such as `orders_overdueorder`."""
    return reverse(f"admin:{model or f'{row._meta.app_label}_{row._meta.model_name}'}_{page}", args=[row.pk])


def run_action(client: Client, row: Model, action: str, *, model: str = "", **typed: Any) -> Any:
    """Open the form of an action, fill it in and send it. The response is the page after redirects."""
    url = admin_url(row, action, model=model)
    opened = client.get(url)
    assert opened.status_code == 200
    form = opened.context_data["form"]
    hidden = {name: form[name].value() for name in form.fields if form[name].is_hidden}
    sent = {name: value for name, value in hidden.items() if value is not None}
    return client.post(url, {**sent, **typed}, follow=True)


def run_previewed_action(client: Client, url: str, typed: dict[str, Any]) -> Any:
    """Send a form that shows a preview first, and send it again to confirm the preview."""
    preview = client.post(url, {**typed, "confirmed": "yes"})
    assert preview.status_code == 200, preview
    return client.post(url, {**typed, "confirmed": "yes", "previewed": preview_of(preview)})


def preview_of(response: Any) -> str:
    """The hidden field that confirms the preview which the page shows."""
    found = re.search(r'name="previewed" value="([^"]*)"', response.text)
    assert found
    return unescape(found[1])


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def query_count(client: Client, url: str, *, max_bytes: int | None = None, **given: Any) -> int:
    """How many queries the page runs. The page must open, and not be larger than `max_bytes`."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, given)
    assert response.status_code == 200
    assert max_bytes is None or len(response.content) <= max_bytes
    return len(queries)


def staff_with(*permissions: str) -> Client:
    """The browser of a member of staff of all cinemas who has exactly these permissions."""
    person = User.objects.create_user("staff@example.org", is_staff=True, all_cinemas=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return browser(person)


def dashboard_texts(person: User) -> list[str]:
    """The items of the dashboard that the person sees."""
    return [item.text for item in browser(person).get(reverse("admin:index")).context["dashboard_items"]]
