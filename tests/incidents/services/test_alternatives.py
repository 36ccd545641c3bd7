"""Which other sessions a guest is offered, in the message and on the pages that it leads to."""

from datetime import timedelta

import pytest
from django.test import Client

from cinema import clock
from incidents.services import cancel, move
from incidents.services.alternatives import alternatives
from notifications.models import Notification
from notifications.rendering import render_email
from screenings.services.relocation import Place
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
EVENING = NOON + 4 * HOUR
LATER = timedelta(days=1)


@pytest.fixture
def programme(monkeypatch):
    """A session this evening, and others of its film: sold out, two here, one elsewhere before them, one in a month."""
    cinema, elsewhere = a_cinema(), a_cinema()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    session = a_session(a_hall(cinema), start=EVENING)
    full = a_session(a_hall(cinema, rows=["s"]), start=EVENING + HOUR)
    a_paid_order(full)
    other = a_session(a_hall(elsewhere), start=EVENING + 2 * HOUR)
    here = [a_session(session.hall, start=EVENING + days * LATER) for days in (2, 1)]
    a_session(session.hall, start=EVENING + 30 * LATER)
    a_session(session.hall, start=EVENING + 3 * HOUR, minutes=100)  # another film
    return session, [here[1], here[0], other]


def test_the_next_sessions_with_enough_seats_are_offered_those_of_the_cinema_first(programme):
    session, expected = programme

    offered = alternatives([session], at=NOON)

    assert offered.to(session, places=1) == expected
    assert offered.to(session, places=1_000) == []


def test_a_batch_takes_as_many_queries_as_one(programme, django_assert_num_queries):
    session, others = programme

    with django_assert_num_queries(3):
        alternatives([session], at=NOON)
    with django_assert_num_queries(3):
        alternatives([session, *others[:2]], at=NOON)


def test_whoever_loses_a_cancelled_session_is_offered_others_in_the_message_and_on_the_page(client: Client, programme):
    session, expected = programme
    order = a_paid_order(session)

    cancel([session], reason="Power cut", at=NOON)
    run("refund_cancelled_sessions", at=NOON)

    email = render_email(Notification.objects.get(kind="SESSION_CANCELLED"))
    page = client.get(f"/order/{order.token}/").text
    for each in expected:
        assert f"/sessions/{each.pk}/" in email.body
        assert f'/sessions/{each.pk}/">“{each.film.title}”' in email.html
        assert f"/sessions/{each.pk}/" in page


def test_whoever_may_return_tickets_of_a_moved_session_is_offered_others(client: Client, programme):
    session, expected = programme
    order = a_paid_order(session)

    incident = move([session], {session.pk: Place(a_hall(session.hall.cinema), EVENING)}, reason="Sound", at=NOON)

    told = Notification.objects.get(kind="SESSION_CHANGED").context["others"]
    page = client.get(f"/order/{order.token}/changed/{incident.pk}/").text
    assert [each["link"].rpartition("sessions/")[2] for each in told] == [f"{each.pk}/" for each in expected]
    assert [f"/sessions/{each.pk}/" in page for each in expected] == [True] * 3
