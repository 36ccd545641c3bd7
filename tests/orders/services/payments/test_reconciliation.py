from datetime import timedelta
from unittest.mock import patch

import pytest

from demo.bank import DemoBank
from orders.errors import ForbiddenMove, NotOnSale, SeatTaken
from orders.models import Order
from orders.services import cancel, reconcile, record_uncertain_payment, resolve_payment
from payments.errors import GatewayUnavailable
from payments.models import Gateway, Payment
from tests.helpers.factories import NOON, PRICE, a_session, an_order, at_the_bank, business_state, paid_at_the_bank
from tests.helpers.ledger_diff import differences
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_customers_who_never_came_back_get_their_tickets():
    session = a_session(start=NOON + 9 * DAY)
    orders = [an_order(session) for _order in range(3)]
    for order in orders:
        at_the_bank(order, paid=True)

    run("reconcile_payments", at=NOON + 5 * MINUTE)

    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.PAID}
    assert differences() == []
    assert invariant_violations() == []


def test_no_payment_is_lost_when_the_bank_is_unavailable_for_days():
    session = a_session(start=NOON + 9 * DAY)
    order = an_order(session)
    at_the_bank(order, paid=True)
    with patch.object(DemoBank, "fetch", side_effect=GatewayUnavailable("ConnectTimeout")):
        for days in range(4):
            tally = reconcile(list(Payment.objects.due_for_polling(NOON + DAY)), at=NOON + days * DAY + HOUR)
            assert (tally.passed_over, tally.error) == (1, "demo is away: ConnectTimeout")
    cancel(order, reason="Out of time", at=NOON + HOUR)

    run("reconcile_payments", at=NOON + 4 * DAY)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID  # revived: its seat was still free
    assert invariant_violations(NOON + 4 * DAY) == []


def test_an_unavailable_bank_is_asked_once_per_batch():
    session = a_session()
    for _order in range(3):
        at_the_bank(an_order(session))

    with patch.object(DemoBank, "fetch", side_effect=GatewayUnavailable("ReadTimeout")) as asked:
        tally = reconcile(list(Payment.objects.due_for_polling(NOON + HOUR)), at=NOON + HOUR)

    assert (asked.call_count, tally.passed_over) == (1, 3)


def test_a_pending_payment_is_polled_at_growing_intervals():
    payment = at_the_bank(an_order(a_session(start=NOON + 9 * DAY), channel=Order.Channel.RESERVATION))
    assert payment.next_poll_at == NOON + 5 * MINUTE

    pauses = []
    for _time in range(12):
        at = payment.next_poll_at
        run("reconcile_payments", at=at)
        payment.refresh_from_db()
        pauses.append(payment.next_poll_at - at)

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5 * MINUTE, max(pauses))
    assert max(pauses) <= 6 * HOUR


def test_a_paid_payment_is_polled_a_dozen_times_in_half_a_year():
    payment = paid_at_the_bank(a_session(start=NOON + 9 * DAY)).payments.get()

    times = []
    while payment.next_poll_at:
        times.append(payment.next_poll_at - NOON)
        run("reconcile_payments", at=payment.next_poll_at)
        payment.refresh_from_db()

    assert times[:3] == [HOUR, 2 * HOUR, 4 * HOUR]
    assert len(times) <= 14
    assert times[-1] > 80 * DAY


# --- Payments at a card terminal


def test_staff_resolve_an_uncertain_terminal_payment():
    order = an_order()
    cashier = someone("cashier", order.cinema)
    payment = record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON, actor=cashier)
    assert record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON, actor=cashier) == payment
    assert not Order.objects.expired(order.expires_at).exists()

    resolve_payment(payment, approved=True, at=NOON + MINUTE, actor=cashier)

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, order.status) == (Payment.Status.SUCCEEDED, Order.Status.PAID)
    assert invariant_violations() == []


def test_a_terminal_payment_without_money_leaves_the_order_unpaid():
    order = an_order()
    payment = record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON)

    resolve_payment(payment, approved=False, at=NOON + MINUTE)

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, order.status) == (Payment.Status.FAILED, Order.Status.PENDING_PAYMENT)


def test_terminal_money_for_lost_seats_is_refused():
    session = a_session()
    order = an_order(session)
    payment = record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, at=NOON)
    cancel(order, reason="Out of time", at=NOON + HOUR)
    an_order(session, seats=20, at=NOON + HOUR)
    before = business_state()

    with pytest.raises((SeatTaken, NotOnSale)):
        resolve_payment(payment, approved=True, at=NOON + HOUR)

    assert business_state() == before


def test_a_gateway_payment_cannot_be_resolved_by_hand():
    payment = at_the_bank(an_order())

    with pytest.raises(ForbiddenMove):
        resolve_payment(payment, approved=True, at=NOON)

    assert payment.amount == PRICE
    assert Order.objects.get().status == Order.Status.PENDING_PAYMENT
