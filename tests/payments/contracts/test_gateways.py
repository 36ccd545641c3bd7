"""The contract of every gateway: after each scenario the provider's ledger agrees with our database.

The scenarios are the same for the demonstration bank, Stripe and YooKassa; the latter two are called over HTTP, at a
fake provider (`tests/helpers/fakes/gateway.py`). After each, all money is either in valid orders or refunded.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings

from cinema.money import CENT
from jobs.models import QuarantinedRow
from orders.models import Order
from orders.services import CustomerPaymentState, customer_payment_state, refund
from payments.errors import GatewayRefused
from payments.gateways import RefundRequest, client
from payments.models import GatewayEvent, Payment, Refund
from payments.services import send_again
from tests.helpers.factories import PRICE, a_hall, a_session, an_order, pay
from tests.helpers.gateway_harness import HARNESSES, GatewayHarness
from tests.helpers.sampling import seeds
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

DAYS_AHEAD = 60
SEEDS = seeds(1, 15)


@pytest.fixture(params=HARNESSES)
def world(request: pytest.FixtureRequest) -> Iterator[GatewayHarness]:
    new = HARNESSES[request.param]()
    with new.running():
        yield new


def an_order_of(world: GatewayHarness, seats: int = 1, session=None) -> Order:
    return an_order(session or a_distant_session(world), seats=seats, at=world.at)


def a_distant_session(world: GatewayHarness):
    return a_session(a_hall(rows=["ssssssssss"]), start=world.at + timedelta(days=DAYS_AHEAD))


def paid(world: GatewayHarness, seats: int = 1) -> tuple[Order, Payment]:
    order = an_order_of(world, seats)
    payment = world.start(order)
    assert payment is not None
    world.pay(payment)
    assert customer_payment_state(order, at=world.at) == CustomerPaymentState.PAID
    payment.refresh_from_db()
    return order, payment


# --- Scenarios: each returns the expected statuses of its orders


def paid_and_returned_to_the_shop(world):
    paid(world)
    return ["PAID"]


def paid_and_did_not_return_to_the_shop(world):
    world.pay(world.start(an_order_of(world)))
    return ["PAID"]


def declined_and_then_paid(world):
    order = an_order_of(world)
    world.decline(world.start(order))
    assert customer_payment_state(order, at=world.at) == CustomerPaymentState.DECLINED
    world.pay(world.start(order))
    return ["PAID"]


def declined_and_abandoned(world):
    world.decline(world.start(an_order_of(world)))
    return ["CANCELLED"]


def started_three_times(world):
    order = an_order_of(world)
    assert len({world.start(order).pk for _time in range(3)}) == 1
    world.pay(Payment.objects.get())
    return ["PAID"]


def abandoned(world):
    order = an_order_of(world)
    world.start(order)
    assert customer_payment_state(order, at=world.at) == CustomerPaymentState.WAITING
    return ["CANCELLED"]


def paid_after_the_seats_were_sold_to_others(world):
    session = a_distant_session(world)
    order = an_order_of(world, session=session)
    payment = world.start(order)
    world.wait(minutes=50)
    world.run()
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    pay(an_order(session, seats=10, at=world.at), at=world.at)
    was_possible = world.pay(payment)
    assert was_possible is not world.closes_pages
    return ["CANCELLED", "PAID"]


def paid_late_while_the_seats_were_free(world):
    order = an_order_of(world)
    payment = world.start(order)
    world.wait(minutes=50)
    world.run()
    was_possible = world.pay(payment)
    return ["PAID" if was_possible else "CANCELLED"]


def response_to_the_start_lost_and_started_again(world):
    order = an_order_of(world)
    world.lose_next_answer()
    assert world.start(order) is None
    world.pay(world.start(order))
    return ["PAID"]


def response_to_the_start_lost_and_abandoned(world):
    world.lose_next_answer()
    assert world.start(an_order_of(world)) is None
    return ["CANCELLED"]


def response_to_the_start_lost_but_paid(world):
    world.lose_next_answer()
    assert world.start(an_order_of(world)) is None
    world.pay(Payment.objects.get())
    return ["PAID"]


def gateway_unavailable_at_the_start(world):
    order = an_order_of(world)
    world.go_down()
    assert world.start(order) is None
    world.end_faults()
    world.pay(world.start(order))
    return ["PAID"]


def gateway_unavailable_for_four_days_after_the_payment(world):
    world.pay(world.start(an_order_of(world)))
    world.go_down()
    for _day in range(4):
        world.wait(days=1)
        world.run()
    return ["PAID"]


def also_paid_at_the_box_office(world):
    order = an_order_of(world)
    payment = world.start(order)
    world.pay(payment)
    pay(order, at=world.at)
    return ["PAID"]


def whole_order_refunded(world):
    order, _payment = paid(world)
    refund(order, reason="Ill", at=world.at)
    return ["REFUNDED"]


def refunded_ticket_by_ticket(world):
    order, _payment = paid(world, seats=3)
    for ticket in list(order.tickets.all()):
        refund(order, lines=[ticket], reason="Ill", at=world.at)
        world.run("execute_refunds")
    assert Refund.objects.filter(status="SUCCEEDED").count() == 3
    return ["REFUNDED"]


def response_to_a_refund_lost(world):
    order, _payment = paid(world)
    refund(order, reason="Ill", at=world.at)
    world.lose_next_answer()
    world.run("execute_refunds")
    assert Refund.objects.get().status == Refund.Status.REQUESTED
    return ["REFUNDED"]


def refunds_refused_for_some_time(world):
    order, _payment = paid(world)
    refund(order, reason="Ill", at=world.at)
    world.refuse_refunds()
    for _time in range(3):
        world.run("execute_refunds")
        world.wait(minutes=40)
    return ["REFUNDED"]


def refunds_refused_until_staff_sent_them_again(world):
    order, _payment = paid(world)
    back = refund(order, reason="Ill", at=world.at)
    world.refuse_refunds()
    for _time in range(8):
        world.run("execute_refunds")
        world.wait(hours=7)
    back.refresh_from_db()
    assert back.status == Refund.Status.FAILED
    world.end_faults()
    send_again(back, at=world.at)
    return ["REFUNDED"]


def refund_accepted_and_completed_later(world):
    order, _payment = paid(world)
    refund(order, reason="Ill", at=world.at)
    world.accept_refunds_only()
    world.run("execute_refunds")
    if world.settles_refunds_later:
        assert Refund.objects.get().status == Refund.Status.REQUESTED
    return ["REFUNDED"]


def refund_accepted_and_failed_later(world):
    order, _payment = paid(world)
    back = refund(order, reason="Ill", at=world.at)
    world.accept_refunds_only()
    world.run("execute_refunds")
    world.finish_refunds("failed")
    world.wait(hours=1)
    world.run("execute_refunds")
    world.end_faults()
    if world.settles_refunds_later:
        back.refresh_from_db()
        assert back.status == Refund.Status.FAILED
        send_again(back, at=world.at)
    return ["REFUNDED"]


def refunded_at_the_gateway(world):
    _order, payment = paid(world)
    world.refund_at_desk(payment, PRICE)
    return ["REFUNDED"]


def charged_back(world):
    _order, payment = paid(world)
    world.wait(days=20)
    world.charge_back(payment, PRICE)
    return ["REFUNDED"]


def partly_refunded_at_the_gateway(world):
    _order, payment = paid(world, seats=2)
    world.refund_at_desk(payment, PRICE)
    return ["PAID"]


def refunded_at_the_gateway_before_our_refund_was_sent(world):
    order, payment = paid(world)
    refund(order, reason="Ill", at=world.at)
    world.refund_at_desk(payment, PRICE)
    world.wait(hours=2)
    world.run("reconcile_payments")
    return ["REFUNDED"]


SCENARIOS: list[Callable[[GatewayHarness], list[str]]] = [
    paid_and_returned_to_the_shop,
    paid_and_did_not_return_to_the_shop,
    declined_and_then_paid,
    declined_and_abandoned,
    started_three_times,
    abandoned,
    paid_after_the_seats_were_sold_to_others,
    paid_late_while_the_seats_were_free,
    response_to_the_start_lost_and_started_again,
    response_to_the_start_lost_and_abandoned,
    response_to_the_start_lost_but_paid,
    gateway_unavailable_at_the_start,
    gateway_unavailable_for_four_days_after_the_payment,
    also_paid_at_the_box_office,
    whole_order_refunded,
    refunded_ticket_by_ticket,
    response_to_a_refund_lost,
    refunds_refused_for_some_time,
    refunds_refused_until_staff_sent_them_again,
    refund_accepted_and_completed_later,
    refund_accepted_and_failed_later,
    refunded_at_the_gateway,
    charged_back,
    partly_refunded_at_the_gateway,
    refunded_at_the_gateway_before_our_refund_was_sent,
]


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_after_every_scenario_both_ledgers_agree(
    world: GatewayHarness, scenario: Callable[[GatewayHarness], list[str]]
) -> None:
    expected = scenario(world)

    world.settle()

    assert sorted(Order.objects.values_list("status", flat=True)) == sorted(expected)
    assert_consistent(world)


def assert_consistent(world: GatewayHarness) -> None:
    assert world.differences() == []
    assert invariant_violations(world.at) == []
    assert not Payment.objects.filter(status="PENDING").exists()
    assert not Payment.objects.exclude(discrepancy="").exists()
    assert not Refund.objects.filter(status="FAILED").exists()
    assert not QuarantinedRow.objects.exists()


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_random_scenario_both_ledgers_agree(world: GatewayHarness, seed: int) -> None:
    chance = random.Random(seed)
    orders: list[Order] = []
    # Events that only the gateway knows of: it declines nothing that was paid, and refunds nothing twice.
    paid_there: set[Payment] = set()
    refunded_at_desk: set[Payment] = set()

    def any_payment() -> Payment | None:
        known = Payment.objects.filter(gateway=world.gateway).order_by("pk")
        return chance.choice(known) if known else None

    def one_step() -> None:
        step = chance.randrange(10)
        payment = any_payment()
        if step <= 2 or not orders:
            orders.append(an_order_of(world, seats=chance.choice([1, 2])))
        elif step <= 4:
            order = chance.choice(orders)
            order.refresh_from_db()
            if order.status in Order.UNPAID and order.expires_at > world.at:
                started = world.start(order)
                if started and chance.random() < 0.7:
                    if chance.random() < 0.8 or started in paid_there:
                        paid_there.add(started)
                        world.pay(started)
                    else:
                        world.decline(started)
        elif step == 5:
            chance.choice(
                [world.lose_next_answer, world.go_down, world.refuse_refunds, world.end_faults, world.end_faults]
            )()
        elif step == 6 and payment:
            order = payment.order
            if order.status in Order.SOLD:
                refund(order, lines=list(order.tickets.filter(refund_line=None)[:1]), reason="Ill", at=world.at)
        elif step == 7 and payment and payment.status == "SUCCEEDED":
            if payment not in refunded_at_desk and not payment.refunds.exists():
                refunded_at_desk.add(payment)
                world.refund_at_desk(payment, payment.amount)
        else:
            world.wait(minutes=chance.choice([1, 6, 25, 90]))
            world.run()

    for _step in range(25):
        one_step()
    world.end_faults()
    for back in Refund.objects.filter(status="FAILED"):
        send_again(back, at=world.at)
    world.settle()

    assert_consistent(world)


def test_one_refund_at_the_desk_covers_two_of_ours_that_were_not_sent(world: GatewayHarness) -> None:
    order, payment = paid(world, seats=2)
    for ticket in order.tickets.order_by("pk"):
        refund(order, lines=[ticket], reason="Ill", at=world.at)
    world.refund_at_desk(payment, payment.amount)

    world.settle()

    assert_consistent(world)
    assert [each.status for each in payment.refunds.all()] == [Refund.Status.SUCCEEDED] * 2


def test_no_gateway_sends_back_more_than_was_paid_whoever_asks(world: GatewayHarness) -> None:
    _order, payment = paid(world)
    most = RefundRequest(
        uid=uuid4(), external_id=payment.external_id, amount=payment.amount, currency=settings.CURRENCY
    )
    gateway = client(world.gateway)

    with pytest.raises(GatewayRefused):
        gateway.refund(replace(most, uid=uuid4(), amount=payment.amount + CENT))
    sent = [gateway.refund(most), gateway.refund(most)]
    with pytest.raises(GatewayRefused):
        gateway.refund(replace(most, uid=uuid4(), amount=CENT))

    assert sent[0] == sent[1]
    assert [refund.amount for refund in gateway.fetch(payment.external_id).refunds] == [PRICE]


# --- Webhooks


@pytest.fixture(params=["stripe", "yookassa"])
def sender(request: pytest.FixtureRequest) -> Iterator[GatewayHarness]:
    new = HARNESSES[request.param]()
    with new.running():
        yield new


def test_a_webhook_makes_the_order_paid_at_once(sender):
    order = an_order_of(sender)
    sender.pay(sender.start(order))

    assert sender.deliver(0) == 200

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    event = GatewayEvent.objects.get()
    assert (event.gateway, event.payment, event.handled_at) == (sender.gateway, Payment.objects.get(), sender.at)


def test_repeated_reordered_and_late_webhooks_do_no_harm(sender):
    order, payment = paid(sender, seats=2)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=sender.at)
    sender.run("execute_refunds")
    sender.refund_at_desk(payment, Decimal("100.00"))

    for number in (2, 1, 0, 0, 2, 1):
        assert sender.deliver(number) == 200
    sender.wait(days=3)
    for number in (1, 0, 2):
        assert sender.deliver(number) == 200

    assert GatewayEvent.objects.count() == 3
    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    sender.settle()
    assert_consistent(sender)


def test_a_webhook_identifies_a_payment_whose_response_was_lost(sender):
    sender.lose_next_answer()
    sender.start(an_order_of(sender))
    sender.pay(Payment.objects.get())

    assert sender.deliver(0) == 200

    assert Order.objects.get().status == Order.Status.PAID


def test_a_webhook_is_stored_while_the_gateway_is_unavailable(sender):
    sender.pay(sender.start(an_order_of(sender)))
    sender.go_down()

    assert sender.deliver(0) == 200

    assert Order.objects.get().status == Order.Status.PENDING_PAYMENT
    assert GatewayEvent.objects.get().handled_at is None
    sender.end_faults()
    sender.run("reconcile_payments")
    assert Order.objects.get().status == Order.Status.PAID
    assert GatewayEvent.objects.get().handled_at == sender.at


def test_a_webhook_about_an_unknown_payment_is_stored_and_not_processed(sender):
    stranger = sender.provider.open(uid="a shop next door", amount=100, currency="RUB")
    sender.provider.pay(stranger.id)

    assert sender.deliver(0) == 200

    assert GatewayEvent.objects.get().payment is None
    assert not Payment.objects.exists()


def test_four_days_without_webhooks_lose_nothing(sender):
    for _day in range(4):
        sender.pay(sender.start(an_order_of(sender)))
        sender.run("reconcile_payments")
        sender.wait(minutes=10)
        sender.run("reconcile_payments")
        assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.PAID}
        sender.wait(days=1)

    sender.settle()
    assert_consistent(sender)
