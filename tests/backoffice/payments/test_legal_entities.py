"""The page of legal entities, and the choice of one on the page of a cinema."""

import pytest
from django.urls import reverse

from payments.models import LegalEntity
from tests.helpers.factories import a_cinema
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD = "admin:payments_legalentity_add"
AURORA = {"name": "ООО «Аврора»", "tax_number": "7707083893", "kpp": "773601001", "tax_system": "GENERAL"}


@pytest.mark.parametrize("role", ["accountant", "owner"])
def test_accountant_and_owner_keep_legal_entities(role: str) -> None:
    client = browser(someone(role, all_cinemas=True))

    client.post(reverse(ADD), AURORA)
    entity = LegalEntity.objects.get()
    client.post(admin_url(entity, "change"), {**AURORA, "tax_system": "SIMPLIFIED_INCOME"})

    entity.refresh_from_db()
    assert entity.tax_system == "SIMPLIFIED_INCOME"
    assert list(entity.history.values_list("tax_system", flat=True)) == ["SIMPLIFIED_INCOME", "GENERAL"]
    assert (
        client.post(reverse("admin:payments_legalentity_delete", args=[entity.pk]), {"post": "yes"}).status_code == 403
    )
    assert "Упрощ" in client.get(admin_url(entity, "history"), headers={"accept-language": "ru"}).content.decode()


def test_a_wrong_number_is_refused_beside_its_field() -> None:
    page = browser(someone("accountant", all_cinemas=True)).post(reverse(ADD), {**AURORA, "tax_number": "7707083894"})

    assert page.context["adminform"].form.errors == {"tax_number": ["This is no INN: check its 10 or 12 digits."]}
    assert not LegalEntity.objects.exists()


@pytest.mark.parametrize("role", ["cashier", "floor_manager", "cinema_manager"])
def test_others_do_not_see_them(role: str) -> None:
    entity = LegalEntity.objects.create(**AURORA)
    client = browser(someone(role, a_cinema()))

    for address in (reverse(ADD), admin_url(entity, "change"), reverse("admin:payments_legalentity_changelist")):
        assert client.get(address).status_code == 403


def test_the_owner_says_to_which_entity_a_cinema_belongs() -> None:
    entity, cinema = LegalEntity.objects.create(**AURORA), a_cinema()
    client = browser(someone("owner", all_cinemas=True))
    kept = ["name", "city", "address", "postal_code", "time_zone", "adverts_minutes", "day_ends_at", "week_starts_on"]
    fields = {name: getattr(cinema, name) for name in kept}

    answer = client.post(admin_url(cinema, "change"), {**fields, "legal_entity": entity.pk})

    assert answer.status_code == 302
    cinema.refresh_from_db()
    assert cinema.legal_entity == entity
    assert cinema.name in client.get(reverse("admin:payments_legalentity_changelist")).content.decode()
    assert "«Аврора»" in client.get(admin_url(cinema, "history")).content.decode()
