"""Drafts of the week planner are seen by staff alone: only these modules read them, and no public page changes."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from screenings.models import Film, PlannedSession
from screenings.services import draft
from tests.helpers import factories

PER_REQUEST = re.compile(r'name="(?:csrfmiddlewaretoken|visitor)" value="[^"]+"|nonce="[^"]+"|DTSTAMP:\w+')
ROOT = Path(__file__).resolve().parents[3]
#: Whatever names drafts. A public page, feed or search must not be added here.
READERS = {
    "pricing/services/advice_lines.py",
    "accounts/roles.py",  # the permissions
    "backoffice/framework/admin_menu.py",
    "backoffice/screenings/planner/advice.py",
    "backoffice/screenings/planner/planner.py",
    "backoffice/screenings/planner/forms.py",
    "backoffice/screenings/planner/layout.py",
    "pricing/services/programme.py",
    "pricing/services/taking_back.py",
    "screenings/errors.py",
    "screenings/models/__init__.py",
    "screenings/models/planned_sessions.py",
    "screenings/services/planning.py",
}


def test_only_the_planner_reads_drafts() -> None:
    code = {
        path.relative_to(ROOT)
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(ROOT) and ".venv" not in app.path
        for path in Path(app.path).rglob("*.py")
        if "migrations" not in path.parts
    }
    readers = {str(path) for path in code if _names_drafts(ast.parse((ROOT / path).read_text()))}

    assert readers <= READERS
    assert "screenings/services/planning.py" in readers
    assert "storefront/urls.py" in {str(path) for path in code}


def _names_drafts(tree: ast.AST) -> bool:
    """Whether the module names the model or its table, in code or in a text such as a lookup or SQL."""
    for node in ast.walk(tree):
        names = [getattr(node, name, None) for name in ("id", "attr", "name", "value")]
        texts = [name for name in names if isinstance(name, str)]
        if any(("PlannedSession" in text and " " not in text) or "plannedsession" in text for text in texts):
            return True
    return False


def test_no_other_table_leads_to_drafts() -> None:
    """So that no query of sessions, halls or films can reach them, by whatever name."""
    model = PlannedSession
    leading = [
        f"{each._meta.label}.{field.name}"
        for each in apps.get_models()
        for field in each._meta.get_fields(include_hidden=False)
        if field.related_model is model and each is not model.history.model
    ]

    assert leading == []


@pytest.mark.django_db
def test_a_draft_changes_no_public_page() -> None:
    now = timezone.now()
    shown = factories.a_session(start=now + timedelta(days=2))
    film = Film.objects.create(title="Unheard-of Draft", duration_minutes=100)
    paths = _public_pages(key=shown.film_id) | _public_pages(key=shown.pk) | _public_pages(key=film.pk)
    paths |= {f"/?day={day}" for day in ("week", "later", (now + timedelta(days=3)).date())} | {"/?q=unheard-of"}
    before = {path: _answer(path) for path in paths}

    for days in (1, 3):
        draft(film=film, hall=shown.hall, start=now + timedelta(days=days), ticket_price=factories.PRICE, at=now)

    after = {path: _answer(path) for path in paths}
    assert {status for status, _text in before.values()} >= {200, 404}
    assert any("Solaris" in text for _status, text in before.values())
    assert after == before


def _public_pages(*, key: int) -> set[str]:
    """Every address outside the admin that takes nothing, or a number."""
    found = set()
    for route in _routes(get_resolver()):
        path = "/" + route.replace("<int:key>", str(key)).replace("<int:pk>", str(key))
        if not path.startswith("/admin") and not set("<^(") & set(path):
            found.add(path)
    return found


def _routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        found += [path] if isinstance(each, URLPattern) else _routes(each, path)
    return found


def _answer(path: str) -> tuple[int, str]:
    answer = Client().get(path, follow=True)
    return answer.status_code, PER_REQUEST.sub("", answer.text)
