"""Admission at the door, from the scan to the verdict on the screen."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Device, User
from accounts.services.devices import device_of
from boxoffice.models import DoorEvent
from boxoffice.services import door
from orders.errors import ScanNotUndoable
from orders.models import Scan, Ticket
from orders.services import code_of, refund
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.box_office import a_device, token_of
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=NOON + timedelta(minutes=30))


@pytest.fixture
def usher(session: Session) -> User:
    return someone("usher", session.hall.cinema)


@pytest.fixture
def device(session: Session) -> Device:
    return a_device(session.hall.cinema, session.hall)


@pytest.fixture
def who(device: Device, usher: User) -> dict[str, Any]:
    return {"device": device, "actor": usher}


def a_ticket(session: Session, **options: Any) -> Ticket:
    return factories.a_paid_order(session, **options).tickets.select_related("order", "ticket_type").first()


def test_a_paid_ticket_is_green_once_and_then_says_when_and_where_it_was_used(
    session: Session, who: dict[str, Any]
) -> None:
    code = code_of(a_ticket(session))

    first = door.scan(code, at=NOON, **who)
    second = door.scan(code, at=LATER, **who)

    assert (first.colour, first.word) == ("green", "Admit")
    assert (second.colour, second.word, second.text) == ("red", "Already used", "Used 15:00 at Door B.")
    assert Scan.objects.count() == 1
    assert DoorEvent.objects.get().reason == "ticket_used"


def test_a_scanner_that_types_on_a_russian_keyboard_is_understood(session: Session, who: dict[str, Any]) -> None:
    keys = dict(zip("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", strict=True))
    typed = "".join(keys.get(sign, sign) for sign in code_of(a_ticket(session)))

    assert door.scan(typed, at=NOON, **who).colour == "green"


def test_refusals_say_which(session: Session, device: Device, who: dict[str, Any]) -> None:
    other_hall = factories.a_session(factories.a_hall(session.hall.cinema), start=session.start_datetime)
    tomorrow = factories.a_session(session.hall, start=NOON + timedelta(days=1))
    tonight = factories.a_session(session.hall, start=NOON + timedelta(hours=6))
    cancelled = factories.a_session(session.hall, start=NOON + timedelta(hours=3))
    refunded, off = a_ticket(session), a_ticket(cancelled)
    unpaid = factories.an_order(session).tickets.select_related("order").first()
    refund(refunded.order, reason="Ill", at=NOON)
    cancel_session(cancelled, reason="Projector", at=NOON)
    cases = {
        "Unknown code": "T1-AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Other hall": code_of(a_ticket(other_hall)),
        "Other screening": code_of(a_ticket(tomorrow)),
        "Too early": code_of(a_ticket(tonight)),
        "Refunded": code_of(refunded),
        "Not paid": code_of(unpaid),
        "Screening cancelled": code_of(off),
    }

    found = {word: door.scan(code, at=NOON, **who) for word, code in cases.items()}

    assert {word: (each.word, each.colour) for word, each in found.items()} == {word: (word, "red") for word in cases}
    assert not Scan.objects.exists()
    assert DoorEvent.objects.count() == len(cases)


def test_a_ticket_of_another_cinema_is_unknown(who: dict[str, Any]) -> None:
    foreign = a_ticket(factories.a_session(start=NOON + timedelta(minutes=30)))

    assert door.scan(code_of(foreign), at=NOON, **who).word == "Unknown code"
    foreign.refresh_from_db()
    assert foreign.status == Ticket.Status.PAID


def test_an_age_or_a_document_to_check_is_amber(session: Session, who: dict[str, Any]) -> None:
    session.film.age_rating = "18+"
    session.film.save()
    ticket = a_ticket(session)
    ticket.ticket_type.price_percent = 50
    ticket.ticket_type.save()

    verdict = door.scan(code_of(ticket), at=NOON, **who)

    assert verdict.colour == "amber"
    assert [each.split(":")[0] for each in verdict.checks] == ["Age", "Reduced ticket “Adult”"]


def test_an_usher_undoes_their_own_scan_for_five_minutes(session: Session, device: Device, who: dict[str, Any]) -> None:
    ticket = a_ticket(session)
    door.scan(code_of(ticket), at=NOON, **who)

    with pytest.raises(ScanNotUndoable):
        door.undo(ticket, at=NOON + timedelta(minutes=5), **who)
    with pytest.raises(ScanNotUndoable):
        door.undo(ticket, device=device, actor=someone("usher", email="other@example.org"), at=LATER)
    door.undo(ticket, at=LATER, **who)

    assert door.scan(code_of(ticket), at=LATER, **who).colour == "green"
    assert list(Scan.objects.order_by("pk").values_list("undone", flat=True)) == [False, True, False]


def test_a_guest_who_comes_back_is_recorded(session: Session, who: dict[str, Any]) -> None:
    ticket = a_ticket(session)

    assert door.let_in_again(ticket, at=NOON, **who).colour == "red"
    door.scan(code_of(ticket), at=NOON, **who)
    assert door.let_in_again(ticket, at=LATER, **who).colour == "green"

    assert DoorEvent.objects.get().kind == DoorEvent.Kind.RE_ENTRY


def test_a_guest_turned_away_is_recorded_and_the_ticket_is_free_again(session: Session, who: dict[str, Any]) -> None:
    ticket = a_ticket(session)
    door.scan(code_of(ticket), at=NOON, **who)

    door.turn_away(ticket, reason="TOO_YOUNG", at=LATER, **who)

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID
    assert (DoorEvent.objects.get().kind, DoorEvent.objects.get().reason) == ("TURNED_AWAY", "TOO_YOUNG")


def test_the_door_counts_who_has_entered_its_halls(session: Session, device: Device, who: dict[str, Any]) -> None:
    order = factories.a_paid_order(session, seats=3)
    factories.a_paid_order(factories.a_session(factories.a_hall(session.hall.cinema), start=session.start_datetime))
    door.admit(order.tickets.select_related("order", "session__film", "session__hall__cinema").first(), at=NOON, **who)

    assert [(each.entered, each.sold) for each in door.counts(device, at=NOON)] == [(1, 3)]


def test_a_scan_costs_six_queries_once_the_device_is_known(session: Session, usher: User, device: Device) -> None:
    """The ticket, the lock of its order, the ticket again, the house rules, its new status, the scan."""
    code = code_of(a_ticket(session))
    known = device_of(token_of(device))
    assert known is not None

    with CaptureQueriesContext(connection) as queries:
        assert door.scan(code, device=known, actor=usher, at=NOON).colour == "green"

    assert len([each for each in queries if "SAVEPOINT" not in each["sql"]]) == 6
