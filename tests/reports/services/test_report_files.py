import csv
import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from accounts.models import User
from cinema import clock
from cinema.status import ForbiddenMove
from jobs.claims import CLAIM_DURATION
from reports.catalogue import files as catalogue
from reports.catalogue.files import FileReport
from reports.errors import ReportNotAllowed, TooManyFiles, UnknownReport
from reports.models import ReportFile
from reports.models.files import KEPT
from reports.reading import Period
from reports.services import ask, ask_again, build, forget, may_have, open_file, report_files
from reports.services.report_files import BACKOFF, MAX_WAITING
from reports.tables import Column, Kind, Table
from screenings.models import Cinema
from tests.helpers.database.replicas import a_replica
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db(transaction=True)

Status = ReportFile.Status
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"reports": storage}
    return tmp_path


class Numbers:
    """A report whose rows a test decides about: `at_row` is called before each of them."""

    count = 3

    def __call__(self, period: Period, _chosen: Any) -> Table:
        self.period = period
        return Table("Numbers", [Column("n", "n", Kind.INTEGER, is_summed=True)], self.rows(), expected=self.count)

    def rows(self) -> Iterator[tuple[int]]:
        for number in range(self.count):
            self.at_row(number)
            yield (number,)

    def at_row(self, number: int) -> None: ...


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    report = Numbers()
    monkeypatch.setitem(catalogue.REPORTS, "numbers", FileReport("Numbers", "payments.view_payment", report))
    return report


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def person(cinema: Cinema) -> User:
    return someone("accountant", cinema)


def asked(person: User, *cinemas: Cinema, **given: Any) -> ReportFile:
    values = {"format": "csv", "language": "en", "at": NOON, "parameters": {}, **given}
    report = values.pop("report", "numbers")
    return ask(report, cinemas=cinemas, first=NOON.date(), last=NOON.date(), person=person, **values)


def rows_of(file: ReportFile) -> list[list[str]]:
    content = open_file(file)
    assert content is not None
    with content:
        return list(csv.reader(io.StringIO(content.read().decode("utf-8-sig"))))


# --- Asking


