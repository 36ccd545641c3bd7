from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cinema.status import ForbiddenMove
from screenings.errors import TooEarly
from screenings.models import Session
from screenings.services import complete_sessions, start_sessions
from tests.helpers.screening_rows import AT, film, hall, session

pytestmark = pytest.mark.django_db

Status = Session.Status
LONG = timedelta(minutes=130)


def run(**options):
    out = StringIO()
    call_command("update_session_statuses", at=AT.isoformat(), stdout=out, **options)
    return out.getvalue()


def status(showing):
    return Session.objects.get(pk=showing.pk).status


def programme(rows):
    """Create due and not due sessions, each in its own hall; returns the expected status of each."""
    solaris, room = film(), hall()
    expected = {}
    for number in range(rows):
        for start, before, after in [
            (AT - timedelta(minutes=1), Status.SCHEDULED, Status.ONGOING),
            (AT - LONG, Status.ONGOING, Status.COMPLETED),
            (AT - LONG, Status.SCHEDULED, Status.COMPLETED),
            (AT + timedelta(minutes=1), Status.SCHEDULED, Status.SCHEDULED),
        ]:
            place = hall(cinema=room.cinema, name=f"Hall {number} {start} {before}")
            expected[session(film=solaris, hall=place, start=start, status=before).pk] = after
    return expected


@pytest.mark.parametrize(
    ("start", "before", "after"),
    [
        (AT, Status.SCHEDULED, Status.ONGOING),
        (AT + timedelta(microseconds=1), Status.SCHEDULED, Status.SCHEDULED),
        (AT - LONG + timedelta(microseconds=1), Status.SCHEDULED, Status.ONGOING),
        (AT - LONG, Status.SCHEDULED, Status.COMPLETED),
        (AT - LONG, Status.ONGOING, Status.COMPLETED),
        (AT - timedelta(hours=1), Status.ONGOING, Status.ONGOING),
        (AT - LONG, Status.CANCELLED, Status.CANCELLED),
        (AT - timedelta(hours=1), Status.CANCELLED, Status.CANCELLED),
        (AT - LONG, Status.COMPLETED, Status.COMPLETED),
    ],
)
def test_a_session_starts_and_ends_at_the_exact_instant(start, before, after):
    showing = session(start=start, status=before)

    run()

    assert status(showing) == after


@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_the_result_does_not_depend_on_the_batch_size(batch_size):
    expected = programme(rows=5)

    run(batch_size=batch_size)

    assert dict(Session.objects.values_list("pk", "status")) == expected


def test_running_the_job_twice_changes_nothing_more():
    expected = programme(rows=2)

    run()
    again = run()

    assert "0 done" in again
    assert dict(Session.objects.values_list("pk", "status")) == expected


def test_a_dry_run_shows_what_is_due_and_changes_nothing():
    programme(rows=1)
    before = list(Session.objects.order_by("pk").values())

    shown = run(dry_run=True)

    assert "over: 2 due" in shown
    assert "begun: 1 due" in shown
    assert list(Session.objects.order_by("pk").values()) == before


def test_two_sessions_cost_as_many_queries_as_fifty():
    run()  # the first pass creates the lease
    counts = Counter()
    for rows in (1, 25):
        Session.objects.all().delete()
        programme(rows)
        with CaptureQueriesContext(connection) as queries:
            run()
        counts[rows] = len(queries)

    assert counts[1] == counts[25]


def test_a_session_is_not_started_or_completed_early():
    early = session(start=AT + timedelta(minutes=1))

    for service in (start_sessions, complete_sessions):
        with pytest.raises(TooEarly), transaction.atomic():
            service([early], at=AT)

    assert status(early) == Status.SCHEDULED


EDGES = {
    (Status.SCHEDULED, Status.ONGOING),
    (Status.SCHEDULED, Status.COMPLETED),
    (Status.SCHEDULED, Status.CANCELLED),
    (Status.ONGOING, Status.COMPLETED),
    (Status.ONGOING, Status.CANCELLED),
}


def test_a_session_makes_only_the_listed_transitions():
    assert {(source, target) for source, targets in Session.TRANSITIONS.items() for target in targets} == EDGES


@pytest.mark.parametrize("before", [one for one in Status if (one, Status.COMPLETED) not in EDGES])
def test_a_session_that_cannot_be_completed_is_not_changed(before):
    showing = session(start=AT - LONG, status=before)

    with pytest.raises(ForbiddenMove):
        complete_sessions([showing], at=AT)

    assert status(showing) == before
