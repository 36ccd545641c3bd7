"""Several tills at one order at the same moment. Not on SQLite, where only one transaction writes at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from boxoffice.services import refunds, sales
from orders.models import Order
from orders.services import check_in
from payments.models import Payment, Refund
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_session, an_adult, free_seats
from tests.reliability.run_job import invariant_violations

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


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


def test_the_rest_of_an_order_is_taken_once_by_several_tills() -> None:
    session = a_session(start=NOON + timedelta(minutes=30))
    shift = a_shift(session.hall.cinema)
    work: dict[str, Any] = {"shift": shift, "at": NOON, "actor": shift.cashier}
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:2]]
    order = sales.hold_at_till(shift, places=places, snacks=[], at=NOON, actor=shift.cashier)
    sales.pay_cash(order, given=None, amount=PRICE, **work)

    ends = at_once(*[lambda: sales.pay_cash(order, given=None, amount=PRICE, **work)] * 4)

    assert ends == ["AlreadyPaid"] * 3 + ["done"]
    assert Payment.objects.count() == 2
    assert cash_of(session.hall.cinema) == {"DRAWER": 2 * PRICE}
    assert invariant_violations() == []


def test_a_ticket_is_scanned_or_its_sale_undone_but_not_both() -> None:
    session = a_session(start=NOON + timedelta(minutes=30))
    shift = a_shift(session.hall.cinema)
    order = sales.hold_at_till(
        shift, places=[(session, free_seats(session)[0], an_adult())], snacks=[], at=NOON, actor=shift.cashier
    )
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    ticket = order.tickets.get()

    def undo() -> None:
        refunds.void(order, reason="Wrong film", shift=shift, at=NOON, actor=shift.cashier)

    ends = at_once(undo, lambda: check_in(ticket, at=NOON, actor=shift.cashier), undo)

    undone = Refund.objects.count()
    status = Order.objects.get().status
    assert ends.count("done") == 1
    assert (status, cash_of(session.hall.cinema)) in [("REFUNDED", {"DRAWER": 0}), ("PAID", {"DRAWER": PRICE})]
    assert undone == (status == "REFUNDED")
    assert invariant_violations() == []
