"""Another film or version than was announced."""

from datetime import timedelta

import pytest

from incidents.errors import NothingToChange, PreviewOutdated
from incidents.services import Version, correct, preview_correction
from notifications.models import Notification
from notifications.rendering import render_email
from screenings.errors import HallBusy
from screenings.models import Film
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_guests_are_told_of_the_version_and_tickets_keep_their_price():
    session = a_session(start=NOON + 4 * HOUR)
    order = a_paid_order(session)

    incident = correct(session, Version(session.film, "3D", "en", "ru"), reason="Typing error", at=NOON)

    session.refresh_from_db()
    changed = incident.changed.get()
    assert (session.format, session.language, session.subtitles) == ("3D", "en", "ru")
    assert (changed.format, changed.language, incident.refund_until) == ("2D", "ru", session.start_datetime)
    assert order.tickets.get().price == PRICE
    body = render_email(Notification.objects.get(kind="SESSION_CHANGED")).body
    assert "3D, English, subtitles: Russian" in body
    assert "2D, Russian" in body
    assert f"{order.link}changed/{incident.pk}/" in body


def test_a_longer_film_needs_the_hall_for_longer():
    hall = a_hall()
    session = a_session(hall, start=NOON + 4 * HOUR)
    snack = a_paid_order(session, snacks=[(an_item(hall.cinema), 1)]).preorders.get()
    longer = Film.objects.create(title="Stalker", duration_minutes=140)

    correct(session, Version(longer, "2D", "ru"), reason="The other copy", at=NOON)

    session.refresh_from_db()
    snack.refresh_from_db()
    assert snack.collection_deadline == session.end_datetime == NOON + 6.5 * HOUR
    a_session(hall, start=session.free_from)
    version = Version(Film.objects.create(title="Satantango", duration_minutes=439), "2D", "ru")
    with raises_unchanged(HallBusy):
        correct(session, version, reason="Why not", at=NOON)


def test_only_what_was_shown_is_done():
    session = a_session(start=NOON + 4 * HOUR)
    version = Version(session.film, "3D", "ru")
    shown = preview_correction(session, version, at=NOON)
    correct(session, Version(session.film, "IMAX", "ru"), reason="First", at=NOON)

    with raises_unchanged(PreviewOutdated):
        correct(session, version, reason="Second", digest=shown.digest, at=NOON)
    with raises_unchanged(NothingToChange):
        correct(session, Version(session.film, "IMAX", "ru"), reason="Again", at=NOON)
