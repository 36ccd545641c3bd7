"""Two managers send the same action of the admin at once, in every interleaving of the two requests: one succeeds, the
other is told why not. Negative control: without locks and compare-and-set the test finds a bad interleaving."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from concessions.models import ConcessionItem, ReorderSuggestion
from orders.models import Scan, Ticket
from orders.services.visits import check_in
from screenings.models import Hall, SeatOutage
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.users import browser, someone
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Schedule, every_schedule, without_compare_and_set, without_row_locks

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("empty_database")]


@dataclass(frozen=True)
class Submission:
    """An action sent from the page of a row, and what counts how often it was done."""

    action: str
    model: type[Model]
    inputs: dict[str, str]
    count: Callable[[], int]
    expected: int


SUBMISSIONS = [
    Submission("let_in", Ticket, {}, Scan.objects.count, 1),
    Submission("order_goods", ConcessionItem, {}, ReorderSuggestion.objects.count, 1),
    Submission(
        "take_out", Hall, {"row_number": "1", "numbers": "4, 6-7", "reason": "Wet"}, SeatOutage.objects.count, 3
    ),
]
every_submission = pytest.mark.parametrize("case", SUBMISSIONS, ids=lambda case: case.action)


def two_managers_and_rows() -> None:
    rows = AdminFixtures()
    assert rows.ticket
    for name in ("one", "other"):
        someone(email=f"{name}@example.org", is_superuser=True, all_cinemas=True)


def schedules(case: Submission) -> Iterator[Schedule]:
    """Both have opened and filled in the page, and seen its preview; then both submit it."""
    clients: list[Client] = []
    sent: dict[str, Any] = {}

    def restore() -> None:
        restore_snapshot(two_managers_and_rows)
        clients[:] = [
            browser(person) for person in User.objects.filter(email__in=["one@example.org", "other@example.org"])
        ]

    def url() -> str:
        row = case.model._base_manager.order_by("pk")[0]
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{case.action}", args=[row.pk])

    def submit(number: int) -> str:
        return result_of(clients[number].post(url(), sent))

    restore()
    shown = clients[0].get(url()).context["form"]
    sent |= {field.name: field.value() for field in shown if field.value() is not None} | case.inputs
    if shown.fields:
        shown = clients[0].post(url(), sent).context["form"]
        sent |= {field.name: field.value() for field in shown.hidden_fields()}
    yield from every_schedule(partial(submit, 0), partial(submit, 1), restore_snapshot=restore)


def result_of(answer: Any) -> str:
    if answer.status_code == 302:
        return "done: " + " ".join(map(str, get_messages(answer.wsgi_request)))
    return f"refused: {answer.context_data['refusal']}"  # `context` would mix in what the other thread renders


def is_correct(case: Submission, schedule: Schedule) -> bool:
    one, other = sorted(map(str, (schedule.first, schedule.second)))
    return (
        one.startswith("done: ") and other.startswith("refused: ") and len(other) > 20 and case.count() == case.expected
    )


@every_submission
def test_one_manager_succeeds_and_the_other_is_told_why_not(case: Submission) -> None:
    assert [each for each in schedules(case) if not is_correct(case, each)] == []


@every_submission
def test_without_locks_and_compare_and_set_some_schedule_is_wrong(case: Submission) -> None:
    with without_row_locks(), without_compare_and_set(check_in):
        assert any(not is_correct(case, each) for each in schedules(case))
