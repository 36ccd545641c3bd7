"""Two people schedule the same slot at once, or cancel the same session."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction

from backoffice.screenings.resources import FilmResource
from screenings.errors import HallBusy
from screenings.models import Film, Session
from screenings.services import cancel_session, schedule, timetable
from tests.helpers.screening_rows import AT, PRICE, film, hall, session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db(transaction=True)

TONIGHT = AT + timedelta(hours=6)


@pytest.fixture
def no_constraint():
    """The database does not mind overlaps."""
    [constraint] = [one for one in Session._meta.constraints if one.name == timetable.CONSTRAINT]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Session, constraint)
    yield
    Session.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Session, constraint)


def at_once(*actions):
    """What each action, run in a thread and with a connection of its own, returned or was refused with."""

    def attempt(action):
        try:
            return action()
        except Exception as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(attempt, actions))


def somebody_waits():
    """Returns when another connection waits for a lock."""
    for _look in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.005), count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody came to wait")


def two_schedulers(monkeypatch):
    """Two schedulers of one slot, held together after each has looked whether the hall is free, if both get so far."""
    room, solaris = hall(), film()
    both_have_looked = Barrier(2)
    look = timetable.taken

    def look_and_wait(sessions):
        seen = look(sessions)
        try:
            both_have_looked.wait(timeout=0.5)
        except Exception:  # the other one is kept out: go on alone
            both_have_looked.abort()
        return seen

    monkeypatch.setattr(timetable, "taken", look_and_wait)
    return at_once(
        *[lambda: schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT) for _scheduler in "ab"]
    )


def test_of_two_schedulers_one_gets_the_hall_and_the_other_is_told(monkeypatch):
    results = two_schedulers(monkeypatch)

    assert sorted(type(one).__name__ for one in results) == ["HallBusy", "Session"]
    assert Session.objects.count() == 1


@pytest.mark.postgres  # SQLite has neither
def test_the_lock_alone_is_enough(monkeypatch, no_constraint):
    results = two_schedulers(monkeypatch)

    assert sorted(type(one).__name__ for one in results) == ["HallBusy", "Session"]
    assert Session.objects.count() == 1


@pytest.mark.postgres  # SQLite has neither
def test_without_lock_and_constraint_the_look_alone_lets_both_through(monkeypatch, no_constraint):
    monkeypatch.setattr(timetable, "lock", list)

    results = two_schedulers(monkeypatch)

    assert [type(one) for one in results] == [Session, Session]
    assert Session.objects.count() == 2


@pytest.mark.postgres  # SQLite has neither
def test_the_constraint_alone_is_enough_and_its_refusal_names_the_session(monkeypatch):
    monkeypatch.setattr(timetable, "lock", list)
    room, solaris = hall(), film()
    stored = Event()

    def slow():
        with transaction.atomic():
            made = schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT)
            stored.set()
            somebody_waits()
        return made

    def late():
        stored.wait(timeout=5)
        return schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT)

    made, refusal = at_once(slow, late)

    assert isinstance(refusal, HallBusy)
    assert refusal.sessions == [made]
    assert list(Session.objects.all()) == [made]


def test_a_session_is_cancelled_once():
    showing = session(start=TONIGHT)
    copies = [Session.objects.get(pk=showing.pk) for _person in "ab"]

    results = at_once(*[lambda mine=mine: cancel_session(mine, reason=f"{mine.pk}", at=AT) for mine in copies])

    assert sorted(type(one).__name__ for one in results) == ["NoneType", "SessionCancelledAlready"]


@pytest.mark.postgres
def test_a_file_confirmed_twice_at_once_is_stored_once(monkeypatch):
    manager = someone("cinema_manager", hall().cinema)
    address, first, second = "/admin/screenings/film/import/", browser(manager), browser(manager)
    file = SimpleUploadedFile("films.csv", b'Title,"Running time, minutes"\nMirror,107\n')
    seen = first.post(address, {"file": file}).context_data["seen"]
    both_have_looked = Barrier(2)
    match = FilmResource.match

    def look_and_wait(sheet, row):
        found = match(sheet, row)
        try:
            both_have_looked.wait(timeout=0.5)
        except Exception:  # the other one is kept out: go on alone
            both_have_looked.abort()
        return found

    monkeypatch.setattr(FilmResource, "match", look_and_wait)
    answers = at_once(*(lambda client=client: client.post(address, {"seen": seen}) for client in (first, second)))

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Film.objects.filter(title="Mirror").count() == 1
