"""The page of bar items: who sees what they cost."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from concessions.models import ConcessionItem
from concessions.services import set_cost
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.pictures import a_picture
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


def test_a_manager_adds_a_portion_and_enters_what_it_is_made_of(cinema):
    client = browser(someone("cinema_manager", cinema))
    corn = ConcessionItem.objects.create(cinema=cinema, name="Corn", kind="INGREDIENT", unit="GRAM", price=0)
    ConcessionItem.objects.create(cinema=a_cinema(), name="Foreign corn", kind="INGREDIENT", price=0)
    entered = {"cinema": cinema.pk, "name": "Popcorn", "kind": "MADE", "unit": "PIECE", "price": "300"}
    numbers = {"max_stock_quantity": 100, "low_stock_percent": 20, "is_active": "on"}

    answer = client.post(
        reverse("admin:concessions_concessionitem_add"), {**entered, **numbers, **no_rows("movements")}
    )
    popcorn = ConcessionItem.objects.get(name="Popcorn")
    shown = client.get(admin_url(popcorn, "change")).text
    parts = {**no_rows("parts"), "parts-TOTAL_FORMS": 1, "parts-0-part": corn.pk, "parts-0-units": 80}
    saved = client.post(
        admin_url(popcorn, "change"),
        {**entered, **numbers, **no_rows("movements"), **parts, "parts-0-whole": popcorn.pk},
    )

    assert (answer.status_code, saved.status_code) == (302, 302)
    assert (popcorn.low_stock_percent, popcorn.made_to_order) == (0, True)
    assert "Corn" in shown
    assert "Foreign corn" not in shown
    assert [(each.part, each.units) for each in popcorn.parts.all()] == [(corn, 80)]
    assert admin_url(popcorn, "write_off_goods") in shown
    assert admin_url(popcorn, "receive_goods") not in shown
    assert (
        "parts-TOTAL_FORMS"
        not in browser(someone("cinema_manager", cinema, email="b@example.org")).get(admin_url(corn, "change")).text
    )


def no_rows(name: str) -> dict[str, int]:
    return {f"{name}-TOTAL_FORMS": 0, f"{name}-INITIAL_FORMS": 0}


def test_a_picture_is_uploaded_shown_in_the_shop_and_removed(cinema, item):
    manager = browser(someone("cinema_manager", cinema))
    address = admin_url(item, "change")

    def send(**changed):
        form = forms_on(manager.get(address).content.decode())[-1]
        return manager.post(address, {**form.left_alone(), **changed})

    assert send(picture_file=SimpleUploadedFile("popcorn.jpg", a_picture())).status_code == 302
    item.refresh_from_db()
    assert f"/pictures/{item.picture}-240.jpg" in manager.get(address).content.decode()
    assert manager.get(f"/pictures/{item.picture}-240.avif")["Content-Type"] == "image/avif"
    assert send(remove_picture="on").status_code == 302

    item.refresh_from_db()
    assert item.picture == ""
