"""The menu leads each person to the pages that they may open, and to no other."""

import pytest
from django.contrib import admin
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from backoffice.framework.admin_menu import GROUPS
from cinema.roles import ROLES
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_every_page_stands_in_the_menu_once():
    entries = [page for _title, _folds, pages in GROUPS for page, _icon in pages]

    assert sorted(entries) == sorted(["index", *(model._meta.label_lower for model in admin.site._registry)])


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_every_entry_opens_and_none_is_missing(role):
    client = browser(someone(role))
    menu = client.get(reverse("admin:index")).context_data["sidebar_navigation"]
    links = [item["link"] for group in menu for item in group["items"]]

    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    opened = {address for address in lists if client.get(address).status_code == 200}

    by_hall = {reverse("admin:screenings_session_changelist"): reverse("admin:screenings_session_timetable")}
    assert set(links) == {*(by_hall.get(each, each) for each in opened), reverse("admin:index")}
    assert all(client.get(each).status_code == 200 for each in by_hall.values() if each in links)


@pytest.mark.parametrize("page", ["changelist", "timetable"])
def test_sessions_lead_to_the_days_timetable_and_stand_out_wherever_one_is_among_them(page):
    client = browser(someone("cinema_manager"))

    menu = client.get(reverse(f"admin:screenings_session_{page}")).context_data["sidebar_navigation"]

    chosen = [item["link"] for group in menu for item in group["items"] if item["active"]]
    assert chosen == [reverse("admin:screenings_session_timetable")]
