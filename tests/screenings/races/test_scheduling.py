"""Two users schedule the same time, cancel the same session or confirm the same import at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction

from backoffice.screenings.resources import FilmResource
from screenings.errors import HallBusy
from screenings.models import Film, Session
from screenings.services import cancel_session, hall_conflicts, schedule
from tests.helpers.database.lock_waits import a_lock_is_awaited
from tests.helpers.screening_rows import AT, PRICE, film, hall, session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db(transaction=True)

TONIGHT = AT + timedelta(hours=6)


@pytest.fixture
def no_constraint():
    """Removes the constraint against overlapping sessions."""
    [constraint] = [one for one in Session._meta.constraints if one.name == hall_conflicts.CONSTRAINT]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Session, constraint)
    yield
    Session.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Session, constraint)


def run_simultaneously(*actions):
    """Run the actions at once, each in its own thread and connection; returns what each returned or raised."""

    def attempt(action):
        try:
            return action()
        except Exception as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(attempt, actions))


def wait_for_a_blocked_connection():
    """Wait until another connection waits for a lock."""
    for _look in range(1_000):
        if a_lock_is_awaited():
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("no connection waits for a lock")


def two_schedulers(monkeypatch, *, locked=True):
    """Two users schedule the same time; each waits after its check of the hall until the other has checked too. With
    the lock the other one cannot, so that waiting is in vain."""
    room, solaris = hall(), film()
    both_have_checked = Barrier(2, timeout=0.5 if locked else 30)
    check = hall_conflicts.sessions_between

    def check_and_wait(sessions):
        found = check(sessions)
        try:
            both_have_checked.wait()
        except Exception:  # the other one is blocked by a lock: continue
            both_have_checked.abort()
        return found

    monkeypatch.setattr(hall_conflicts, "sessions_between", check_and_wait)
    return run_simultaneously(
        *[lambda: schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT) for _scheduler in "ab"]
    )


def test_one_of_two_simultaneous_schedulers_gets_the_hall_and_the_other_is_refused(monkeypatch):
    results = two_schedulers(monkeypatch)

    assert sorted(type(one).__name__ for one in results) == ["HallBusy", "Session"]
    assert Session.objects.count() == 1


@pytest.mark.postgres  # SQLite has no such lock or constraint
def test_the_lock_alone_is_enough(monkeypatch, no_constraint):
    results = two_schedulers(monkeypatch)

    assert sorted(type(one).__name__ for one in results) == ["HallBusy", "Session"]
    assert Session.objects.count() == 1


@pytest.mark.postgres  # SQLite has no such lock or constraint
def test_without_lock_and_constraint_both_sessions_are_stored(monkeypatch, no_constraint):
    monkeypatch.setattr(hall_conflicts, "lock_halls", list)

    results = two_schedulers(monkeypatch, locked=False)

    assert [type(one) for one in results] == [Session, Session]
    assert Session.objects.count() == 2


@pytest.mark.postgres  # SQLite has no such lock or constraint
def test_the_constraint_alone_is_enough_and_its_refusal_names_the_session(monkeypatch):
    monkeypatch.setattr(hall_conflicts, "lock_halls", list)
    room, solaris = hall(), film()
    stored = Event()

    def slow():
        with transaction.atomic():
            made = schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT)
            stored.set()
            wait_for_a_blocked_connection()
        return made

    def late():
        stored.wait(timeout=30)
        return schedule(film=solaris, hall=room, start=TONIGHT, ticket_price=PRICE, at=AT)

    made, refusal = run_simultaneously(slow, late)

    assert isinstance(refusal, HallBusy)
    assert refusal.sessions == [made]
    assert list(Session.objects.all()) == [made]


def test_a_session_is_cancelled_once():
    showing = session(start=TONIGHT)
    copies = [Session.objects.get(pk=showing.pk) for _person in "ab"]

    results = run_simultaneously(
        *[lambda mine=mine: cancel_session(mine, reason=f"{mine.pk}", at=AT) for mine in copies]
    )

    assert sorted(type(one).__name__ for one in results) == ["NoneType", "SessionAlreadyCancelled"]


@pytest.mark.postgres
def test_a_file_confirmed_twice_at_once_is_stored_once(monkeypatch):
    manager = someone("cinema_manager", hall().cinema)
    address, first, second = "/admin/screenings/film/import/", browser(manager), browser(manager)
    file = SimpleUploadedFile("films.csv", b'Title,"Running time (minutes)"\nMirror,107\n')
    seen = first.post(address, {"file": file}).context_data["seen"]
    both_have_checked = Barrier(2)
    match = FilmResource.match

    def check_and_wait(sheet, row):
        found = match(sheet, row)
        try:
            both_have_checked.wait(timeout=0.5)
        except Exception:  # the other one is blocked by a lock: continue
            both_have_checked.abort()
        return found

    monkeypatch.setattr(FilmResource, "match", check_and_wait)
    answers = run_simultaneously(
        *(lambda client=client: client.post(address, {"seen": seen}) for client in (first, second))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Film.objects.filter(title="Mirror").count() == 1
