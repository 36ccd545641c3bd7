"""A session with sales is moved while somebody buys or pays, or while the process is killed: every ticket has a seat of
the hall where its session is, and nothing is done by halves."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db.models import F

from incidents.services import move
from orders.models import Order, Ticket
from orders.services.selling import hold
from screenings.models import Hall, Session
from screenings.services.relocation import Place
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session, an_order, business_state, pay
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule
from tests.reliability.run_job import invariant_violations, leases_always_granted
from tests.reliability.scenario import AT, HOUR

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None) -> Iterator[None]:
    with leases_always_granted():
        yield


def a_sold_session() -> None:
    """With a paid order of two and an unpaid one, beside a hall that has room for one party more."""
    cinema = a_cinema()
    session = a_session(a_hall(cinema, rows=["ssssss"]), start=AT + 4 * HOUR)
    a_paid_order(session, seats=2, at=AT)
    an_order(session, at=AT)
    a_hall(cinema, rows=["ssss"])


def move_it() -> None:
    session = Session.objects.select_related("hall__cinema").get()
    hall = Hall.objects.exclude(pk=session.hall_id).select_related("cinema").get()
    move([session], {session.pk: Place(hall, session.start_datetime)}, reason="Projector", at=AT)


def buy() -> Order:
    return an_order(Session.objects.select_related("hall__cinema").get(), at=AT)


def pay_the_unpaid_one() -> Order:
    return pay(Order.objects.get(status="PENDING_PAYMENT"), at=AT)


def in_another_hall() -> int:
    return Ticket.objects.live().exclude(seat__hall=F("session__hall")).count()


@pytest.mark.postgres
@pytest.mark.parametrize(("first", "second"), [(buy, move_it), (pay_the_unpaid_one, move_it)], ids=["buyer", "payer"])
def test_every_ticket_ends_in_the_hall_of_its_session(first: Action, second: Action) -> None:
    ends = [
        (in_another_hall(), Session.objects.filter(hall__seats__row=1).distinct().count(), schedule.second)
        for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(a_sold_session))
    ]

    assert {(lost, sessions, moved) for lost, sessions, moved in ends} == {(0, 1, None)}
    assert invariant_violations(AT) == []


@pytest.mark.postgres
def test_without_the_second_look_a_buyer_gets_a_seat_of_the_former_hall() -> None:
    with patch.object(hold, "_refuse_changed", lambda _sessions: None):
        lost = [
            in_another_hall()
            for _schedule in every_schedule(buy, move_it, restore_snapshot=lambda: restore_snapshot(a_sold_session))
        ]

    assert any(lost)


def test_a_move_that_is_killed_is_done_wholly_or_not_at_all() -> None:
    restore_snapshot(a_sold_session)
    before = business_state()
    points = count_crash_points(move_it)
    after = business_state()
    assert after != before

    ends = []
    for point in range(1, points + 1, max(1, points // 8)):
        restore_snapshot(a_sold_session)
        run_and_kill(move_it, at_point=point)
        ends.append(business_state())

    assert before in ends
    assert all(end in (before, after) for end in ends)
