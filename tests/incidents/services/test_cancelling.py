"""Sessions of one hall or of a whole cinema, cancelled in one step."""

from datetime import timedelta

import pytest

from accounts.models import Approval
from accounts.services import approve
from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import ChangedSession, ConcernedOrder, Incident
from incidents.services import cancel, note_phoned, preview_cancellation, sessions_of_day
from notifications.models import Notification
from orders.models import Order
from orders.services.refunds.by_session import without_refund_request
from screenings.errors import SessionAlreadyCancelled
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_paid_order, a_session, an_order
from tests.helpers.users import someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
EVENING = NOON + 4 * HOUR


@pytest.fixture
def evening():
    """Two sessions in one hall and one in another this evening, and one tomorrow; each with an order."""
    cinema = a_cinema()
    hall, other = a_hall(cinema), a_hall(cinema)
    sessions = [
        a_session(hall, start=EVENING),
        a_session(hall, start=EVENING + 3 * HOUR),
        a_session(other, start=EVENING),
    ]
    tomorrow = a_session(hall, start=EVENING + timedelta(days=1))
    for each in [*sessions, tomorrow]:
        a_paid_order(each, at=NOON)
    return cinema, hall, sessions, tomorrow


def test_a_hall_or_a_whole_cinema_is_cancelled_for_one_day(evening):
    cinema, hall, [first, second, elsewhere], _tomorrow = evening
    today = cinema.business_date(NOON)

    assert sessions_of_day(hall, day=today, at=NOON) == [first, second]
    assert sessions_of_day(cinema, day=today, at=NOON) == [first, elsewhere, second]
    assert sessions_of_day(cinema, day=today, at=first.end_datetime) == [second]


def test_all_sessions_stop_in_one_step_and_the_job_refunds_their_guests(evening, django_assert_max_num_queries):
    _cinema, _hall, sessions, tomorrow = evening
    an_order(sessions[0], email="", at=NOON)

    with django_assert_max_num_queries(20):
        incident, asked = cancel(sessions, reason="Power cut", at=NOON)
    run("refund_cancelled_sessions", at=NOON)

    assert asked is None
    assert (incident.kind, incident.reason) == (Incident.Kind.CANCELLED, "Power cut")
    assert set(incident.sessions.all()) == set(sessions)
    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == [
        *["REFUNDED"] * 3,
        "PAID",
        "CANCELLED",
    ]
    tomorrow.refresh_from_db()
    assert tomorrow.status == Session.Status.SCHEDULED
    facts = incident.orders.with_facts().order_by("pk").values_list("told", "refunded", "comes", "address")
    assert [(told, refunded, comes) for told, refunded, comes, _address in facts] == [
        *[("QUEUED", PRICE, False)] * 3,
        (None, None, False),
    ]
    assert [address for *_facts, address in facts][3] == ""


def test_the_refunds_of_all_sessions_together_wait_for_one_approval(evening, settings):
    settings.APPROVAL_LIMITS = {"orders.refund_session": 2 * PRICE}
    cinema, _hall, sessions, _tomorrow = evening
    one, other = (someone("floor_manager", cinema, email="one@example.org"), someone("cinema_manager", cinema))
    assert preview_cancellation(sessions, at=NOON, actor=one).waits

    _incident, asked = cancel(sessions, reason="Power cut", at=NOON, actor=one)
    run("refund_cancelled_sessions", at=NOON)
    waiting = Order.objects.filter(status="PAID").count()

    assert (Approval.objects.count(), without_refund_request().count(), waiting) == (1, 0, 4)
    assert Notification.objects.filter(kind="SESSION_CANCELLED").count() == 3
    approve(asked, digest=asked.digest, at=NOON, actor=other)
    run("refund_cancelled_sessions", at=NOON)
    assert Order.objects.filter(status="REFUNDED").count() == 3


def test_what_was_shown_must_still_be_so(evening):
    _cinema, _hall, sessions, _tomorrow = evening
    actor = someone("floor_manager", _cinema)
    shown = preview_cancellation(sessions, at=NOON, actor=actor)
    a_paid_order(sessions[0], at=NOON)
    assert preview_cancellation(sessions, at=NOON, actor=actor).digest == shown.digest
    cancel_session(sessions[1], reason="Flood", at=NOON)

    with raises_unchanged(PreviewOutdated):
        cancel(sessions, reason="Power cut", digest=shown.digest, at=NOON)


def test_all_or_none(evening):
    _cinema, _hall, sessions, _tomorrow = evening
    cancel_session(sessions[1], reason="Flood", at=NOON)

    with raises_unchanged(SessionAlreadyCancelled):
        cancel(sessions, reason="Power cut", at=NOON)
    with raises_unchanged(NothingToChange):
        cancel([], reason="Power cut", at=NOON)


def test_a_guest_is_told_by_phone_once(evening):
    cinema, _hall, sessions, _tomorrow = evening
    incident, _asked = cancel(sessions[:1], reason="Power cut", at=NOON)
    row, actor = incident.orders.get(), someone("floor_manager", cinema)

    note_phoned(row, at=NOON, actor=actor)

    row.refresh_from_db()
    assert (row.phoned_at, row.phoned_by) == (NOON, actor)
    with pytest.raises(Exception, match="already told"):
        note_phoned(row, at=NOON, actor=actor)
    assert (ChangedSession.objects.get().hall, ConcernedOrder.objects.count()) == (sessions[0].hall, 1)
