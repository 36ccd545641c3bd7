"""Each action is refused without its permission. tests/browser/test_admin_actions.py performs the actions."""

import pytest
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from tests.helpers.factories import business_state
from tests.helpers.pages.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("case", ACTION_CASES, ids=lambda case: case.action)
def test_a_user_without_the_permission_has_no_button_and_is_refused(case: ActionCase) -> None:
    rows = AdminFixtures()
    row = case.target(rows)
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    page, action = (reverse(f"admin:{name}_{view}", args=[row.pk]) for view in ("change", case.action))
    user = someone(case.denied_role, rows.cinema)
    client, before = browser(user), business_state()

    if user.has_perm(f"{row._meta.app_label}.view_{row._meta.model_name}"):
        shown = client.get(page)
        assert (shown.status_code, action in shown.text) == (200, False)
    answers = [client.get(action), client.post(action, {"confirmed": "yes"})]

    assert [each.status_code for each in answers] == [403, 403]
    assert business_state() == before
