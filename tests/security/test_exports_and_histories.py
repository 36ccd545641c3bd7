"""What exports, histories and pages of one cinema say: nothing of another cinema, and no link or code of an order.

Made from the registered pages, so that a page that is added tomorrow is covered.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import NoReverseMatch, reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.roles import ROLES
from concessions.models import ConcessionPreorder
from orders.models import Order, Ticket
from orders.services import code_of
from screenings.models import Cinema
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema, listed_row
from tests.helpers.database.text_columns import mark_where_there_are_rows, text_columns
from tests.helpers.factories import a_cinema
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FOREIGN = "Zagranitsa"  # in every text of the foreign cinema's rows
PAGES: dict[str, Any] = {
    f"{page.opts.app_label}_{page.opts.model_name}": page for page in admin.site._registry.values()
}
SCOPED = {name: page for name, page in PAGES.items() if getattr(page, "cinema_path", None)}
#: Keys and codes that programs compare, and people: customers belong to no cinema.
COMPARED = {
    "code", "codename", "currency", "day_ends_at", "digest", "discrepancy", "email", "event_id", "external_id",
    "gateway", "percents", "steps",
    "job", "key", "kind", "language", "model", "number", "object_id", "occasion", "password", "person", "phone",
    "pickup_code", "preferred_language", "row", "service", "session_data", "session_key", "time_zone", "token", "vat",
    "visitor", "who", "first_name", "last_name", "name_key", "recipient", "context",
}  # fmt: skip


def of_the_chain() -> set[str]:
    """The columns of rows that belong to no cinema: everybody with the role sees them."""
    scoped = {page.model._meta.concrete_model for page in SCOPED.values()}
    chain_wide = {page.model for page in PAGES.values()} - scoped
    chain_wide |= {
        model for model in apps.get_models() if model._meta.app_label in ("auth", "contenttypes", "sessions")
    }
    return {
        f"{model._meta.label}.{field.name}"
        for model, field in text_columns()
        if {model, getattr(model, "instance_type", None)} & chain_wide  # its records of changes are as open as the row
    }


@pytest.fixture
def own() -> Cinema:
    """A cinema beside a foreign one, with rows of every kind, and a line of the admin's log about each of them."""
    create_rows_of_cinema(a_cinema())
    marked = mark_where_there_are_rows(FOREIGN, leave=COMPARED | of_the_chain())
    assert {"screenings.Cinema.name", "concessions.ConcessionItem.name", "orders.OrderEvent.reason"} <= marked
    own = a_cinema()
    create_rows_of_cinema(own)
    create_rows_of_chain()
    actor = someone("owner", email="writer@example.org", all_cinemas=True)
    for page in PAGES.values():
        row = listed_row(page, own)
        kind = ContentType.objects.get_for_model(page.model, for_concrete_model=False)
        LogEntry.objects.create(
            user=actor,
            content_type=kind,
            object_id=str(row.pk),
            object_repr="…",
            action_flag=CHANGE,
            change_message="Seen",
        )
    return own


def texts(client: Client, own: Cinema, *views: str, turn: int = 0, of: int = 1) -> Iterator[tuple[str, str]]:
    """The addresses that open, with what they say: for each page its list's export, and these views of a row of it."""
    for name, page in sample([*PAGES.items()], turn=turn, of=of):
        with_export = hasattr(page, "export_view")
        paths = [reverse(f"admin:{name}_export") + "?as=csv"] if with_export else []
        for view in views:
            try:
                paths.append(reverse(f"admin:{name}_{view}", args=[listed_row(page, own).pk]))
            except NoReverseMatch:
                paths.append(reverse(f"admin:{name}_{view}"))
        for path in paths:
            answer = client.get(path)
            if answer.status_code == 200:
                yield path, answer.text


def secrets() -> list[str]:
    """What lets whoever has it act as a customer: the links of orders and the codes of tickets."""
    tickets = Ticket.objects.select_related("order", "session")
    return [*(order.token for order in Order.objects.all()), *map(code_of, tickets)]


def pickup_codes() -> list[str]:
    return list(ConcessionPreorder.objects.values_list("pickup_code", flat=True))


@pytest.mark.exhaustive
def test_exports_and_histories_say_nothing_of_a_foreign_cinema_and_give_no_code(own: Cinema) -> None:
    forbidden, wrong = [FOREIGN, *secrets(), *pickup_codes()], {}

    for turn, role in enumerate(role.code for role in ROLES):
        said = dict(texts(browser(someone(role, own)), own, "history", turn=turn, of=6))
        wrong |= {(role, path): word for path, text in said.items() for word in forbidden if word in text}
        assert sum("Seen" in text for path, text in said.items() if path.endswith("/history/")) > 1

    assert wrong == {}


@pytest.mark.exhaustive
def test_the_pages_of_a_cinema_say_nothing_of_a_foreign_one_and_give_no_code(own: Cinema) -> None:
    """As its manager, who may see most. The list of snacks to hand over shows their codes to who works at the bar."""
    client, forbidden = browser(someone("cinema_manager", own)), [FOREIGN, *secrets()]

    said = dict(texts(client, own, "changelist", "change", "delete", of=4))

    assert {path: word for path, text in said.items() for word in forbidden if word in text} == {}
    assert len(said) > len(SCOPED) / 4


def test_whoever_sees_all_cinemas_finds_the_marks(own: Cinema) -> None:
    """The tests above look for what is there."""
    client = browser(someone("owner", all_cinemas=True))

    said = [path for path, text in texts(client, own, "changelist") if FOREIGN in text]

    assert len(said) > len(SCOPED) / 2
    assert [path for path in said if path.endswith("/export/?as=csv")]
