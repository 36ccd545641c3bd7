"""PostgreSQL stores no NUL: an address that has one leads nowhere, and is no server error."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.helpers.box_office import a_device, at_work
from tests.helpers.factories import a_cinema
from tests.helpers.partners import a_partner
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

NUL, KEY = "a%00b", "1"
TEXTS = ("str", "path")  # converters that take any text; one without a name is `str`


def addresses(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """Each address with parameters outside the admin: NUL in those that take any text, a key in the others."""
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            if not here.startswith("/admin/"):
                yield from addresses(each.url_patterns, here)
        elif isinstance(each, URLPattern) and "<" in here and "(?P" not in here:
            yield filled(here)


def filled(path: str) -> str:
    """`orders/<str:number>/` with its parameters filled in."""
    parts = path.split("<")
    texts = [parts[0]]
    for part in parts[1:]:
        parameter, rest = part.split(">", 1)
        texts += [NUL if parameter.partition(":")[0] in TEXTS or ":" not in parameter else KEY, rest]
    return "".join(texts)


def test_an_address_with_nul_is_no_server_error() -> None:
    cinema = a_cinema()
    manager = at_work(someone("floor_manager", cinema), a_device(cinema))
    headers = {"Authorization": f"Bearer {a_partner(may_sell=True)[1]}"}
    tried = [each for each in addresses(get_resolver().url_patterns) if NUL in each]

    guest = Client(headers=headers, raise_request_exception=False)
    manager.raise_request_exception = False
    answers = {
        f"{method} {address}": getattr(client, method)(address).status_code
        for address in tried
        for client in (guest, manager)
        for method in ("get", "post")
    }

    assert "/account/link/a%00b/" in tried
    assert "/api/v1/orders/a%00b" in tried
    assert {each: status for each, status in answers.items() if status >= 500} == {}
