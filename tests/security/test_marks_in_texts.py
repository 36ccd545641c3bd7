"""Markup in every text of every table is text on every page: of the admin, and of the shop."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from orders.models import Order
from storefront import urls as shop
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema, listed_row
from tests.helpers.database.text_columns import mark_where_there_are_rows
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MARK = "<b x=y>'\"{{7}}"
#: Keys, codes and names that programs compare: a page would not open, or say something else.
COMPARED = {
    "app_label", "code", "codename", "from_status", "gateway", "job", "kind", "language", "model",
    "object_id", "number", "password", "preferred_language", "service", "session_data", "session_key",
    "time_zone", "to_status", "token", "row", "change_message", "arguments", "facts", "context", "email",
    "percents", "steps", "phone", "vat", "status", "digest", "occasion", "history_change_reason", "person", "visitor",
    "address_hash", "who", "pickup_code", "discrepancy", "auth.Group.name", "key", "report", "mode",
    "rhythm", "format", "reasons", "integrations.FilmProposal.field",
    "footer", "published", "texts",  # by language
    "stairs",  # numbers
    "trailer_file", "heading_font", "text_font", "font_digest",  # names of files and choices
}  # fmt: skip


@pytest.fixture
def rows() -> AdminFixtures:
    rows = AdminFixtures()
    create_rows_of_chain()
    create_rows_of_cinema(rows.cinema)
    marked = mark_where_there_are_rows(MARK, leave=COMPARED)
    assert {"screenings.Film.title", "screenings.Cinema.name", "orders.OrderEvent.reason"} <= marked
    return rows


@pytest.mark.exhaustive
def test_no_page_of_the_admin_shows_markup_of_a_table(rows: AdminFixtures) -> None:
    person = someone("owner", is_superuser=True, all_cinemas=True)
    client, seen, wrong = browser(person), 0, []
    pages: Sequence[Any] = sample(list(admin.site._registry.values()), turn=0)
    addresses = [reverse("admin:index"), reverse("admin:screenings_session_timetable")]

    for page in pages:
        name, row = f"admin:{page.opts.app_label}_{page.opts.model_name}", listed_row(page, rows.cinema)
        addresses.append(reverse(f"{name}_changelist"))
        for view in ["change", "history", "delete", *page.actions_detail]:
            addresses.append(reverse(f"{name}_{view}", args=[row.pk]))
    for address in addresses:
        text = client.get(address).text
        seen += "&lt;b x=y&gt;" in text
        if "<b x=y>" in text or "'\"{{7}}" in text.replace("&lt;b x=y&gt;'\"{{7}}", ""):
            wrong.append(address)

    assert wrong == []
    assert seen > len(pages)  # the marks are on most pages


def test_no_page_of_the_shop_shows_markup_of_a_table(rows: AdminFixtures) -> None:
    order = Order.objects.filter(status=Order.Status.PAID).latest("pk")
    session = order.tickets.latest("pk").session
    client = Client()
    client.force_login(order.user)
    seen, wrong = 0, []

    for each in shop.urlpatterns:
        path = "/" + str(each.pattern).replace("<slug:token>", order.token).replace("<str:token>", order.token)
        path = path.replace("<int:key>", str(session.film_id if each.name == "film" else session.pk))
        answer = client.get(path, follow=True)
        if answer["Content-Type"].startswith("text/html"):
            seen += "&lt;b x=y&gt;" in answer.text
            if "<b x=y>" in answer.text:
                wrong.append(path)

    assert wrong == []
    assert seen > 5
