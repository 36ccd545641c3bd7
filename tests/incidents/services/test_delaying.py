"""A film that starts late."""

from datetime import timedelta

import pytest

from incidents.errors import PreviewOutdated, StartNotRecordable
from incidents.models import Incident
from incidents.services import delayed_places, digest_of_record, move, record_delay, sessions_at
from notifications.models import Notification
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
EVENING = NOON + timedelta(hours=4)


@pytest.fixture
def evening():
    """Three sessions in one hall: the second begins 5 minutes after the first is cleaned, the last one much later."""
    hall = a_hall()
    first = a_session(hall, start=EVENING)
    second = a_session(hall, start=first.free_from + 5 * MINUTE)
    return [first, second, a_session(hall, start=second.free_from + 60 * MINUTE)]


def starts_of(sessions):
    for each in sessions:
        each.refresh_from_db()
    return [each.start_datetime for each in sessions]


def test_those_that_follow_move_as_far_as_needed(evening):
    before = starts_of(evening)
    for each in evening:
        a_paid_order(each)
    places = delayed_places(evening[0], minutes=20, cut_adverts=False)

    incident = move(sessions_at(places), places, kind=Incident.Kind.DELAYED, reason="Projector", at=EVENING - MINUTE)

    assert starts_of(evening) == [before[0] + 20 * MINUTE, before[1] + 15 * MINUTE, before[2]]
    assert incident.orders.count() == 2
    assert Notification.objects.filter(kind="SESSION_CHANGED").count() == 2


def test_adverts_are_cut_before_anything_else_moves(evening):
    before = starts_of(evening)
    places = delayed_places(evening[0], minutes=15, cut_adverts=True)
    move(sessions_at(places), places, kind=Incident.Kind.DELAYED, reason="Projector", at=EVENING - MINUTE)

    assert starts_of(evening) == [before[0] + 15 * MINUTE, *before[1:]]
    assert evening[0].end_datetime == EVENING + 125 * MINUTE  # 10 minutes of adverts fewer


def test_only_the_actual_start_is_recorded(evening):
    before = starts_of(evening)
    a_paid_order(evening[0])

    incident = record_delay(evening[0], minutes=20, reason="Projector", at=EVENING + 5 * MINUTE)

    assert starts_of(evening) == before
    assert incident.changed.get().actual_start == EVENING + 20 * MINUTE == incident.refund_until
    told = Notification.objects.get(kind="SESSION_CHANGED").context
    assert (told["was"][0]["starts"], told["showings"][0]["starts"]) == (
        "2026-11-05T19:00:00+03:00",
        "2026-11-05T19:20:00+03:00",
    )
    with raises_unchanged(PreviewOutdated):
        digest = digest_of_record(evening[0], minutes=15)
        record_delay(evening[0], minutes=20, reason="Projector", digest=digest, at=EVENING + 5 * MINUTE)


def test_some_minutes_open_no_refund_beyond_the_usual_time(evening):
    a_paid_order(evening[0])

    recorded = record_delay(evening[0], minutes=9, reason="Projector", at=EVENING)
    places = delayed_places(evening[2], minutes=9, cut_adverts=False)
    moved = move(sessions_at(places), places, kind=Incident.Kind.DELAYED, reason="Projector", at=EVENING)

    assert (recorded.refund_until, moved.refund_until) == (None, None)
    assert Notification.objects.get(kind="SESSION_CHANGED").context["refund_until"] == ""


def test_a_start_is_recorded_within_an_hour_and_before_the_end_so_that_nobody_returns_what_they_saw(evening):
    first = evening[0]
    lasts = (first.end_datetime - first.start_datetime) // MINUTE

    assert lasts > 61
    for minutes, at in ((61, EVENING + 59 * MINUTE), (240, first.end_datetime - MINUTE), (30, EVENING + 61 * MINUTE)):
        with raises_unchanged(StartNotRecordable):
            record_delay(first, minutes=minutes, reason="Projector", at=at)

    assert record_delay(first, minutes=60, reason="Projector", at=EVENING + 60 * MINUTE).pk
