"""Each action of the admin is refused to those who may not; tests/browser/test_admin_actions.py presses it."""

import pytest
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from tests.helpers.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.admin_fixtures import Foyer
from tests.helpers.factories import business_state
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("deed", ACTION_CASES, ids=lambda deed: deed.action)
def test_who_may_not_finds_no_button_and_is_refused(deed: ActionCase) -> None:
    foyer = Foyer()
    row = deed.on(foyer)
    place = f"{row._meta.app_label}_{row._meta.model_name}"
    page, action = (reverse(f"admin:{place}_{name}", args=[row.pk]) for name in ("change", deed.action))
    person = someone(deed.not_by, foyer.cinema)
    client, before = browser(person), business_state()

    if person.has_perm(f"{row._meta.app_label}.view_{row._meta.model_name}"):
        shown = client.get(page)
        assert (shown.status_code, action in shown.text) == (200, False)
    answers = [client.get(action), client.post(action, {"confirmed": "yes"})]

    assert [each.status_code for each in answers] == [403, 403]
    assert business_state() == before
