from datetime import timedelta

import pytest
from django.test import Client

from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_hall, a_session
from tests.helpers.partners import announce

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def events(session: Session) -> list[str]:
    """Sequence and status of each event."""
    lines = Client().get(f"/feeds/cinemas/{session.hall.cinema_id}.ics").text.splitlines()
    found = zip(*[[each for each in lines if each.startswith(name)] for name in ("SEQUENCE", "STATUS")], strict=True)
    return [" ".join(each) for each in found]


def test_a_calendar_updates_and_cancels() -> None:
    hall = a_hall()
    first, second = a_session(hall), a_session(hall, start=NOON + timedelta(days=2))
    announce(NOON - timedelta(hours=2))
    before = events(first)
    cancel_session(second, reason="The projector broke", at=NOON - timedelta(hours=1))
    type(first).objects.filter(pk=first.pk).update(format="3D")
    announce(NOON - timedelta(hours=1))

    assert before == ["SEQUENCE:1 STATUS:CONFIRMED"] * 2
    assert events(first) == ["SEQUENCE:2 STATUS:CONFIRMED", "SEQUENCE:2 STATUS:CANCELLED"]
