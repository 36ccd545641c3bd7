"""Every role against every page of the admin and rows of its own and of a foreign cinema, made from the URL conf.

A page that is added is covered without a change here: it has to ask for a permission, and to find no row of a cinema in
which the person does not work.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.roles import ROLES
from screenings.models import Cinema
from tests.helpers.cinema_fixtures import listed_row
from tests.helpers.factories import a_cinema, a_customer, business_state
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_rendering")]

PAGES: dict[str, Any] = {
    f"{page.opts.app_label}_{page.opts.model_name}": page for page in admin.site._registry.values()
}
#: Addresses of the admin for everybody, and why.
FOR_EVERYBODY = {
    "login": "the way in",
    "logout": "the way out",
    "jsi18n": "a script with translated words",
}
#: What each member of staff may do without a role: read the first page, look after the own account. This
#: includes the own PIN: it is set after the password, and gives no rights that its person does not have.
OF_ONESELF = {
    "index",
    "password_change",
    "password_change_done",
    "search",
    "second_factor",
    "accounts_user_second_factor",
    "accounts_user_pin",
}
DENIED = {301, 302, 400, 403, 404, 405, 410}


def admin_routes() -> Iterator[tuple[str, str]]:
    """The name and the route of each address below /admin/."""

    def walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
        for each in resolver.url_patterns:
            if isinstance(each, URLPattern):
                yield each.name or "", before + str(each.pattern)
            else:
                yield from walk(each, before + str(each.pattern))

    return (
        (name, "/" + re.sub(r"[\^$]", "", route))
        for name, route in walk(get_resolver(), "")
        if route.startswith("admin/")
    )


ROUTES = sorted(set(admin_routes()))
CODES = [role.code for role in ROLES]


def model_of(name: str) -> str:
    """The page that an address belongs to, by its name: `orders_order` of `orders_order_change`; "" if to none."""
    return max((model for model in PAGES if name.startswith(f"{model}_")), key=len, default="")


def filled(route: str, key: object) -> str:
    return re.sub(r"<[^>]*>|\(\?P.*?\)", str(key), route).replace("\\", "")


@pytest.fixture
def foreign(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[1]


def opened(client: Client, path: str) -> list[str]:
    """The ways in which the path was answered with a page: both methods are tried."""
    answers = [("GET", client.get(path)), ("POST", client.post(path, {"confirmed": "yes", "post": "yes"}))]
    return [f"{method} {path}: {answer.status_code}" for method, answer in answers if answer.status_code not in DENIED]


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("who", ["nobody", "customer", "staff without a role"])
def test_no_page_opens_to_whoever_has_no_rights(foreign: Cinema, who: str) -> None:
    makers = {
        "nobody": Client,
        "customer": lambda: browser(a_customer()),
        "staff without a role": lambda: browser(someone("", foreign)),
    }
    client = makers[who]()
    open_pages = OF_ONESELF if who.startswith("staff") else set()
    before = business_state()
    wrong = []

    for name, route in ROUTES:
        model = model_of(name)
        row = listed_row(PAGES[model], foreign) if model else foreign
        if name not in FOR_EVERYBODY and name not in open_pages:
            wrong += opened(client, filled(route, row.pk))

    assert wrong == []
    assert business_state() == before


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", CODES)
def test_no_page_of_a_foreign_row_opens_to_any_role(foreign: Cinema, role: str) -> None:
    client, before, wrong = browser(someone(role, a_cinema())), business_state(), []

    for name, route in sample(ROUTES, turn=CODES.index(role)):
        model = model_of(name)
        if model and "<" in route and getattr(PAGES[model], "cinema_path", None):
            wrong += opened(client, filled(route, listed_row(PAGES[model], foreign).pk))

    assert wrong == []
    assert business_state() == before


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", CODES)
def test_lists_exports_and_look_ups_hold_no_foreign_row(foreign: Cinema, role: str) -> None:
    own = a_cinema()
    client, wrong = browser(someone(role, own)), []

    for model, page in sample([*PAGES.items()], turn=CODES.index(role)):
        if not getattr(page, "cinema_path", None):
            continue
        answer = client.get(reverse(f"admin:{model}_changelist"))
        if answer.status_code == 200:
            found = answer.context_data["cl"].queryset.filter(**{page.cinema_path: foreign.pk})
            wrong += [model] * found.exists()
        for field in page.model._meta.fields:
            if field.related_model is not None:
                given = {"app_label": page.opts.app_label, "model_name": page.opts.model_name, "field_name": field.name}
                looked_up = client.get(reverse("admin:autocomplete"), {**given, "term": ""})
                target = PAGES.get(f"{field.related_model._meta.app_label}_{field.related_model._meta.model_name}")
                path = getattr(target, "cinema_path", None)
                if looked_up.status_code == 200 and path:
                    keys = [each["id"] for each in looked_up.json()["results"]]
                    rows = field.related_model._base_manager.filter(pk__in=keys, **{path: foreign.pk})
                    wrong += [f"{model}.{field.name}"] * rows.exists()

    assert wrong == []


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("role", CODES)
def test_who_works_for_some_cinemas_changes_nothing_that_holds_for_all(foreign: Cinema, role: str) -> None:
    client, before, wrong = browser(someone(role, foreign)), business_state(), []

    for model, page in PAGES.items():
        if getattr(page, "cinema_path", "") is None:
            row = listed_row(page, foreign)
            refused = [("add", []), ("change", [row.pk])] * (not page.kept_by_cinemas) + [("delete", [row.pk])]
            for action, arguments in refused:
                answer = client.post(reverse(f"admin:{model}_{action}", args=arguments), {"post": "yes"})
                wrong += [f"{action} {model}: {answer.status_code}"] * (answer.status_code not in DENIED - {301, 302})
            for action in [] if page.kept_by_cinemas else page.actions_detail or ():
                if not getattr(getattr(page, action), "by_cinemas", False):
                    wrong += opened(client, f"/admin/{model.replace('_', '/', 1)}/{row.pk}/{action.replace('_', '-')}/")

    assert client.post(reverse("admin:screenings_cinema_add"), {}).status_code == 403
    assert wrong == []
    assert business_state() == before
