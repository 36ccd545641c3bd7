"""The page of the house rules: one row, in bounds, with its history, for owners; others may at most look."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from house_rules.models import BOUNDS, HouseRules
from house_rules.rules import rules, settings_as_row
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD = reverse("admin:house_rules_houserules_add")
LIST = reverse("admin:house_rules_houserules_changelist")
INSTALLATION = reverse("admin:house_rules_houserules_installation")


def typed(**changed: Any) -> dict[str, Any]:
    row = {**settings_as_row(), **changed}
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_the_first_form_shows_what_the_settings_say_and_storing_it_changes_no_rule() -> None:
    owner = browser(someone("owner", all_cinemas=True))
    before = rules()

    form = owner.get(ADD).context_data["adminform"].form
    assert {name: form[name].value() for name in settings_as_row()} == settings_as_row()
    answer = owner.post(ADD, typed())

    assert answer.status_code == 302, answer.context_data["errors"]
    assert rules() == before


def test_there_is_no_button_to_add_a_second_row_and_its_press_stores_the_first() -> None:
    owner = browser(someone("owner", all_cinemas=True))

    page = owner.get(ADD).text
    answer = owner.post(ADD, {**typed(), "_addanother": "1"}, follow=True)

    assert "_addanother" not in page
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, LIST)
    assert HouseRules.objects.count() == 1


def test_a_change_holds_at_once_and_is_in_the_history() -> None:
    HouseRules.objects.create(**settings_as_row())
    boss = someone("owner", all_cinemas=True)
    owner = browser(boss)
    row = HouseRules.objects.get()
    page = owner.get(admin_url(row)).context_data["adminform"].form
    hidden = {name: page[name].value() for name in page.fields if page[name].is_hidden}

    answer = owner.post(admin_url(row), {**hidden, **typed(bonus_rate_percent="7.5", refund_limit="")})

    assert answer.status_code == 302
    assert rules().bonus_rate == Decimal("0.075")
    assert rules().approval_limits["orders.refund"] is None
    latest = row.history.first()
    assert (latest.bonus_rate_percent, latest.history_user) == (Decimal("7.50"), boss)
    assert "7.5" in owner.get(admin_url(row, "history")).text


@pytest.mark.parametrize("name", BOUNDS)
def test_a_rule_out_of_bounds_is_refused_by_the_form_and_by_the_database(name: str) -> None:
    HouseRules.objects.create(**settings_as_row())
    owner = browser(someone("owner", all_cinemas=True))
    row = HouseRules.objects.get()
    before = HouseRules.objects.values().get()

    answer = owner.post(admin_url(row), typed(**{name: BOUNDS[name][1] + 1}))

    assert answer.status_code == 200
    assert name in answer.context_data["adminform"].form.errors
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseRules.objects.update(**{name: BOUNDS[name][1] + 1})
    assert HouseRules.objects.values().get() == before


def test_there_is_never_a_second_row() -> None:
    owner = browser(someone("owner", all_cinemas=True))
    owner.post(ADD, typed())

    assert owner.get(ADD).status_code == 403
    assert owner.post(ADD, typed(online_hold_minutes=20)).status_code == 403
    assert owner.post(admin_url(HouseRules.objects.get(), "delete"), {"post": "yes"}).status_code == 403
    assert HouseRules.objects.values_list("pk", "online_hold_minutes").get() == (1, 15)


@pytest.mark.parametrize(("role", "sees"), [("accountant", 200), ("cinema_manager", 403), ("cashier", 403)])
def test_others_change_nothing(role: str, sees: int) -> None:
    HouseRules.objects.create(**settings_as_row())
    client = browser(someone(role, all_cinemas=True))
    row = HouseRules.objects.get()

    assert client.get(LIST).status_code == sees
    assert client.post(admin_url(row), typed(online_hold_minutes=99)).status_code == 403
    assert client.get(INSTALLATION).status_code == 403
    assert HouseRules.objects.get().online_hold_minutes == 15


def test_the_page_of_the_installation_says_what_to_set(settings: Any) -> None:
    settings.PAYMENT_GATEWAYS, settings.SITE_URL = [], "http://127.0.0.1:8000"

    page = browser(someone("owner", all_cinemas=True)).get(INSTALLATION).text

    assert 'id="gateway"' in page
    assert 'id="cinema.E002"' in page
    assert "SITE_URL=https://cinema.example" in page
