"""Every page of the admin works under its Content-Security-Policy: the browser reports no violation.

Windows fail a test for each error in the console, which a violation is; the listener also says what was blocked.
"""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from backoffice.framework.admin import CinemaScopedAdmin
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema, listed_row
from tests.helpers.pages.admin_action_cases import ACTION_CASES
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.pages.browser_windows import Screen, Windows
from tests.helpers.sampling import sample
from tests.helpers.users import someone

PAGES: list[CinemaScopedAdmin] = list(admin.site._registry.values())  # type: ignore[arg-type]
LISTEN = """
window.blocked = [];
document.addEventListener('securitypolicyviolation', event => window.blocked.push(
    `${location.pathname}: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture
def rows(transactional_db: None) -> AdminFixtures:
    return AdminFixtures()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return someone(email="owner@example.org", is_superuser=True, all_cinemas=True)


def addresses(rows: AdminFixtures, owner: User) -> list[str]:
    """Every list, form, row, history and deletion of every model, and every page without a row."""
    create_rows_of_cinema(rows.cinema)
    create_rows_of_chain()
    request: Any = type("Request", (), {"user": owner, "GET": {}})()
    found = [
        reverse(f"admin:{name}")
        for name in ("index", "password_change", "password_change_done", "screenings_session_timetable")
    ]
    for page in PAGES:
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
        row = listed_row(page, rows.cinema)
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]
        found.append(reverse(f"{name}_history", args=[row.pk]))
        if page.has_add_permission(request):
            found.append(reverse(f"{name}_add"))
        if page.has_delete_permission(request, row):
            found.append(reverse(f"{name}_delete", args=[row.pk]))
    for case in ACTION_CASES:
        row = case.target(rows)
        found.append(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{case.action}", args=[row.pk]))
    return found


@pytest.mark.proofs
def test_no_page_of_the_admin_violates_its_policy(screen: Screen, rows: AdminFixtures, owner: User) -> None:
    page = screen(owner)
    page.add_init_script(LISTEN)
    blocked: list[str] = []

    for address in sample(addresses(rows, owner), turn=0, of=12):
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert (answer.status, urlsplit(answer.url).path) == (200, address)
        blocked += page.evaluate("window.blocked")

    assert blocked == []


def test_a_script_in_a_page_is_blocked(screen: Screen, windows: Windows, owner: User) -> None:
    page = screen(owner)
    page.add_init_script(LISTEN)
    page.goto(reverse("admin:index"))

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.ran = true\">')")
    page.wait_for_function("window.blocked.length > 0")

    assert page.evaluate("window.ran") is None
    assert "script-src-attr" in page.evaluate("window.blocked[0]")
    [logged] = windows.wrong
    assert "Executing inline event handler violates" in logged
    windows.wrong.clear()
