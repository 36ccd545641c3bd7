"""Why a screening was cancelled or changed, as its guests read it."""

import pytest
from django.test import Client

from cinema import clock
from incidents.causes import Cause
from incidents.services import Explanation, cancel, correct, move, record_delay
from incidents.services.correcting import Version
from notifications.models import Notification
from notifications.rendering import render_email, render_text
from screenings.services.relocation import Place
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

TOLD = Explanation(Cause.POWER, "Мастер будет завтра.")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "There was a power failure."),
        ("ru", "Отключилось электричество."),
        ("de", "Der Strom ist ausgefallen."),
    ],
)
def test_guests_read_why_in_their_language_and_the_words_as_they_were_written(client: Client, language, sentence):
    order = a_paid_order(a_session(), language=language)

    cancel([order.tickets.get().session], reason="Anna switched it off", told=TOLD, at=NOON)
    run("refund_cancelled_sessions", at=NOON)

    message = Notification.objects.get(kind="SESSION_CANCELLED")
    email, why = render_email(message), f"{sentence} Мастер будет завтра."
    page = client.get(f"/order/{order.token}/", headers={"accept-language": language}).text
    assert [why in text for text in (email.body, email.html, render_text(message), page)] == [True] * 4
    assert not any("Anna" in text for text in (email.body, email.html, page))


@pytest.mark.parametrize("kind", ["moved", "late", "corrected"])
def test_whoever_is_moved_reads_why_in_the_message_and_on_the_pages(client: Client, kind, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    session = a_session()
    order = a_paid_order(session, language="en")
    facts = {"reason": "Sound", "told": TOLD, "at": NOON}

    if kind == "moved":
        incident = move([session], {session.pk: Place(a_hall(session.hall.cinema), session.start_datetime)}, **facts)
    elif kind == "late":
        incident = record_delay(session, minutes=20, **facts)
    else:
        version = Version(session.film, session.format, "fr")
        incident = correct(session, version, **facts)

    message = Notification.objects.get(kind="SESSION_CHANGED")
    pages = [client.get(f"/order/{order.token}/{path}").text for path in ("", f"changed/{incident.pk}/")]
    why = "There was a power failure. Мастер будет завтра."
    assert [why in text for text in (render_email(message).body, render_text(message), *pages)] == [True] * 4


def test_guests_without_a_seat_read_why_too():
    session = a_session()
    small = a_hall(session.hall.cinema, rows=["s"])
    a_paid_order(session, seats=2, language="en")

    move([session], {session.pk: Place(small, session.start_datetime)}, reason="Sound", told=TOLD, at=NOON)

    message = Notification.objects.get(kind="SESSION_CHANGED")
    assert "No seat left" in render_email(message).subject
    assert "Reason: There was a power failure." in render_email(message).body


def test_without_an_explanation_nothing_is_said_of_a_reason(client: Client):
    order = a_paid_order(a_session(), language="en")

    cancel([order.tickets.get().session], reason="Power cut", at=NOON)
    run("refund_cancelled_sessions", at=NOON)

    email = render_email(Notification.objects.get(kind="SESSION_CANCELLED"))
    assert "Reason" not in email.body
    assert "Reason" not in client.get(f"/order/{order.token}/").text
