"""Every page of the box office, made from the URL conf: nobody without device, PIN and permission, and no row of a
foreign cinema by its key, for any role.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from accounts.roles import ROLES
from boxoffice import urls
from boxoffice.models import PrintedVoucher
from concessions.models import ConcessionItem
from orders.models import Order
from payments.models import GiftCard, Handover, Refund, Shift
from screenings.models import Cinema
from tests.helpers.box_office import a_device, at_work, enrolled
from tests.helpers.factories import a_cinema, business_state
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_rendering")]

PAGES: dict[str, str] = {
    each.name or "": f"/boxoffice/{each.pattern}" for each in urls.urlpatterns if isinstance(each, URLPattern)
}
WITH_KEY = {name: path for name, path in PAGES.items() if "<int:key>" in path}
#: What opens without a PIN, and why.
WITHOUT_PIN = {
    "enrol": "makes a device of a browser, by a code",
    "lock": "asks for the PIN",
    "door_worker": "a script without data",
}
#: What opens to whoever has given a PIN.
WITHOUT_PERMISSION = WITHOUT_PIN | {"home": "says what the person may open"}
WHO = [role.code for role in ROLES]
TYPED = {"reason": "Wrong film", "void": "1", "pin": "4826", "amount": "100", "do": "sell", "counted": "100"}


@pytest.fixture
def foreign(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[1]


def answers(client: Client, path: str, **typed: Any) -> list[tuple[int, str]]:
    """The status and where it leads, by GET and by POST."""
    found = [client.get(path), client.post(path, TYPED | typed)]
    return [(each.status_code, each.get("Location", "")) for each in found]


def keys_of(cinema: Cinema) -> set[int]:
    """The keys of all that a page of the box office may be about."""
    rows = [
        Order.objects.filter(cinema=cinema),
        Shift.objects.filter(cinema=cinema),
        Refund.objects.filter(order__cinema=cinema),
        PrintedVoucher.objects.filter(order__cinema=cinema),
        GiftCard.objects.filter(cinema=cinema),
        ConcessionItem.objects.filter(cinema=cinema),
        Handover.objects.filter(movement__place__cinema=cinema),
    ]
    found = [set(each.values_list("pk", flat=True)) for each in rows]
    assert all(found[place] for place in (0, 1, 2, 5, 6))
    return set().union(*found)


@pytest.mark.parametrize("who", ["nobody", "an owner in the admin", "a device without a PIN", "staff without a role"])
def test_no_page_opens_to_whoever_has_no_pin_or_no_permission(foreign: Cinema, who: str) -> None:
    makers = {
        "nobody": Client,
        "an owner in the admin": lambda: browser(someone("owner", all_cinemas=True)),
        "a device without a PIN": lambda: enrolled(a_device(foreign, name="Security")),
        "staff without a role": lambda: at_work(someone("", foreign), a_device(foreign, name="Security")),
    }
    client, key = makers[who](), next(iter(keys_of(foreign)))
    opened = WITHOUT_PERMISSION if who == "staff without a role" else WITHOUT_PIN
    refused = {(302, "/boxoffice/enrol/"), (302, "/boxoffice/lock/"), (401, ""), (403, ""), (405, "")}
    before, wrong = business_state(), {}

    for name, path in PAGES.items():
        if name not in opened:
            found = answers(client, path.replace("<int:key>", str(key)))
            wrong |= {name: found} if not refused.issuperset(found) else {}

    assert wrong == {}
    assert business_state() == before


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", WHO)
def test_no_role_finds_a_row_of_a_foreign_cinema_by_its_key(foreign: Cinema, role: str) -> None:
    own = a_cinema()
    client = at_work(someone(role, own), a_device(own, name="Security"))
    keys = sample(sorted(keys_of(foreign)), turn=WHO.index(role))
    before, wrong = business_state(), {}

    for name, path in WITH_KEY.items():
        for key in keys:
            found = answers(client, path.replace("<int:key>", str(key)))
            wrong |= {(name, key): found} if not {403, 404, 405}.issuperset(status for status, _to in found) else {}
    for name in ("bar_act", "bar_sale", "confirm_cash"):
        for key in keys:
            answers(client, PAGES[name], order=key, item=key, handover=key, found="100")

    assert wrong == {}
    assert business_state() == before


def test_whoever_works_in_the_cinema_finds_its_rows(foreign: Cinema) -> None:
    """The tests above ask for what is there."""
    client = at_work(someone("cinema_manager", foreign), a_device(foreign, name="Security"))

    opened = {
        name
        for name, path in WITH_KEY.items()
        for key in keys_of(foreign)
        if client.get(path.replace("<int:key>", str(key))).status_code in (200, 302)
    }

    assert {"order", "summary", "bar_item"} <= opened
