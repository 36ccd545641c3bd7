"""Two managers save the same field of a row at once, in every interleaving of the two requests: one save succeeds, the
other shows the conflict. Negative control: without row locks some save is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from screenings.models import Genre
from tests.helpers.users import browser, someone
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Schedule, every_schedule, without_row_locks

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("empty_database")]

INITIAL = {"initial-name": "Drama"}  # the hidden field by which the form detects conflicts


def two_managers_and_a_genre() -> None:
    Genre.objects.create(name="Drama")
    for name in ("one", "other"):
        someone(email=f"{name}@example.org", is_superuser=True, all_cinemas=True)


def schedules() -> Iterator[Schedule]:
    """Both have opened the page and typed another name; then both save."""
    clients: list[Client] = []

    def restore() -> None:
        restore_snapshot(two_managers_and_a_genre)
        clients[:] = [browser(person) for person in User.objects.filter(is_superuser=True).order_by("email")]

    def save(number: int, name: str) -> Any:
        page = reverse("admin:screenings_genre_change", args=[Genre.objects.get().pk])
        return clients[number].post(page, {**INITIAL, "name": name}).status_code

    restore()
    yield from every_schedule(lambda: save(0, "Comedy"), lambda: save(1, "War"), restore_snapshot=restore)


def is_correct(schedule: Schedule) -> bool:
    status = {"Comedy": schedule.first, "War": schedule.second}
    return sorted(status.values(), key=str) == [200, 302] and status[Genre.objects.get().name] == 302


def test_one_save_succeeds_and_the_other_shows_the_conflict() -> None:
    assert [each for each in schedules() if not is_correct(each)] == []


def test_without_row_locks_some_save_is_lost() -> None:
    with without_row_locks():
        assert not all(is_correct(each) for each in schedules())
