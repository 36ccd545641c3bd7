"""Two managers act on the same row: the first succeeds, the second is told so, and nothing happens twice."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

import cinema.urls  # noqa: F401 - it loads the pages
from orders.services import cancel
from tests.helpers.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.admin_fixtures import AdminFixtures
from tests.helpers.factories import business_state
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> AdminFixtures:
    return AdminFixtures()


def page_of(case: ActionCase, rows: AdminFixtures) -> str:
    row = case.target(rows)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{case.action}", args=[row.pk])


def two_clients(case: ActionCase, rows: AdminFixtures) -> list[Client]:
    """Two people with the right role, reading Russian."""
    found = [browser(someone(case.role, rows.cinema, email=f"{name}@example.org")) for name in ("one", "other")]
    for each in found:
        each.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return found


def form_data(client: Client, page: str, case: ActionCase, rows: AdminFixtures) -> dict[str, Any]:
    """The data of the filled-in form, after its preview where there is one."""
    form = client.get(page).context["form"]
    with translation.override("ru"):
        sent = filled(form, case.inputs(rows))
    if not case.has_preview:
        return sent
    return sent | {field.name: field.value() for field in client.post(page, sent).context["form"].hidden_fields()}


def filled(form: Any, typed: dict[str, Any]) -> dict[str, Any]:
    sent = {field.name: value for field in form if (value := field.value()) is not None}
    for field in form:
        choices = [(key, str(said)) for key, said in getattr(field.field, "choices", ()) if key]
        if choices and not field.is_hidden:
            sent.setdefault(field.name, choices[0][0])  # as a browser does
        for label, value in typed.items():
            chosen = [str(key) for key, said in choices if (label in said if value is True else said == value)]
            if field.label == label or (value is True and chosen):
                sent[field.name] = chosen[0] if chosen else value
    return sent


def message_of(answer: Any) -> str:
    """What a page says, or what the next one will."""
    if not answer.context:
        return " ".join(map(str, get_messages(answer.wsgi_request)))
    return answer.context["refusal"] or answer.context["form"].errors.as_text()


@pytest.mark.parametrize("case", ACTION_CASES, ids=lambda case: case.action)
def test_the_second_person_to_send_a_page_is_told_and_changes_nothing(rows: AdminFixtures, case: ActionCase) -> None:
    page, (one, other) = page_of(case, rows), two_clients(case, rows)
    sent = form_data(one, page, case, rows)
    other.post(page, sent)
    assert case.probe(rows) == case.expected
    before = business_state()

    answer = one.post(page, sent)

    assert case.repeat_message in message_of(answer)
    assert answer.status_code in (200, 302)
    assert business_state() == before


def test_no_action_of_a_rows_page_is_missing_here() -> None:
    with translation.override("ru"):
        there = {
            (name, str(getattr(page, name).short_description))
            for page in admin.site._registry.values()
            for name in page.actions_detail  # type: ignore[attr-defined]
        }

    assert {(case.action, case.title) for case in ACTION_CASES} == there


def test_an_action_on_ticked_rows_says_how_many_a_colleague_has_dealt_with(rows: AdminFixtures) -> None:
    gone, still = rows.overdue_order, rows.other_overdue_order
    client = browser(someone("cashier", rows.cinema))
    ticked = {"action": "remind", "_selected_action": [gone.pk, still.pk], "confirmed": "yes"}
    cancel(gone, reason="STAFF", at=rows.now)

    answer = client.post(reverse("admin:orders_overdueorder_changelist"), ticked)

    assert message_of(answer) == (
        "1 row is not in this list any more: somebody has dealt with it meanwhile. Remind the customer: done for 1 row."
    )


def test_an_action_on_a_deleted_row_answers_404_with_a_link_to_the_list(rows: AdminFixtures) -> None:
    client, page = (
        browser(someone("cinema_manager", rows.cinema)),
        reverse("admin:jobs_quarantinedrow_retry_now", args=[7]),
    )

    answer = client.post(page)

    assert answer.status_code == 404
    assert "This is not there any more" in answer.text
    assert reverse("admin:jobs_quarantinedrow_changelist") in answer.text
