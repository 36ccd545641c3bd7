"""Each role can do exactly what docs/roles.md says, on every page, for rows of its own cinema and of another."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.roles import ROLES
from backoffice.framework.admin import CinemaScopedAdmin
from screenings.models import Cinema
from tests.helpers.cinema_fixtures import listed_row
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "roles.md").read_text()
CODES = [role.code for role in ROLES]
PAGES: dict[str, CinemaScopedAdmin] = {model._meta.label_lower: page for model, page in admin.site._registry.items()}  # type: ignore[misc]

#: Pages that are not limited to a cinema. Listed here again, so that no page loses its limit by mistake.
OF_THE_CHAIN = {
    "allocations.codebatch",
    "allocations.compreason",
    "accounts.marketingconsent",
    "bonuses.bonusaccount",
    "bonuses.bonustransaction",
    "bonuses.tier",
    "house_rules.chainface",
    "house_rules.chainpage",
    "house_rules.houserules",
    "integrations.apikey",
    "integrations.filmlookup",
    "integrations.filmproposal",
    "integrations.marketinglist",
    "integrations.partner",
    "integrations.pictureproposal",
    "integrations.webhookendpoint",
    "jobs.joblease",
    "jobs.jobrun",
    "jobs.quarantinedrow",
    "orders.promocode",
    "reports.campaign",
    "payments.gatewayevent",
    "reports.payoutfile",
    "payments.legalentity",
    "payments.vatrate",
    "reports.societyrate",
    "screenings.distributor",
    "screenings.film",
    "screenings.formatcode",
    "screenings.genre",
    "screenings.holiday",
    "screenings.tickettype",
}

#: Pages that only people who work for all cinemas open, as the text above the table says.
BY_ALL_CINEMAS = {"accounts.marketingconsent"}

Matrix = dict[str, dict[str, set[str]]]


def documented(section: str) -> Matrix:
    """The section's table by role and by the name in the first cell: {"cashier": {"orders.order": {"see"}}}."""
    lines = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0].strip().splitlines()
    found: Matrix = {code: {} for code in CODES}
    for line in lines[2:]:
        first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        name = re.search(r"`(\S+)`", first)
        assert name, line
        for code, cell in zip(CODES, cells, strict=True):
            found[code][name[1]] = set() if cell == "–" else set(cell.split(", "))
    return found


class Places(NamedTuple):
    own: Cinema
    foreign: Cinema


@pytest.fixture
def places(two_cinemas: tuple[Cinema, Cinema], db: None) -> Places:
    return Places(*two_cinemas)


def referrer(page: CinemaScopedAdmin) -> Any:
    """A field of another page's model with autocomplete for rows of this page, if there is one."""
    if not page.search_fields:
        return None
    fields = [
        relation.field
        for relation in page.model._meta.get_fields()
        if relation.auto_created and relation.is_relation and hasattr(relation, "field")
        if relation.field.remote_field.model is page.model  # not of its concrete model
    ]
    return next(
        (each for each in fields if each.model in admin.site._registry and each.related_model is page.model), None
    )


