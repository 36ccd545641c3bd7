"""The menu links to the pages that the user may open, and to no others."""

import pytest
from django.contrib import admin
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.roles import ROLES
from backoffice.framework.admin_menu import GROUPS, LINK_OVERRIDES, REPORTS
from tests.helpers.pages.rendering import rendered_if
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_every_page_is_in_the_menu_once():
    entries = [page for _title, _collapsible, pages in GROUPS for page, _icon in pages]

    reports = [f"reports:{name}" for name in REPORTS]
    models = [model._meta.label_lower for model in admin.site._registry]
    assert sorted(entries) == sorted(["index", "connections", *reports, *models])


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_the_menu_has_exactly_the_pages_that_the_role_may_open(role):
    client = browser(someone(role))
    menu = client.get(reverse("admin:index")).context_data["sidebar_navigation"]
    links = [item["link"] for group in menu for item in group["items"]]

    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    reports = [reverse(f"admin:reports_{name}") for name in REPORTS]
    connections = reverse("admin:integrations_webhookendpoint_connections")
    with rendered_if(False):
        openable = {address for address in [*lists, *reports, connections] if client.get(address).status_code == 200}

    replaced = {
        reverse(f"admin:{page.replace('.', '_')}_changelist"): reverse(link) for page, link in LINK_OVERRIDES.items()
    }
    assert set(links) == {*(replaced.get(each, each) for each in openable), reverse("admin:index")}
    assert all(client.get(each).status_code == 200 for each in replaced.values() if each in links)


@pytest.mark.parametrize("page", ["changelist", "timetable"])
def test_sessions_link_to_the_timetable_and_are_highlighted_on_their_pages(page):
    client = browser(someone("cinema_manager"))

    menu = client.get(reverse(f"admin:screenings_session_{page}")).context_data["sidebar_navigation"]

    active = [item["link"] for group in menu for item in group["items"] if item["active"]]
    assert active == [reverse("admin:screenings_session_timetable")]


def test_the_menu_of_somebody_who_sees_everything_weighs_little():
    """Every page of the admin has it."""
    page = browser(someone("owner", all_cinemas=True)).get(reverse("admin:index")).text
    menu = page.partition('<nav id="nav-sidebar-inner"')[2].partition("</nav>")[0]

    assert menu.count("<li>") > 90
    assert len(menu) < 60_000
