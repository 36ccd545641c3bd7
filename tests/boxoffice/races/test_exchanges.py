"""Tickets are exchanged while others buy or scan them. Not on SQLite, where only one transaction writes at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from boxoffice.models import Exchange
from boxoffice.services import exchanges, sales
from orders.models import Order, Ticket
from orders.services import check_in
from screenings.services import cancel_session
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_hall, a_session, an_adult, free_seats
from tests.reliability.run_job import invariant_violations

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """Run the steps at the same time; returns "done" or the name of the refusal of each, sorted."""

    def run(step: Callable[[], Any]) -> str:
        try:
            step()
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(run, steps))


def a_sale() -> tuple[Order, Any, Any]:
    """An order of one ticket that was paid in cash, its shift, and a session to exchange it for."""
    session = a_session(start=NOON + HOUR)
    later = a_session(a_hall(session.hall.cinema), start=NOON + 3 * HOUR)
    shift = a_shift(session.hall.cinema)
    place = (session, free_seats(session)[0], an_adult())
    order = sales.hold_at_till(shift, places=[place], snacks=[], at=NOON, actor=shift.cashier)
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    return order, shift, later


def exchange(order: Order, shift: Any, place: Any) -> None:
    exchanges.exchange(
        order,
        tickets=list(order.tickets.all()),
        places=[place],
        expected_total=PRICE,
        way="cash",
        reason="Ill",
        at_fault=False,
        shift=shift,
        at=NOON,
        actor=shift.cashier,
    )


def test_a_ticket_is_exchanged_once_by_several_tills() -> None:
    order, shift, later = a_sale()
    places = [(later, seat, an_adult()) for seat in free_seats(later)[:3]]

    ends = at_once(*[lambda place=place: exchange(order, shift, place) for place in places])

    assert ends.count("done") == 1
    assert Exchange.objects.count() == 1
    assert Ticket.objects.live().count() == 1
    assert cash_of(shift.cinema) == {"DRAWER": PRICE}
    assert invariant_violations() == []


def test_the_guest_keeps_the_old_seat_if_somebody_else_gets_the_new_one() -> None:
    order, shift, later = a_sale()
    place = (later, free_seats(later)[0], an_adult())
    other = a_shift(shift.cinema)

    ends = at_once(
        lambda: exchange(order, shift, place),
        lambda: sales.hold_at_till(other, places=[place], snacks=[], at=NOON, actor=other.cashier),
    )

    order.refresh_from_db()
    assert ends == ["SeatTaken", "done"]
    assert (order.status == Order.Status.PAID) == (not Exchange.objects.exists())
    assert invariant_violations() == []


def test_a_ticket_is_scanned_or_exchanged_but_not_both() -> None:
    order, shift, later = a_sale()
    ticket = order.tickets.get()
    place = (later, free_seats(later)[0], an_adult())

    ends = at_once(
        lambda: exchange(order, shift, place), lambda: check_in(ticket, at=NOON + HOUR / 2, actor=shift.cashier)
    )

    assert ends.count("done") == 1
    assert invariant_violations() == []


def test_no_exchange_into_a_session_that_is_cancelled_meanwhile() -> None:
    order, shift, later = a_sale()
    place = (later, free_seats(later)[0], an_adult())

    ends = at_once(
        lambda: exchange(order, shift, place), lambda: cancel_session(later, reason="The projector broke", at=NOON)
    )

    assert "OperationalError" not in ends
    assert Exchange.objects.count() + (ends.count("done") == 1) == 1
    assert invariant_violations() == []
