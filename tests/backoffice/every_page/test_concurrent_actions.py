"""When two users perform an action on one row, the second one gets a message and changes nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

import cinema.urls  # noqa: F401 - it loads the pages
from orders.services import cancel
from tests.helpers.factories import business_state
from tests.helpers.pages.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> AdminFixtures:
    return AdminFixtures()


def page_of(case: ActionCase, rows: AdminFixtures) -> str:
    row = case.target(rows)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{case.action}", args=[row.pk])


def two_clients(case: ActionCase, rows: AdminFixtures) -> list[Client]:
    """Two users with the role of the case, who read Russian."""
    clients = [browser(case.actor(rows, email=f"{name}@example.org")) for name in ("one", "other")]
    for client in clients:
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return clients


def form_data(client: Client, page: str, case: ActionCase, rows: AdminFixtures) -> dict[str, Any]:
    """The data of the action's form, filled in and, where it has a preview, previewed."""
    form = client.get(page).context["form"]
    with translation.override("ru"):
        sent = filled_in(form, case.entered(rows))
    if not case.has_preview:
        return sent
    previewed = client.post(page, sent).context["form"]  # which may list what to tick
    ticked = [field for field in previewed if getattr(field.field.widget, "allow_multiple_selected", False)]
    return sent | {field.name: field.value() for field in [*previewed.hidden_fields(), *ticked]}


def filled_in(form: Any, typed: dict[str, Any]) -> dict[str, Any]:
    sent = {field.name: value for field in form if (value := field.value()) is not None}
    for field in form:
        choices = [(key, str(text)) for key, text in getattr(field.field, "choices", ()) if key]
        if choices and not field.is_hidden:
            sent.setdefault(field.name, choices[0][0])  # as a browser does
        for label, value in typed.items():
            chosen = [str(key) for key, text in choices if (label in text if value is True else text == value)]
            if field.label == label or (value is True and chosen):
                sent[field.name] = chosen[0] if chosen else value
    return sent


def message_of(answer: Any) -> str:
    """The message or error of the response."""
    if not answer.context:
        return " ".join(map(str, get_messages(answer.wsgi_request)))
    return answer.context["refusal"] or answer.context["form"].errors.as_text()


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize(
    "case", [case for case in ACTION_CASES if not case.leaves_the_row], ids=lambda case: case.action
)
def test_a_form_that_a_colleague_has_sent_already_is_refused_and_changes_nothing(
    rows: AdminFixtures, case: ActionCase
) -> None:
    page, (first, second) = page_of(case, rows), two_clients(case, rows)
    sent = form_data(second, page, case, rows)
    first.post(page, sent)
    assert case.probe(rows) == case.expected
    before = business_state()

    answer = second.post(page, sent)

    assert case.conflict_message in message_of(answer)
    assert answer.status_code in (200, 302)
    assert business_state() == before


def test_every_action_of_a_rows_page_has_a_case() -> None:
    with translation.override("ru"):
        actions = {
            (name, str(getattr(page, name).short_description))
            for page in admin.site._registry.values()
            for name in page.actions_detail  # type: ignore[attr-defined]
        }

    assert {(case.action, case.title) for case in ACTION_CASES} == actions


def test_selected_rows_that_have_left_the_list_are_counted_in_a_message(rows: AdminFixtures) -> None:
    gone, other = rows.overdue_order, rows.other_overdue_order
    client = browser(someone("cashier", rows.cinema))
    data = {"action": "remind", "_selected_action": [gone.pk, other.pk], "confirmed": "yes"}
    cancel(gone, reason="STAFF", at=rows.now)

    answer = client.post(reverse("admin:orders_overdueorder_changelist"), data)

    assert message_of(answer) == ("1 row has left this list: someone else has already dealt with it. 1 reminder sent.")


def test_a_row_that_a_job_has_deleted_shows_the_not_found_page_with_a_link_to_the_list(rows: AdminFixtures) -> None:
    client, page = (
        browser(someone("cinema_manager", rows.cinema)),
        reverse("admin:jobs_quarantinedrow_retry_now", args=[7]),
    )

    answer = client.post(page)

    assert answer.status_code == 404
    assert "This page was not found" in answer.text
    assert reverse("admin:jobs_quarantinedrow_changelist") in answer.text
