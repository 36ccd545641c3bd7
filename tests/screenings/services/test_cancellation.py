from datetime import timedelta

import pytest
from model_bakery import baker

from accounts.models import User
from cinema.validators import ReasonNeeded
from screenings.errors import SessionAlreadyCancelled, SessionOver
from screenings.models import Session
from screenings.services import cancel_session, schedule
from tests.helpers.screening_rows import AT, PRICE, film, session

pytestmark = pytest.mark.django_db

Status = Session.Status


def stored(showing):
    return Session.objects.values().get(pk=showing.pk)


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.ONGOING])
def test_a_session_that_has_not_ended_is_cancelled_with_reason_and_name(status):
    showing, manager = session(status=status), baker.make(User)

    cancel_session(showing, reason=" Projector broken ", at=AT, actor=manager)

    now = Session.objects.get()
    assert now.status == Status.CANCELLED
    assert now.cancelled_at == AT
    assert now.cancel_reason == "Projector broken"
    assert now.cancelled_by == manager
    assert showing.status == Status.CANCELLED


def test_the_hall_of_a_cancelled_session_is_free_at_once():
    showing = session(start=AT + timedelta(hours=1))

    cancel_session(showing, reason="Projector broken", at=AT)

    schedule(film=film(), hall=showing.hall, start=showing.start_datetime, ticket_price=PRICE, at=AT)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 251])
def test_a_cancellation_without_a_reason_is_refused(reason):
    showing = session()
    before = stored(showing)

    with pytest.raises(ReasonNeeded):
        cancel_session(showing, reason=reason, at=AT)

    assert stored(showing) == before


def test_the_first_cancellation_is_kept():
    showing = session()
    cancel_session(showing, reason="Projector broken", at=AT)
    before = stored(showing)

    with pytest.raises(SessionAlreadyCancelled):
        cancel_session(showing, reason="Flood", at=AT + timedelta(minutes=1))

    assert stored(showing) == before


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.ONGOING, Status.COMPLETED])
def test_an_ended_session_cannot_be_cancelled_even_before_the_job_completes_it(status):
    showing = session(start=AT - timedelta(minutes=130), minutes=130, status=status)
    before = stored(showing)

    with pytest.raises(SessionOver):
        cancel_session(showing, reason="Projector broken", at=AT)

    assert stored(showing) == before


def test_a_change_made_by_someone_else_is_noticed():
    showing = session()
    Session.objects.update(status=Status.COMPLETED)

    with pytest.raises(SessionOver):
        cancel_session(showing, reason="Projector broken", at=AT)

    assert Session.objects.get().status == Status.COMPLETED
