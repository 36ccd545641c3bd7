"""Two managers at the same row: one wins, and the other is told so, kindly; nothing happens twice."""

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
from tests.helpers.admin_fixtures import Foyer
from tests.helpers.factories import business_state
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def foyer() -> Foyer:
    return Foyer()


def page_of(deed: ActionCase, foyer: Foyer) -> str:
    row = deed.on(foyer)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{deed.action}", args=[row.pk])


def two_of(deed: ActionCase, foyer: Foyer) -> list[Client]:
    """Who may, each at a screen in Russian."""
    found = [browser(someone(deed.by, foyer.cinema, email=f"{name}@example.org")) for name in ("one", "other")]
    for each in found:
        each.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return found


def ready_to_send(client: Client, page: str, deed: ActionCase, foyer: Foyer) -> dict[str, Any]:
    """The open form of the deed, filled in, and looked at where that comes first."""
    form = client.get(page).context["form"]
    with translation.override("ru"):
        sent = filled(form, deed.typed(foyer))
    if not deed.looks:
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


def told(answer: Any) -> str:
    """What a page says, or what the next one will."""
    if not answer.context:
        return " ".join(map(str, get_messages(answer.wsgi_request)))
    return answer.context["refusal"] or answer.context["form"].errors.as_text()


@pytest.mark.parametrize("deed", ACTION_CASES, ids=lambda deed: deed.action)
def test_who_sends_the_same_page_second_is_told_and_does_nothing_twice(foyer: Foyer, deed: ActionCase) -> None:
    page, (one, other) = page_of(deed, foyer), two_of(deed, foyer)
    sent = ready_to_send(one, page, deed, foyer)
    other.post(page, sent)
    assert deed.then(foyer) == deed.becomes
    before = business_state()

    answer = one.post(page, sent)

    assert deed.second in told(answer)
    assert answer.status_code in (200, 302)
    assert business_state() == before


def test_no_action_of_a_rows_page_is_missing_here() -> None:
    with translation.override("ru"):
        there = {
            (name, str(getattr(page, name).short_description))
            for page in admin.site._registry.values()
            for name in page.actions_detail  # type: ignore[attr-defined]
        }

    assert {(deed.action, deed.title) for deed in ACTION_CASES} == there


def test_ticked_rows_that_a_colleague_has_dealt_with_are_counted_to_who_comes_second(foyer: Foyer) -> None:
    gone, still = foyer.late, foyer.another_late
    client = browser(someone("cashier", foyer.cinema))
    ticked = {"action": "remind", "_selected_action": [gone.pk, still.pk], "confirmed": "yes"}
    cancel(gone, reason="STAFF", at=foyer.now)

    answer = client.post(reverse("admin:orders_overdueorder_changelist"), ticked)

    assert told(answer) == (
        "1 row is not in this list any more: somebody has dealt with it meanwhile. Remind the customer: done for 1 row."
    )


def test_a_row_that_a_job_has_cleared_away_is_not_there_in_words_and_with_a_way_back(foyer: Foyer) -> None:
    client, page = (
        browser(someone("cinema_manager", foyer.cinema)),
        reverse("admin:jobs_quarantinedrow_retry_now", args=[7]),
    )

    answer = client.post(page)

    assert answer.status_code == 404
    assert "This is not there any more" in answer.text
    assert reverse("admin:jobs_quarantinedrow_changelist") in answer.text
