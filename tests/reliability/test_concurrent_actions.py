"""Two managers press the same button at the same instant, each in a browser of their own, in every order in which the
two requests can meet; and once more with the guards taken away, to see that these eyes would see."""

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
from tests.helpers.admin_fixtures import AdminFixtures
from tests.helpers.users import browser, someone
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Schedule, every_schedule, without_compare_and_set, without_row_locks

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("stage")]


@dataclass(frozen=True)
class Press:
    """What is pressed on the page of which row, and what it comes to when it happens once."""

    action: str
    on: type[Model]
    typed: dict[str, str]
    done: Callable[[], int]
    once: int


PRESSES = [
    Press("let_in", Ticket, {}, Scan.objects.count, 1),
    Press("order_goods", ConcessionItem, {}, ReorderSuggestion.objects.count, 1),
    Press("take_out", Hall, {"row_number": "1", "numbers": "4, 6-7", "reason": "Wet"}, SeatOutage.objects.count, 3),
]
every_press = pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.action)


def two_managers_in_the_rows() -> None:
    rows = AdminFixtures()
    assert rows.ticket
    for name in ("one", "other"):
        someone(email=f"{name}@example.org", is_superuser=True, all_cinemas=True)


def meetings(press: Press) -> Iterator[Schedule]:
    """Both have the page open, filled in and looked at; then they press."""
    clients: list[Client] = []
    sent: dict[str, Any] = {}

    def before_they_press() -> None:
        restore_snapshot(two_managers_in_the_rows)
        clients[:] = [
            browser(person) for person in User.objects.filter(email__in=["one@example.org", "other@example.org"])
        ]

    def page() -> str:
        row = press.on._base_manager.order_by("pk")[0]
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{press.action}", args=[row.pk])

    def sends(number: int) -> str:
        return said(clients[number].post(page(), sent))

    before_they_press()
    shown = clients[0].get(page()).context["form"]
    sent |= {field.name: field.value() for field in shown if field.value() is not None} | press.typed
    if shown.fields:
        shown = clients[0].post(page(), sent).context["form"]
        sent |= {field.name: field.value() for field in shown.hidden_fields()}
    yield from every_schedule(partial(sends, 0), partial(sends, 1), restore_snapshot=before_they_press)


def said(answer: Any) -> str:
    if answer.status_code == 302:
        return "done: " + " ".join(map(str, get_messages(answer.wsgi_request)))
    return f"refused: {answer.context_data['refusal']}"  # `context` holds what any thread rendered meanwhile


def ends_well(press: Press, meeting: Schedule) -> bool:
    one, other = sorted(map(str, (meeting.first, meeting.second)))
    return one.startswith("done: ") and other.startswith("refused: ") and len(other) > 20 and press.done() == press.once


@every_press
def test_one_manager_wins_and_the_other_is_told(press: Press) -> None:
    assert [each for each in meetings(press) if not ends_well(press, each)] == []


@every_press
def test_without_the_guards_some_meeting_ends_badly(press: Press) -> None:
    with without_row_locks(), without_compare_and_set(check_in):
        assert any(not ends_well(press, each) for each in meetings(press))
