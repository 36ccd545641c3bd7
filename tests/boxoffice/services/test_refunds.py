"""Money back at the till: sales undone, refunds by tender, in time, and out of the drawer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.errors import ApprovalRequired
from boxoffice.errors import NotVoidable, RefundTooLate, SecondPersonNeeded
from boxoffice.services import refunds, sales
from orders.errors import ScannedTicket
from orders.models import Order, Ticket
from orders.services import check_in, left_to_pay, mark_paid, undo_check_in
from payments.errors import NotEnoughCash
from payments.models import Payment, Refund
from payments.services import move_cash, totals_of
from screenings.models import SeatOutage
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_promocode, a_session, an_adult, an_item, an_order, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def session():
    return a_session(start=NOON + 10 * MINUTE)


@pytest.fixture
def shift(session):
    return a_shift(session.hall.cinema)


def sold(shift, session, *, seats=2, by_card=Decimal(0), snacks=()):
    """An order paid in cash, and before that by card as far as said."""
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:seats]]
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    order = sales.hold_at_till(shift, places=places, snacks=snacks, at=NOON, actor=shift.cashier)
    if by_card:
        sales.card_approved(order, amount=by_card, **work)
    if left := left_to_pay(order):
        sales.pay_cash(order, given=None, amount=left, **work)
    order.refresh_from_db()
    return order


def refunded(order, shift, *, lines, at=NOON, at_fault=False, **fields):
    fields = {"reason": "Fell ill", "actor": shift.cashier, **fields}
    return refunds.refund_at_till(order, lines=lines, at_fault=at_fault, shift=shift, at=at, **fields)


def paid_back(refunds):
    return [(each.payment.gateway, each.amount) for each in refunds]


def test_a_sale_is_undone_in_its_shift_by_each_tender(shift, session):
    popcorn = an_item(session.hall.cinema)
    order = sold(shift, session, by_card=Decimal(100), snacks=[(popcorn, 1)])

    paid = refunds.void(order, reason="Wrong film", shift=shift, at=NOON, actor=shift.cashier)

    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED
    assert paid_back(paid) == [("card_terminal", 100), ("cash", order.final_amount - 100)]
    assert [(each.is_void, each.status) for each in order.refunds.all()] == [(True, Refund.Status.SUCCEEDED)] * 2
    assert (totals_of(shift).expected_cash, totals_of(shift).expected_card) == (0, 0)
    assert len(free_seats(session)) == 20
    assert invariant_violations() == []


def test_what_was_used_or_sold_in_another_shift_is_not_undone(shift, session):
    used, earlier = sold(shift, session), sold(shift, session)
    check_in(used.tickets.first(), at=NOON)
    other = a_shift(session.hall.cinema)

    undone, usher = sold(shift, session), someone("usher", session.hall.cinema)
    check_in(undone.tickets.first(), at=NOON, actor=usher)
    undo_check_in(undone.tickets.first(), at=NOON, actor=shift.cashier)

    for order, of in ((used, shift), (undone, shift), (earlier, other)):
        with pytest.raises(NotVoidable):
            refunds.void(order, reason="Wrong film", shift=of, at=NOON, actor=of.cashier)

    assert not Refund.objects.exists()


def test_what_cost_nothing_is_undone_only_in_the_shift_that_sold_it(shift, session):
    code = a_promocode(discount_percent=100).code
    online = an_order(session, promocode=code)
    mark_paid(online, gateway="", amount=Decimal(0), at=NOON)
    here = an_order(session, promocode=code, channel=Order.Channel.BOX_OFFICE)
    mark_paid(here, gateway="", amount=Decimal(0), at=NOON, actor=shift.cashier)
    other = a_shift(session.hall.cinema)

    for order, of in ((online, shift), (here, other)):
        with pytest.raises(NotVoidable):
            refunds.void(order, reason="Wrong film", shift=of, at=NOON, actor=of.cashier)
    refunds.void(here, reason="Wrong film", shift=shift, at=NOON, actor=shift.cashier)

    assert Order.objects.get(pk=here.pk).status == Order.Status.REFUNDED


def test_a_sale_is_undone_until_its_screening_ends_and_snacks_alone_for_an_hour(shift, session):
    popcorn = an_item(session.hall.cinema)
    tickets, snacks = sold(shift, session, snacks=[(popcorn, 1)]), sold(shift, session, seats=0, snacks=[(popcorn, 1)])
    end, hour = session.end_datetime, NOON + 60 * MINUTE

    for order, last in ((tickets, end), (snacks, hour)):
        assert refunds.is_voidable(order, shift=shift, at=last - MINUTE)
        assert not refunds.is_voidable(order, shift=shift, at=last)


def test_after_the_start_a_sale_is_undone_only_by_whoever_may_refund(shift, session):
    order = sold(shift, session)
    manager = someone("floor_manager", session.hall.cinema, email="manager@example.org")
    work = {"reason": "Wrong film", "shift": shift, "at": session.start_datetime, "actor": shift.cashier}

    with pytest.raises(SecondPersonNeeded):
        refunds.void(order, **work)
    assert not Refund.objects.exists()
    refunds.void(order, **work, decided_by=manager)

    assert Refund.objects.get().actor == manager


def test_undoing_counts_towards_the_limit_of_whoever_decides(shift, session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE}
    order = sold(shift, session)
    manager = someone("floor_manager", session.hall.cinema, email="manager@example.org")

    with pytest.raises(ApprovalRequired):
        refunds.void(order, reason="Wrong film", shift=shift, at=NOON, actor=shift.cashier)
    assert not Refund.objects.exists()

    settings.APPROVAL_LIMITS = {"orders.refund": 2 * PRICE}
    refunds.void(order, reason="Wrong film", shift=shift, at=NOON, actor=shift.cashier, decided_by=manager)

    back = Refund.objects.get()
    assert (back.actor, back.paid_out_by) == (manager, shift.cashier)


def test_a_ticket_of_a_split_order_goes_back_by_each_tender_in_proportion(shift, session):
    order = sold(shift, session, seats=3, by_card=PRICE)
    first, second, third = order.tickets.order_by("pk")

    for ticket in (first, second, third):
        refunded(order, shift, lines=[ticket])

    shares = [paid_back(order.refunds.filter(pk__in=pair)) for pair in _pairs(order)]
    assert [sum(amount for _tender, amount in pair) for pair in shares] == [PRICE] * 3
    assert (totals_of(shift).expected_cash, totals_of(shift).expected_card) == (0, 0)
    assert all(amount <= PRICE for pair in shares for tender, amount in pair if tender == "card_terminal")
    assert Order.objects.get().status == Order.Status.REFUNDED
    assert invariant_violations() == []


def _pairs(order):
    return [[each.pk, *each.along.values_list("pk", flat=True)] for each in order.refunds.filter(along_with=None)]


def test_a_card_never_comes_back_as_cash(shift, session):
    order = sold(shift, session, by_card=2 * PRICE)

    paid = refunded(order, shift, lines=[order.tickets.first()])

    assert paid_back(paid) == [("card_terminal", PRICE)]
    assert (totals_of(shift).expected_cash, totals_of(shift).expected_card) == (0, PRICE)
    order.refresh_from_db()
    assert order.tickets.filter(status=Ticket.Status.PAID).count() == 1


@pytest.mark.parametrize("at_fault", [True, False])
def test_after_the_start_only_the_cinemas_fault_is_refunded(shift, session, at_fault):
    order = sold(shift, session)
    lines = [order.tickets.first()]

    if at_fault:
        refunded(order, shift, lines=lines, at=session.start_datetime, at_fault=True)
    else:
        with pytest.raises(RefundTooLate):
            refunded(order, shift, lines=lines, at=session.start_datetime)

    assert [back.reason for back in Refund.objects.all()] == ["The cinema is at fault: Fell ill"] * at_fault


def test_without_enough_cash_nothing_is_refunded(shift, session):
    order = sold(shift, session)
    move_cash(shift, kind="DROP", amount=2 * PRICE, reason="", at=NOON, actor=shift.cashier)

    with pytest.raises(NotEnoughCash):
        refunded(order, shift, lines=[order.tickets.first()])

    assert not Refund.objects.exists()
    assert cash_of(session.hall.cinema) == {"DRAWER": 0, "SAFE": 2 * PRICE}
    assert Payment.objects.count() == 1


def test_a_scanned_ticket_is_refunded_at_the_till_only_by_the_cinemas_fault(shift, session):
    order = sold(shift, session, seats=1)
    check_in(order.tickets.get(), at=NOON)
    manager = someone("floor_manager", session.hall.cinema)

    with raises_unchanged(ScannedTicket):
        refunded(order, shift, lines=list(order.tickets.all()), actor=manager)
    refunded(order, shift, lines=list(order.tickets.all()), actor=manager, at_fault=True)

    assert Refund.objects.get().amount == PRICE
    assert SeatOutage.objects.count() == 1
