"""Two managers save the same field of a row at the same instant, in every order in which the two requests can meet; and
once more without locks, to see that these eyes would see."""

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

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("stage")]

SHOWN = {"initial-name": "Drama"}  # as the page sends it along


def two_at_a_genre() -> None:
    Genre.objects.create(name="Drama")
    for name in ("one", "other"):
        someone(email=f"{name}@example.org", is_superuser=True, all_cinemas=True)


def meetings() -> Iterator[Schedule]:
    """Both have the page open, and have typed another name; then they save."""
    clients: list[Client] = []

    def before_they_save() -> None:
        restore_snapshot(two_at_a_genre)
        clients[:] = [browser(person) for person in User.objects.filter(is_superuser=True).order_by("email")]

    def saves(number: int, name: str) -> Any:
        page = reverse("admin:screenings_genre_change", args=[Genre.objects.get().pk])
        return clients[number].post(page, {**SHOWN, "name": name}).status_code

    before_they_save()
    yield from every_schedule(lambda: saves(0, "Comedy"), lambda: saves(1, "War"), restore_snapshot=before_they_save)


def ends_well(meeting: Schedule) -> bool:
    won = {"Comedy": meeting.first, "War": meeting.second}
    return sorted(won.values(), key=str) == [200, 302] and won[Genre.objects.get().name] == 302


def test_one_save_wins_and_the_other_is_told() -> None:
    assert [each for each in meetings() if not ends_well(each)] == []


def test_without_the_lock_some_save_is_lost() -> None:
    with without_row_locks():
        assert not all(ends_well(each) for each in meetings())
