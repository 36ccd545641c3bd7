"""The evening's list that a door keeps for when the network is away."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Device, User
from boxoffice.services.offline_list import SALT, evening_list, printed_list, proof_of, read_seal
from orders.models import Ticket
from orders.services import check_in, code_of, refund
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.box_office import a_device
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=NOON + timedelta(minutes=30))


@pytest.fixture
def usher(session: Session) -> User:
    return someone("usher", session.hall.cinema)


@pytest.fixture
def device(session: Session) -> Device:
    return a_device(session.hall.cinema, session.hall)


def a_ticket(session: Session, **options: Any) -> Ticket:
    return factories.a_paid_order(session, **options).tickets.select_related("order", "seat").first()


def row_of(found: dict[str, Any], ticket: Ticket) -> list[Any] | None:
    """The ticket's row, found as the device finds it."""
    digest = sha256(f"{found['salt']}{code_of(ticket)}".encode()).hexdigest()
    return found["tickets"].get(digest[:32])


def test_it_holds_the_tickets_of_the_devices_halls_for_the_evening_and_no_person(
    session: Session, device: Device, usher: User
) -> None:
    customer = factories.a_customer()
    paid, used = a_ticket(session, customer=customer), a_ticket(session)
    check_in(used, at=NOON)
    refunded, unpaid = a_ticket(session), factories.an_order(session).tickets.select_related("order").first()
    refund(refunded.order, reason="Ill", at=NOON)
    elsewhere = a_ticket(factories.a_session(factories.a_hall(session.hall.cinema), start=session.start_datetime))
    tomorrow = a_ticket(factories.a_session(session.hall, start=NOON + timedelta(days=1)))

    found = evening_list(device, actor=usher, at=NOON)

    assert row_of(found, paid) == [0, paid.seat.row, paid.seat.number, 0, 0, proof_of(code_of(paid))]
    assert row_of(found, used) == [0, used.seat.row, used.seat.number, 0, 1, proof_of(code_of(used))]
    assert [row_of(found, each) for each in (refunded, unpaid, elsewhere, tomorrow)] == [None] * 4
    text = json.dumps(found)
    assert customer.email not in text
    assert code_of(paid) not in text
    assert paid.order.number not in text
    assert [each["hall"] for each in found["sessions"]] == [session.hall.name]


def test_it_says_what_to_check_in_the_readers_words(session: Session, device: Device, usher: User) -> None:
    session.film.age_rating = "18+"
    session.film.save()
    ticket = a_ticket(session)

    found = evening_list(device, actor=usher, at=NOON)

    row = row_of(found, ticket)
    assert row is not None
    assert [each.split(":")[0] for each in found["kinds"][row[3]]["checks"]] == ["Age"]


def test_its_seal_tells_cinema_device_halls_person_and_time_and_cannot_be_changed(
    session: Session, device: Device, usher: User
) -> None:
    found = evening_list(device, actor=usher, at=NOON)
    sealed = found["seal"]

    seal = read_seal(sealed)

    assert seal is not None
    assert (seal.cinema, seal.device, seal.actor) == (session.hall.cinema_id, device.pk, usher.pk)
    assert (seal.halls, seal.made_at, seal.until.isoformat()) == ({session.hall_id}, NOON, found["until"])
    assert read_seal(signing.dumps([device.pk, usher.pk, NOON.isoformat()], salt=SALT)) is None  # as before
    assert read_seal(sealed[:-1] + ("A" if sealed[-1] != "A" else "B")) is None


def test_it_costs_the_same_queries_for_any_number_of_tickets(session: Session, device: Device, usher: User) -> None:
    assert device.hall_keys  # one query, once
    counted = []
    for _ in range(2):
        factories.a_paid_order(session, seats=3)
        with CaptureQueriesContext(connection) as queries:
            evening_list(device, actor=usher, at=NOON)
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_the_printed_list_names_the_seats_and_the_end_of_each_code(session: Session, device: Device) -> None:
    ticket = a_ticket(session)

    assert printed_list(device, at=NOON) == [(session, [(ticket, code_of(ticket)[-4:])])]
