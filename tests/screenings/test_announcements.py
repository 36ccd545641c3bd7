from datetime import timedelta

import pytest

from screenings.announcements import Announcement, announcements
from screenings.models import Session
from tests.helpers import factories

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def move(session: Session, by: timedelta) -> None:
    for name in ("start_datetime", "end_datetime", "free_from"):
        setattr(session, name, getattr(session, name) + by)
    session.save()


def test_a_new_session_was_announced_once() -> None:
    session = factories.a_session()
    recorded = Session.history.get().history_date

    assert announcements([session]) == {session.pk: Announcement(since=recorded, starts=[session.start_datetime])}


def test_each_time_that_a_session_was_moved_from_is_kept_in_order() -> None:
    session = factories.a_session()
    first = session.start_datetime
    move(session, HOUR)
    session.ticket_price += 10
    session.save()
    move(session, -HOUR)

    announced = announcements([session])[session.pk]

    assert announced.previous_starts == [first, first + HOUR]
    assert announced.changes == 3


def test_a_session_without_records_was_never_moved() -> None:
    session = factories.a_session()
    Session.history.all().delete()

    assert announcements([session]) == {session.pk: Announcement(starts=[session.start_datetime])}


def test_when_an_unrecorded_session_was_put_on_the_programme_is_unknown() -> None:
    session = factories.a_session()
    Session.history.all().delete()
    move(session, HOUR)

    announced = announcements([session])[session.pk]

    assert announced.since is None
    assert announced.changes == 1


def test_many_sessions_take_one_query(django_assert_num_queries: object) -> None:
    sessions = [factories.a_session() for _each in range(3)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(announcements(sessions)) == 3