def test_a_file_waits_for_the_job(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file = asked(person, cinema)

    assert (file.status, file.cinemas, file.is_under_way) == (Status.QUEUED, [cinema.pk], True)
    assert list(ReportFile.objects.to_build(NOON)) == [file]


def test_nobody_asks_for_rows_that_they_may_not_see(person: User, cinema: Cinema, numbers: Numbers) -> None:
    refused = [
        (person, [cinema, a_cinema()]),
        (person, []),
        (someone("usher", cinema), [cinema]),
        (someone("accountant", cinema, email="left@example.org", is_active=False), [cinema]),
    ]
    for who, cinemas in refused:
        with pytest.raises(ReportNotAllowed):
            asked(who, *cinemas)
    with pytest.raises(UnknownReport):
        asked(person, cinema, report="nothing")

    assert not ReportFile.objects.exists()


def test_one_person_waits_for_a_few_files_at_most(person: User, cinema: Cinema, numbers: Numbers) -> None:
    for _number in range(MAX_WAITING):
        asked(person, cinema)

    with pytest.raises(TooManyFiles):
        asked(person, cinema)
    asked(someone("accountant", cinema, email="other@example.org"), cinema)

    assert ReportFile.objects.count() == MAX_WAITING + 1


# --- Building


def test_the_file_has_the_rows_of_the_cinemas_that_were_asked_for(
    person: User, cinema: Cinema, numbers: Numbers, folder: Path
) -> None:
    file = asked(person, cinema)

    counts = build(file, at=NOON)

    file.refresh_from_db()
    assert (counts.done, file.status, file.rows_done, file.rows_expected) == (1, Status.READY, 3, 3)
    assert list(numbers.period.cinemas) == [cinema]
    assert rows_of(file) == [["N"], ["0"], ["1"], ["2"], ["3"]]
    assert [path.name for path in folder.iterdir()] == [file.name]
    assert file.size == (folder / file.name).stat().st_size


def test_a_file_made_from_a_replica_says_as_of_when(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file = asked(person, cinema)

    with a_replica(3 * MINUTE):
        build(file, at=NOON)

    file.refresh_from_db()
    assert rows_of(file)[-1] == ["Figures as of 5 Nov 2026 14:57."]
    assert numbers.period.at <= NOON - 3 * MINUTE + timedelta(seconds=30)


def test_a_replica_that_is_lost_while_a_file_is_made_leaves_no_row_twice(
    person: User, cinema: Cinema, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = []

    def lose(number: int) -> None:
        if number == 2 and not lost:
            lost.append(number)
            raise OperationalError("canceling statement due to conflict with recovery")

    monkeypatch.setattr(numbers, "at_row", lose)
    file = asked(person, cinema)

    with a_replica(MINUTE):
        build(file, at=NOON)

    file.refresh_from_db()
    assert (file.status, file.rows_done) == (Status.READY, 3)
    *rows, _blank, [note] = rows_of(file)
    assert rows == [["N"], ["0"], ["1"], ["2"], ["3"]]
    assert note.startswith("The copy of the database for reports does not answer.")


def test_progress_is_stored_while_the_file_is_made(
    person: User, cinema: Cinema, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = asked(person, cinema), {}
    times = iter(range(10_000))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(times)))

    def look(number: int) -> None:
        if number == 2_500:
            row = ReportFile.objects.get(pk=file.pk)
            seen.update(status=row.status, done=row.rows_done, expected=row.rows_expected)

    numbers.count, numbers.at_row = 3_000, look  # type: ignore[method-assign]
    build(file, at=NOON)

    assert seen == {"status": Status.BUILDING, "done": 2_000, "expected": 3_000}


def test_an_error_is_retried_later_and_fails_in_the_end(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file, at, ends = asked(person, cinema), NOON, []

    def fail(number: int) -> None:
        raise RuntimeError("broken")

    numbers.at_row = fail  # type: ignore[method-assign]
    for wait in [*BACKOFF, MINUTE]:
        counts = build(file, at=at)
        file.refresh_from_db()
        ends.append((file.status, counts.failed))
        at += wait + MINUTE

    assert ends == [(Status.QUEUED, 0)] * 3 + [(Status.FAILED, 1)]
    assert "could not be made" in file.problem
    assert (counts.error, open_file(file)) == (f"{file}: RuntimeError: broken", None)


def test_a_failed_file_can_be_asked_for_again_and_a_ready_one_cannot(
    person: User, cinema: Cinema, numbers: Numbers
) -> None:
    file = asked(person, cinema)
    ReportFile.objects.filter(pk=file.pk).update(status=Status.FAILED, attempts=4, problem="x")
    file.refresh_from_db()

    ask_again(file, at=NOON)
    build(file, at=NOON)
    file.refresh_from_db()

    assert (file.status, file.problem) == (Status.READY, "")
    with pytest.raises(ForbiddenMove):
        ask_again(file, at=NOON)


def test_a_file_that_is_too_long_for_a_pdf_fails_at_once_and_says_why(
    person: User, cinema: Cinema, numbers: Numbers
) -> None:
    file = asked(person, cinema, format="pdf", language="ru")
    numbers.count = 1_000_000

    counts = build(file, at=NOON)

    file.refresh_from_db()
    assert (file.status, counts.failed) == (Status.FAILED, 0)
    assert file.problem.startswith("В PDF помещается")


@pytest.mark.parametrize("lost", ["cinema", "role", "account"])
def test_who_has_lost_the_right_meanwhile_gets_no_rows(
    person: User, cinema: Cinema, numbers: Numbers, lost: str
) -> None:
    file = asked(person, cinema)
    if lost == "cinema":
        person.cinemas.clear()
    elif lost == "role":
        person.groups.clear()
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)

    build(ReportFile.objects.get(pk=file.pk), at=NOON)

    file.refresh_from_db()
    assert (file.status, file.rows_done, hasattr(numbers, "period")) == (Status.FAILED, 0, False)


def test_who_loses_the_right_while_the_file_is_made_gets_no_rows(
    person: User, cinema: Cinema, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asked(person, cinema)
    monkeypatch.setattr(numbers, "at_row", lambda _number: person.cinemas.clear())

    build(file, at=NOON)

    file.refresh_from_db()
    assert (file.status, file.name) == (Status.FAILED, "")


def test_a_report_that_was_dropped_fails(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file = asked(person, cinema)
    ReportFile.objects.filter(pk=file.pk).update(report="dropped")
    file.refresh_from_db()

    build(file, at=NOON)

    file.refresh_from_db()
    assert file.status == Status.FAILED
    assert not may_have(file, person, cinemas=None, at=NOON)


def test_a_lost_database_is_an_error_of_the_job_and_not_of_the_file(
    person: User, cinema: Cinema, numbers: Numbers
) -> None:
    file = asked(person, cinema)

    def fail(number: int) -> None:
        raise OperationalError("server closed the connection")

    numbers.at_row = fail  # type: ignore[method-assign]
    with pytest.raises(OperationalError):
        build(file, at=NOON)

    file.refresh_from_db()
    assert file.status == Status.BUILDING
    assert list(ReportFile.objects.to_build(NOON + CLAIM_DURATION + MINUTE)) == [file]


# --- Two builders


def test_a_file_that_somebody_builds_is_left_alone(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file, counts = asked(person, cinema), []
    numbers.at_row = lambda number: counts.append(build(file, at=NOON + MINUTE)) if number == 1 else None  # type: ignore[method-assign]

    build(file, at=NOON)

    assert (counts[0].passed_over, ReportFile.objects.get().status) == (1, Status.READY)


def test_a_builder_that_was_overtaken_leaves_the_others_file(
    person: User, cinema: Cinema, numbers: Numbers, folder: Path
) -> None:
    file = asked(person, cinema)

    def overtake(number: int) -> None:
        if number == 1:
            numbers.at_row = lambda number: None  # type: ignore[method-assign]
            build(file, at=NOON + CLAIM_DURATION + MINUTE)

    numbers.at_row = overtake  # type: ignore[method-assign]
    counts = build(file, at=NOON)

    ready = ReportFile.objects.get()
    assert (counts.passed_over, ready.status, ready.attempts) == (1, Status.READY, 2)
    assert [path.name for path in folder.iterdir()] == [ready.name]


def test_what_a_killed_builder_left_is_removed(person: User, cinema: Cinema, numbers: Numbers, folder: Path) -> None:
    file = asked(person, cinema)
    ReportFile.objects.filter(pk=file.pk).update(
        status=Status.BUILDING, attempts=1, claimed_by="killed", next_attempt_at=NOON
    )
    (folder / file.storage_name(1)).write_text("half of it")

    build(file, at=NOON)

    assert [path.name for path in folder.iterdir()] == [ReportFile.objects.get().name]


def test_a_file_that_kills_its_builders_is_given_up(person: User, cinema: Cinema, numbers: Numbers) -> None:
    file = asked(person, cinema)
    ReportFile.objects.filter(pk=file.pk).update(
        status=Status.BUILDING, attempts=BACKOFF.max_attempts, claimed_by="killed", next_attempt_at=NOON
    )

    counts = build(file, at=NOON)

    assert (counts.failed, ReportFile.objects.get().status) == (1, Status.FAILED)


# --- Who may have it, and for how long


def test_only_who_asked_may_have_the_file_and_only_while_they_see_all_of_it(
    person: User, cinema: Cinema, numbers: Numbers
) -> None:
    other = a_cinema()
    person.cinemas.add(other)
    file = asked(person, cinema, other)

    both = frozenset({cinema.pk, other.pk})
    assert may_have(file, person, cinemas=both, at=NOON)
    assert may_have(file, person, cinemas=None, at=NOON)
    assert not may_have(file, person, cinemas=frozenset({cinema.pk}), at=NOON)
    assert not may_have(file, someone("accountant", cinema, email="other@example.org"), cinemas=None, at=NOON)
    person.groups.clear()
    assert not may_have(file, User.objects.get(pk=person.pk), cinemas=both, at=NOON)


def test_after_a_month_row_and_content_are_deleted(
    person: User, cinema: Cinema, numbers: Numbers, folder: Path
) -> None:
    file, younger = asked(person, cinema), asked(person, cinema, at=NOON + MINUTE)
    for each in (file, younger):
        build(each, at=NOON + MINUTE)

    due = ReportFile.objects.to_forget(NOON + KEPT)
    assert list(due) == [file]
    forget(due, at=NOON + KEPT)

    assert list(ReportFile.objects.all()) == [younger]
    assert [path.name for path in folder.iterdir()] == [ReportFile.objects.get().name]


def test_what_a_restored_database_does_not_know_is_deleted_when_it_is_a_month_old(
    person: User, cinema: Cinema, numbers: Numbers, folder: Path
) -> None:
    file = asked(person, cinema)
    build(file, at=NOON)
    young, old, foreign = (folder / name for name in (f"{uuid4()}-1.pdf", f"{uuid4()}-2.xlsx", "notes.txt"))
    for path in (young, old, foreign):
        path.write_text("rows")
    for path in (old, foreign):
        os.utime(path, times=((NOON - MINUTE).timestamp(),) * 2)

    forget([ReportFile.objects.get()], at=NOON + KEPT)

    assert {path.name for path in folder.iterdir()} == {young.name, foreign.name}


def test_a_kill_between_content_and_row_is_repeated(
    person: User, cinema: Cinema, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asked(person, cinema)
    build(file, at=NOON)
    file.refresh_from_db()

    def kill() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(report_files.transaction, "atomic", kill)
        with pytest.raises(KeyboardInterrupt):
            forget([file], at=NOON)

    assert open_file(file) is None
    forget(ReportFile.objects.to_forget(NOON + KEPT), at=NOON + KEPT)
    assert not ReportFile.objects.exists()


def test_every_transition_that_is_not_listed_is_refused() -> None:
    assert ReportFile.TRANSITIONS.keys() == {*Status}
    assert ReportFile.TRANSITIONS[Status.READY] == set()