def answers(client: Client, label: str, places: Places) -> dict[str, int]:
    """The status code of each view of a page, by what was requested."""
    page = PAGES[label]
    meta = page.model._meta
    name = f"admin:{meta.app_label}_{meta.model_name}"
    found = {
        "list": client.get(reverse(f"{name}_changelist")).status_code,
        "add": client.get(reverse(f"{name}_add")).status_code,
    }
    for whose, place in zip(("own", "foreign"), places, strict=True):
        row = listed_row(page, place)
        assert row is not None, f"no test has a {label} of its own: create_rows_of_cinema one"
        if whose == "foreign" and page.cinema_path is None:
            continue
        requests = {
            "see": lambda row=row: client.get(reverse(f"{name}_change", args=[row.pk])),
            "change": lambda row=row: client.post(reverse(f"{name}_change", args=[row.pk])),
            "delete": lambda row=row: client.get(reverse(f"{name}_delete", args=[row.pk])),
            "history": lambda row=row: client.get(reverse(f"{name}_history", args=[row.pk])),
        }
        # Without the permission, the request is refused before a row is looked up.
        found |= {
            f"{verb} {whose}": send().status_code for verb, send in requests.items() if found.get(f"{verb} own") != 403
        }
    if field := referrer(page):
        where = {"app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name}
        found["look up"] = client.get(
            reverse("admin:autocomplete"), {**where, "field_name": field.name, "term": ""}
        ).status_code
    return found


def expected(may: set[str], label: str) -> dict[str, int]:
    def status(verb: str, *, whose: str = "own") -> int:
        if verb not in may:
            return 403
        return 200 if whose == "own" else 404

    page = PAGES[label]
    if label in BY_ALL_CINEMAS:
        may = set()
    elif page.cinema_path is None:  # the person works for one cinema, and these rows hold for all
        may = may - {"delete"} if page.kept_by_cinemas else may & {"see"}
    elif label == "screenings.cinema":
        may = may - {"add"}
    found = {"list": status("see"), "add": status("add")}
    verbs = {"see": "see", "change": "change", "delete": "delete", "history": "see"}
    found |= {f"{name} own": status(verb) for name, verb in verbs.items()}
    if page.cinema_path:
        found |= {f"{name} foreign": status(verb, whose="foreign") for name, verb in verbs.items() if verb in may}
    if referrer(page):
        found["look up"] = status("see")
    return found


def test_the_document_lists_exactly_the_pages() -> None:
    ours = {model._meta.label_lower for model in apps.get_models() if apps.is_installed(model._meta.app_config.name)}

    assert set(PAGES) <= ours
    assert {label: set(pages) for label, pages in documented("Pages").items()} == {code: set(PAGES) for code in CODES}


@pytest.mark.parametrize("label", sorted(PAGES))
def test_each_page_defines_the_path_to_its_cinema(label: str) -> None:
    page = PAGES[label]

    assert isinstance(page, CinemaScopedAdmin), "it would show the rows of every cinema to everybody"
    assert hasattr(page, "cinema_path"), "cinema_path = None means rows of the whole chain"


def test_only_the_listed_pages_show_rows_of_all_cinemas() -> None:
    assert {label for label, page in PAGES.items() if page.cinema_path is None} == OF_THE_CHAIN


@pytest.mark.parametrize("label", sorted(OF_THE_CHAIN))
def test_a_page_of_the_chain_has_no_inlines_with_rows_of_cinemas(label: str) -> None:
    inside = {inline.model._meta.label_lower for inline in PAGES[label].inlines}

    assert inside & set(PAGES) <= OF_THE_CHAIN


@pytest.mark.sqlite  # 3,000 pages, and permissions do not depend on the database
@pytest.mark.usefixtures("without_rendering")
@pytest.mark.exhaustive
@pytest.mark.parametrize("role", CODES)
def test_each_role_opens_the_documented_pages_for_its_own_cinema_only(role: str, places: Places) -> None:
    client = browser(someone(role, places.own))
    labels = sample(sorted(PAGES), turn=CODES.index(role), of=6)

    found = {label: answers(client, label, places) for label in labels}

    may = documented("Pages")[role]
    assert found == {label: expected(may[label], label) for label in labels}


@pytest.mark.parametrize("role", CODES)
def test_each_role_has_the_permissions_of_the_documented_actions(role: str) -> None:
    person = someone(role)

    actions = documented("Actions")[role]

    assert {name for name in actions if person.has_perm(name)} == {name for name, may in actions.items() if may}


def test_the_document_lists_every_action() -> None:
    actions = {
        f"{model._meta.app_label}.{name}"
        for model in apps.get_models()
        if apps.is_installed(model._meta.app_config.name) and not model._meta.proxy
        for name, _words in model._meta.permissions
    }

    assert set(documented("Actions")["owner"]) == actions


@pytest.mark.parametrize("label", sorted(PAGES))
def test_every_action_needs_a_permission(label: str) -> None:
    page = PAGES[label]
    names = [*page.actions, *page.actions_detail, *page.actions_list, *page.actions_row]

    actions = {name: getattr(page, name) for name in names if isinstance(name, str)}
    unprotected = [
        name
        for name, each in actions.items()
        if not (getattr(each, "allowed_permissions", None) or getattr(each, "permission", None))
    ]

    assert unprotected == []


def test_a_user_without_a_role_opens_no_page(places: Places) -> None:
    client = browser(someone("", places.own))

    lists = [reverse(f"admin:{label.replace('.', '_')}_changelist") for label in sorted(PAGES)]

    assert {client.get(address).status_code for address in lists} == {403}
