"""The page of bar items: who sees what they cost."""

from decimal import Decimal

import pytest
from django.urls import reverse

from concessions.services import set_cost
from tests.helpers.admin_pages import admin_url
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

PAGES = ["item", "movements", "movement", "low"]


def page(client, item, name: str) -> str:
    addresses = {
        "item": admin_url(item, "change"),
        "movements": reverse("admin:concessions_stockmovement_changelist"),
        "movement": admin_url(item.movements.latest("pk"), "change"),
        "low": reverse("admin:concessions_lowstockitem_change", args=[item.pk]),
    }
    answer = client.get(addresses[name])
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def costly(item):
    set_cost(item, unit_cost=Decimal("31.57"), reason="Invoice", at=NOON)
    return item


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["cinema_manager", "accountant", "owner"])
def test_who_sees_money_sees_costs(cinema, costly, role, name):
    text = page(browser(someone(role, cinema)), costly, name)

    assert "31.57" in text
    assert "315.70" in text


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["bar", "floor_manager"])
def test_others_see_the_stock_without_its_cost(cinema, costly, role, name):
    client = browser(someone(role, cinema))

    text = page(client, costly, name)

    assert "31.57" not in text
    assert "315.70" not in text
    assert client.get(admin_url(costly, "set_cost")).status_code == 403


def test_a_list_is_not_sorted_or_filtered_by_costs_that_are_hidden(cinema, costly):
    client = browser(someone("bar", cinema))

    for lookup in ("value__gte=1", "unit_cost__gt=1", "concession_item__average_cost__gt=1"):
        assert client.get(reverse("admin:concessions_stockmovement_changelist") + f"?{lookup}").status_code == 400
    assert client.get(reverse("admin:concessions_concessionitem_changelist") + "?stock_value__gt=1").status_code == 400
