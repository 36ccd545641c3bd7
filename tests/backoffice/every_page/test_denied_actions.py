"""Each action of the admin is refused to a role without its permission."""

import pytest
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from tests.helpers.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.admin_fixtures import AdminFixtures
from tests.helpers.factories import business_state
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", ACTION_CASES, ids=lambda case: case.action)
def test_a_role_without_the_permission_sees_no_button_and_is_refused(case: ActionCase) -> None:
    rows = AdminFixtures()
    row = case.target(rows)
    place = f"{row._meta.app_label}_{row._meta.model_name}"
    page, action = (reverse(f"admin:{place}_{name}", args=[row.pk]) for name in ("change", case.action))
    person = someone(case.denied_role, rows.cinema)
    client, before = browser(person), business_state()

    if person.has_perm(f"{row._meta.app_label}.view_{row._meta.model_name}"):
        shown = client.get(page)
        assert (shown.status_code, action in shown.text) == (200, False)
    answers = [client.get(action), client.post(action, {"confirmed": "yes"})]

    assert [each.status_code for each in answers] == [403, 403]
    assert business_state() == before
