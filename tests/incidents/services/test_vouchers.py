"""Guests of a cancelled screening choose between the money and a voucher."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.services import approve
from consistency.invariants import violations
from customers.services import Customer, correct_address, correct_address_by_customer, erase_customer
from incidents.errors import DecisionClosed
from incidents.models import ConcernedOrder
from incidents.services import (
    cancel,
    open_choice,
    send_vouchers_again,
    take_refund,
    take_voucher,
    unsent_vouchers,
    unused_vouchers,
)
from incidents.services.cancelling import CHOICE
from notifications.models import Notification
from notifications.rendering import render_email
from orders.models import Order, OrderChange, Promocode, RefundLine, Ticket
from orders.services import hold, mark_paid, record_refund, refund
from orders.services.refunds.by_customer import RefundedAtCinema
from payments.models import Receipt, Refund
from payments.services import balance_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    PRICE,
    a_cinema,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_order,
    free_seats,
    paid_at_the_bank,
)
from tests.helpers.users import someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def session():
    return a_session(a_hall(a_cinema()), start=NOON + HOUR)


def chosen(order, at):
    row = open_choice(order, at=at)
    assert row is not None
    return row


def jobs(at):
    run("refund_cancelled_sessions", at=at)
    assert broken(at) == []


def broken(at):
    """Other jobs have not run in these tests."""
    return [each for each in violations(at) if "have been due" not in each.statement]


def test_money_that_a_voucher_stands_for_is_settled_by_a_receipt_as_money_that_was_kept(session, settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    order = paid_at_the_bank(session, at=NOON)
    run("send_receipts", at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    take_voucher(chosen(order, NOON), at=NOON)

    run("update_completed_order_statuses", at=NOON + DAY)
    run("send_receipts", at=NOON + DAY)

    assert Receipt.objects.get(kind="SETTLEMENT").amount == PRICE


def test_whoever_does_not_choose_is_refunded_when_the_time_is_over_and_unpaid_orders_are_cancelled_at_once(session):
    order, reserved = a_paid_order(session, at=NOON), an_order(session, at=NOON)

    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    jobs(NOON)
    order.refresh_from_db()
    reserved.refresh_from_db()
    waiting = (order.status, reserved.status)
    letter = render_email(Notification.objects.get(kind="SESSION_CANCELLED", recipient=order.email)).body
    jobs(NOON + CHOICE - timedelta(seconds=1))
    jobs(NOON + CHOICE)

    order.refresh_from_db()
    assert (waiting, order.status) == (("PAID", "CANCELLED"), "REFUNDED")
    assert "voucher" in letter
    assert open_choice(order, at=NOON + CHOICE) is None


def test_a_voucher_is_worth_what_was_paid_and_is_instead_of_the_money(session):
    order = a_paid_order(session, at=NOON)
    Ticket.objects.filter(order=order).update(status=Ticket.Status.USED, used_at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    jobs(NOON)

    row = chosen(order, NOON)
    voucher = take_voucher(row, at=NOON)
    jobs(NOON + CHOICE)

    order.refresh_from_db()
    row.refresh_from_db()
    assert (voucher.discount_amount, voucher.max_uses) == (PRICE, 1)
    assert (row.answer, row.voucher) == ("VOUCHER", voucher)
    assert order.status == "PAID"
    assert [(each.amount, each.status) for each in order.refunds.all()] == [(0, "SUCCEEDED")]
    assert voucher.code in render_email(Notification.objects.get(kind="VOUCHER")).body
    with raises_unchanged(DecisionClosed):
        take_refund(row, at=NOON)
    with raises_unchanged(DecisionClosed):
        take_voucher(row, at=NOON)
    run("update_completed_order_statuses", at=NOON + timedelta(days=2))
    order.refresh_from_db()
    assert order.status == "COMPLETED"
    assert broken(NOON + timedelta(days=2)) == []


def test_a_voucher_pays_for_another_order(session):
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    voucher = take_voucher(chosen(order, NOON), at=NOON)
    later = a_session(a_hall(session.hall.cinema), start=NOON + timedelta(days=7))

    new = hold(
        cinema=later.hall.cinema,
        tickets=[(later, free_seats(later)[0], order.tickets.get().ticket_type)],
        promocode=voucher,
        email="guest@example.org",
        at=NOON,
    )
    mark_paid(new, gateway="cash", amount=new.final_amount, at=NOON)

    new.refresh_from_db()
    assert (new.discount_amount, new.final_amount, new.status) == (PRICE, 0, "PAID")
    assert broken(NOON) == []


@pytest.fixture
def paid_with_one(session):
    """An order of two seats for a later screening, of which a voucher has paid one and cash the other."""
    bought = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    jobs(NOON)
    voucher = take_voucher(chosen(bought, NOON), at=NOON)
    order = an_order(a_session(session.hall, start=NOON + 9 * HOUR), seats=2, promocode=voucher.code, at=NOON)
    return mark_paid(order, gateway="cash", amount=PRICE, at=NOON)


LATER = NOON + 8 * HOUR


def cancelled_too(order):
    cancel([order.tickets.first().session], reason="Flood", vouchers=True, at=LATER)
    jobs(LATER)


@pytest.mark.parametrize(
    ("choose", "worth"),
    [
        (lambda order: take_refund(chosen(order, LATER), at=LATER, at_cinema=True), PRICE),
        (lambda order: take_voucher(chosen(order, LATER), at=LATER, at_cinema=True), 2 * PRICE),
        (lambda order: jobs(LATER + CHOICE), PRICE),
    ],
)
def test_for_what_a_voucher_paid_of_a_screening_that_is_cancelled_too_there_is_a_new_one(paid_with_one, choose, worth):
    cancelled_too(paid_with_one)

    choose(paid_with_one)
    jobs(LATER + CHOICE)

    [new] = unused_vouchers(paid_with_one, at=LATER + CHOICE)
    assert new.discount_amount == worth


def test_a_voucher_is_stopped_however_many_others_stand_between_it_and_the_money_that_went_back(session):
    first = order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    voucher = take_voucher(chosen(order, NOON), at=NOON)
    for days in (1, 2, 3):
        later = a_session(session.hall, start=NOON + days * DAY)
        order = an_order(later, promocode=voucher.code, at=NOON)
        mark_paid(order, gateway="", amount=Decimal(0), at=NOON)
        cancel([later], reason="Flood", at=NOON)
        jobs(NOON)
        [voucher] = unused_vouchers(order, at=NOON)

    record_refund(first, amount=PRICE, external_id="charged back", at=NOON + HOUR)
    for minute in range(4):
        jobs(NOON + HOUR + timedelta(minutes=minute))

    assert list(Promocode.objects.values_list("is_active", flat=True)) == [False] * 4


def test_a_voucher_for_the_guests_own_money_outlives_one_that_was_stopped_before(paid_with_one):
    first = Order.objects.get(incidents__voucher=paid_with_one.promocode)
    record_refund(first, amount=PRICE, external_id="charged back", at=NOON)
    jobs(NOON)
    cancelled_too(paid_with_one)

    own = take_voucher(chosen(paid_with_one, LATER), at=LATER, at_cinema=True)
    jobs(LATER)

    assert (own.discount_amount, list(unused_vouchers(paid_with_one, at=LATER))) == (PRICE, [own])


def test_for_a_voucher_that_was_stopped_there_is_no_new_one(paid_with_one):
    first = Order.objects.get(incidents__voucher=paid_with_one.promocode)
    record_refund(first, amount=PRICE, external_id="charged back", at=NOON)
    jobs(NOON)
    cancelled_too(paid_with_one)

    jobs(LATER + CHOICE)

    assert Promocode.objects.get() == paid_with_one.promocode


def test_the_money_may_be_chosen_at_once_and_then_there_is_no_voucher(session):
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    row = chosen(order, NOON)

    done = take_refund(row, at=NOON)

    order.refresh_from_db()
    assert (order.status, done.amount, done.reason) == ("REFUNDED", PRICE, "SESSION_CANCELLED")
    with raises_unchanged(DecisionClosed):
        take_voucher(row, at=NOON)
    jobs(NOON + CHOICE)
    assert Refund.objects.filter(order=order).count() == 1


def test_nothing_is_chosen_before_a_colleague_has_approved_the_refunds(session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund_session": PRICE / 2}
    order, cinema = a_paid_order(session, at=NOON), session.hall.cinema
    one, other = (someone("floor_manager", cinema, email="one@example.org"), someone("cinema_manager", cinema))

    _incident, asked = cancel([session], reason="Fire alarm", vouchers=True, at=NOON, actor=one)
    run("refund_cancelled_sessions", at=NOON)
    before = open_choice(order, at=NOON)
    approve(asked, digest=asked.digest, at=NOON, actor=other)
    run("refund_cancelled_sessions", at=NOON)

    assert before is None
    assert open_choice(order, at=NOON) is not None
    assert Notification.objects.filter(kind="SESSION_CANCELLED").count() == 2
    assert Promocode.objects.count() == 0


@pytest.mark.parametrize("entered_by", ["staff", "a partner", "anybody after the cancellation", "nobody"])
def test_a_link_gives_no_voucher_to_an_address_that_may_be_another_one_than_the_buyer_s(session, entered_by):
    email = "" if entered_by == "nobody" else "guest@example.org"
    order = a_paid_order(session, at=NOON, email=email, phone="+79161234567")
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    if entered_by == "a partner":
        order.changes.create(kind=OrderChange.Kind.PARTNER, at=NOON)
    elif entered_by == "staff":
        correct_address(order, email="mine@example.org", reason="Typo", at=NOON, actor=someone())
    elif email:
        correct_address_by_customer(order, email="mine@example.org", at=NOON)

    with raises_unchanged(RefundedAtCinema):
        take_voucher(chosen(order, NOON), at=NOON)

    take_voucher(chosen(order, NOON), at_cinema=True, at=NOON)
    send_vouchers_again(order, at=NOON)
    assert not Notification.objects.filter(kind="VOUCHER").exists()


def test_a_code_that_its_buyer_was_sent_is_printed_for_nobody_who_changes_the_address_later(session):
    order, later = a_paid_order(session, at=NOON), NOON + HOUR / 2
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    take_voucher(chosen(order, NOON), at=NOON)

    corrected = correct_address_by_customer(order, email="mine@example.org", at=later)
    send_vouchers_again(corrected, at=later)

    assert unsent_vouchers(corrected, at=later) == []
    assert {each.recipient for each in Notification.objects.filter(kind="VOUCHER")} == {order.email}


def test_nor_once_its_buyer_is_erased(session):
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    take_voucher(chosen(order, NOON), at=NOON)
    run("update_completed_order_statuses", at=NOON + DAY)

    erase_customer(Customer.of(Order.objects.get(pk=order.pk)), at=NOON + DAY)

    erased = Order.objects.get(pk=order.pk)
    assert (erased.recipient, len(unused_vouchers(erased, at=NOON + DAY))) == ("", 1)
    assert unsent_vouchers(erased, at=NOON + DAY) == []


def test_the_code_is_sent_again_to_the_buyer_sparingly_until_it_is_used(session, settings):
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    voucher = take_voucher(chosen(order, NOON), at=NOON)
    sent = Notification.objects.filter(kind="VOUCHER", recipient=order.email)
    later = NOON + settings.LINK_AGAIN

    send_vouchers_again(order, at=NOON)
    at_once = sent.count()
    send_vouchers_again(order, at=later)
    Promocode.objects.filter(pk=voucher.pk).update(used_count=1)
    send_vouchers_again(order, at=later + settings.LINK_AGAIN)

    assert (at_once, sent.count()) == (1, 2)
    assert voucher.code in render_email(sent.latest("pk")).body


@pytest.mark.parametrize("part", [Decimal(1), PRICE])
def test_money_that_goes_back_outside_stops_the_voucher_that_was_taken_instead(session, part):
    order, other = a_paid_order(session, at=NOON), a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    vouchers = [take_voucher(chosen(each, NOON), at=NOON) for each in (order, other)]

    record_refund(order, amount=part, external_id="charged back", at=NOON + HOUR)
    jobs(NOON + HOUR)

    assert [Promocode.objects.get(pk=each.pk).is_active for each in vouchers] == [False, True]
    assert unused_vouchers(order, at=NOON) == []
    assert not ConcernedOrder.objects.with_both().exists()


def test_there_is_no_voucher_for_money_that_went_back_outside_before_it_was_chosen(session):
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    record_refund(order, amount=PRICE / 2, external_id="charged back", at=NOON)

    with raises_unchanged(DecisionClosed):
        take_voucher(chosen(order, NOON), at=NOON)


def test_an_order_keeps_the_money_of_a_voucher_when_the_rest_is_refunded_until_the_bank_takes_it_back(session):
    other = a_session(session.hall, start=NOON + 5 * HOUR)
    seats = [(each, free_seats(each)[0], an_adult()) for each in (session, other)]
    held = hold(cinema=session.hall.cinema, tickets=seats, email="guest@example.org", at=NOON)
    order = mark_paid(held, gateway="demo", amount=2 * PRICE, external_id="bank 1", at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    voucher = take_voucher(chosen(order, NOON), at=NOON)

    refund(order, reason="Fell ill", at=NOON)

    order.refresh_from_db()
    assert (order.status, balance_of(order.pk).kept) == (Order.Status.PAID, PRICE)
    jobs(NOON)
    record_refund(order, amount=PRICE, external_id="chargeback", at=NOON + HOUR)
    jobs(NOON + HOUR)
    order.refresh_from_db()
    voucher.refresh_from_db()
    assert (order.status, voucher.is_active) == (Order.Status.REFUNDED, False)


def test_a_used_voucher_whose_money_goes_back_outside_is_listed(session):
    order, other = a_paid_order(session, at=NOON), a_paid_order(session, at=NOON)
    record_refund(other, amount=Decimal(1), external_id="before", at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    voucher = take_voucher(chosen(order, NOON), at=NOON)
    Promocode.objects.filter(pk=voucher.pk).update(used_count=1)
    before = list(ConcernedOrder.objects.with_both())

    record_refund(order, amount=PRICE, external_id="charged back", at=NOON + HOUR)
    run("refund_cancelled_sessions", at=NOON + HOUR)

    assert before == []
    assert [each.order for each in ConcernedOrder.objects.with_both()] == [order]
    assert list(ConcernedOrder.objects.with_both(since=NOON + HOUR)) == []
    assert not Promocode.objects.get(pk=voucher.pk).is_active  # should its use be given back


def test_a_voucher_is_taken_once_for_each_line(session):
    """The database keeps a ticket from being given up twice, whatever the code does."""
    order = a_paid_order(session, at=NOON)
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    take_voucher(chosen(order, NOON), at=NOON)

    assert RefundLine.objects.get().amount == 0
    assert ConcernedOrder.objects.get().voucher is not None
    assert Order.objects.of_cancelled_sessions(NOON + CHOICE).count() == 0
