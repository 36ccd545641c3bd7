from datetime import timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from cinema.validators import ReasonNeeded
from concessions.models import ConcessionPreorder, StockMovement
from consistency import invariants
from notifications.models import MessageKind, Notification, Status
from orders.errors import LinesNotRefundable, MoreThanLeft, NothingToRefund, NotRefundable
from orders.models import Order, RefundLine, Ticket
from orders.services import (
    CancelReason,
    accrue,
    archive_locked,
    cancel,
    check_in,
    collect,
    complete,
    expire_uncollected,
    make_ready,
    mark_overdue,
    process_refunds,
    record_refund,
    refund,
)
from orders.services.closing.points_expiry import to_expire
from payments.models import Gateway, Refund
from payments.services import request_refund
from screenings.models import Session, SessionSummary
from screenings.services import complete_sessions
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_customer,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
)

DAY = timedelta(days=1)
SOON = NOON + timedelta(hours=1)
SNACK = Decimal("120.00")


def refund_lines(order, *lines, at=SOON, **more):
    return refund(order, lines=lines or None, reason="Fell ill", at=at, **more)


def broken(at=SOON):
    Notification.objects.update(status=Status.SENT)  # undelivered messages are checked elsewhere
    return list(invariants.violations(at))


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def tickets_of(order):
    return list(order.tickets.order_by("pk"))


def balance(order):
    account = fresh(order.user.bonus_account)
    return account.balance, account.owed


def an_earned_order(session=None, *, seats=2, points=0, spend=0, at=None, **basket):
    """A completed order whose points were credited when its session ended."""
    session = session or a_session(price=Decimal("400.00"))
    order = a_paid_order(session, seats=seats, customer=a_customer(points=points), points=spend, **basket)
    over = at or session.end_datetime
    complete([order], at=over)
    accrue([order], at=over)
    return fresh(order)


# --- Full refunds


def test_a_full_refund_releases_everything():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer = a_customer(points=100)
    promocode = a_promocode()
    order = a_paid_order(session, seats=2, snacks=[(item, 3)], customer=customer, points=100, promocode=promocode)

    back = refund_lines(order)

    order = fresh(order)
    assert (order.status, order.refunded_at, order.refund_processed_at) == (Order.Status.REFUNDED, SOON, SOON)
    assert (back.amount, back.payment, back.status) == (
        order.final_amount,
        order.payments.get(),
        Refund.Status.REQUESTED,
    )
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.AVAILABLE}
    assert {line.status for line in order.preorders.all()} == {ConcessionPreorder.Status.AVAILABLE}
    assert fresh(item).stock_quantity == 10
    assert balance(order) == (100, 0)
    assert [event.to_status for event in order.events.order_by("pk")][-1] == "REFUNDED"


def test_a_refund_does_not_return_the_use_of_a_promocode():
    promocode = a_promocode()

    refund_lines(a_paid_order(promocode=promocode))

    assert fresh(promocode).used_count == 1


def test_an_order_s_amounts_never_change():
    order = a_paid_order(seats=2, customer=a_customer(points=100), points=100, promocode=a_promocode())
    amounts = (order.total_amount, order.discount_amount, order.bonus_amount, order.final_amount)

    refund_lines(order)

    order = fresh(order)
    assert (order.total_amount, order.discount_amount, order.bonus_amount, order.final_amount) == amounts


def test_the_customer_is_notified_of_each_refund():
    order = a_paid_order(seats=2)
    first, second = tickets_of(order)

    refunds = [refund_lines(order, first), refund_lines(order, second)]

    messages = Notification.objects.filter(kind=MessageKind.ORDER_REFUNDED).order_by("pk")
    assert list(messages.values_list("recipient", "occasion")) == [
        (order.email, f"{order.number} {back.pk}") for back in refunds
    ]


def test_the_customer_is_promised_only_what_is_sent_after_a_part_was_returned_outside():
    order = a_paid_order(seats=2, gateway=Gateway.CARD_TERMINAL)
    record_refund(order, amount=Decimal("500.00"), external_id="desk", at=NOON)

    for ticket in tickets_of(order):
        refund_lines(order, ticket)

    messages = Notification.objects.filter(kind=MessageKind.ORDER_REFUNDED).order_by("pk")
    assert [[each.context[key] for key in ("amount", "way", "before")] for each in messages] == [
        ["0.00", "", "350.00"],
        ["200.00", "card_terminal", "150.00"],
    ]


def test_a_part_returned_outside_is_not_promised_again_when_its_lines_are_named():
    order = a_paid_order(seats=2)
    record_refund(order, amount=PRICE, external_id="desk", at=NOON)

    refund_lines(order, tickets_of(order)[0])

    [message] = Notification.objects.filter(kind=MessageKind.ORDER_REFUNDED)
    assert [message.context[key] for key in ("amount", "way", "before")] == ["0.00", "", str(PRICE)]


def test_a_refund_records_its_reason_and_actor():
    manager = a_customer()

    back = refund_lines(a_paid_order(), actor=manager)

    assert (back.reason, back.actor, back.requested_at) == ("Fell ill", manager, SOON)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 251, "a\x00b"])
def test_a_refund_needs_a_valid_reason(reason):
    order = a_paid_order()

    with raises_unchanged(ReasonNeeded):
        refund(order, reason=reason, at=SOON)


def test_an_order_that_cost_nothing_is_refunded_without_a_payment():
    order = a_paid_order(promocode=a_promocode(discount_percent=100))

    back = refund_lines(order)

    assert (back.amount, back.payment, back.status, back.succeeded_at) == (
        Decimal("0.00"),
        None,
        Refund.Status.SUCCEEDED,
        SOON,
    )
    assert fresh(order).status == Order.Status.REFUNDED


def test_a_refunded_seat_can_be_sold_again():
    session = a_session()
    order = a_paid_order(session)
    seat = order.tickets.get().seat

    refund_lines(order)

    assert an_order(session, at=SOON).tickets.get().seat == seat


@pytest.mark.parametrize("status", ["PENDING_PAYMENT", "PAYMENT_OVERDUE", "CANCELLED"])
def test_an_order_that_is_not_sold_cannot_be_refunded(status):
    order = an_order(a_session(start=NOON + 9 * DAY), channel="RESERVATION")
    if status == "PAYMENT_OVERDUE":
        mark_overdue([order], at=order.payment_deadline)
    if status == "CANCELLED":
        cancel(order, reason=CancelReason.STAFF, at=NOON)

    with raises_unchanged(NotRefundable):
        refund_lines(order)


def test_an_order_is_refunded_once():
    order = a_paid_order()
    refund_lines(order)

    with raises_unchanged(NotRefundable):
        refund_lines(order)


def test_a_completed_order_is_refunded_too():
    session = a_session()
    order = a_paid_order(session, seats=2)
    check_in(tickets_of(order)[0], at=session.start_datetime)
    complete([order], at=session.end_datetime)

    refund_lines(order, at=session.end_datetime + DAY)

    assert fresh(order).status == Order.Status.REFUNDED
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.AVAILABLE}


# --- Refunds by line


def test_one_line_is_refunded_and_the_order_keeps_its_status():
    order = a_paid_order(seats=2)
    first, second = tickets_of(order)

    back = refund_lines(order, first)

    assert back.amount == PRICE
    assert [(line.ticket, line.amount) for line in back.lines.all()] == [(first, PRICE)]
    assert (fresh(order).status, fresh(first).status, fresh(second).status) == ("PAID", "AVAILABLE", "PAID")
    assert fresh(order).refunded_at is None


def test_the_last_line_makes_the_order_refunded():
    order = a_paid_order(seats=2)
    first, second = tickets_of(order)
    refund_lines(order, first)

    refund_lines(order, second, at=SOON + DAY)

    order = fresh(order)
    assert (order.status, order.refund_processed_at) == (Order.Status.REFUNDED, SOON + DAY)
    assert sum(back.amount for back in order.refunds.all()) == order.final_amount


def test_the_rest_is_refunded_after_a_line():
    order = a_paid_order(seats=3)
    refund_lines(order, tickets_of(order)[1])

    back = refund_lines(order)

    assert (back.amount, fresh(order).status) == (2 * PRICE, Order.Status.REFUNDED)


def test_a_line_that_was_refunded_is_not_refunded_again():
    order = a_paid_order(seats=2)
    first, _second = tickets_of(order)
    refund_lines(order, first)

    with raises_unchanged(LinesNotRefundable):
        refund_lines(order, first)


def test_one_refunded_line_among_others_refuses_the_whole_refund():
    order = a_paid_order(seats=3)
    first, second, _third = tickets_of(order)
    refund_lines(order, first)

    with raises_unchanged(LinesNotRefundable):
        refund_lines(order, second, first)


def test_a_line_named_twice_is_refunded_once():
    order = a_paid_order(seats=2)
    first, _second = tickets_of(order)

    assert refund_lines(order, first, first).amount == PRICE


def test_a_line_of_another_order_is_refused():
    session = a_session()
    order, other = a_paid_order(session), a_paid_order(session)

    with raises_unchanged(LinesNotRefundable):
        refund_lines(order, other.tickets.get())


def test_an_empty_list_of_lines_is_refused():
    order = a_paid_order()

    with raises_unchanged(NothingToRefund):
        refund(order, lines=[], reason="Fell ill", at=SOON)


def test_a_ticket_and_snacks_with_the_same_primary_key_are_not_confused():
    session = a_session()
    order = a_paid_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    ticket = tickets_of(order)[0]
    ConcessionPreorder.objects.filter(order=order)  # whose keys may be equal; only the ticket is named

    back = refund_lines(order, ticket)

    assert [line.preorder for line in back.lines.all()] == [None]


def test_refunds_of_all_lines_add_up_exactly_in_any_order():
    session = a_session(price=Decimal("333.33"))
    item = an_item(session.hall.cinema, price=Decimal("33.33"))
    order = a_paid_order(
        session, seats=3, snacks=[(item, 2)], customer=a_customer(points=500), points=101, promocode=a_promocode()
    )
    lines = [order.preorders.get(), *reversed(tickets_of(order))]

    refunds = [refund_lines(order, line) for line in lines]

    assert [back.amount for back in refunds] == [line.paid for line in lines]
    assert sum(back.amount for back in refunds) == order.final_amount
    assert balance(order) == (500, 0)


# --- Snacks


@pytest.fixture
def evening():
    """A paid order of a ticket, ready-made popcorn, and coffee that is made to order."""
    session = a_session()
    cinema = session.hall.cinema
    popcorn, coffee = an_item(cinema, stock=10), an_item(cinema, stock=10, made_to_order=True)
    order = a_paid_order(session, snacks=[(popcorn, 2), (coffee, 1)])
    return order, *order.preorders.order_by("pk")


def test_open_snacks_go_back_to_the_stock(evening):
    order, popcorn, coffee = evening
    make_ready(popcorn, at=NOON)

    refund_lines(order)

    assert [fresh(line.concession_item).stock_quantity for line in (popcorn, coffee)] == [10, 10]


def test_snacks_made_to_order_are_written_off(evening):
    order, _popcorn, coffee = evening
    make_ready(coffee, at=NOON)

    refund_lines(order)

    moved = StockMovement.objects.filter(preorder=coffee).order_by("pk")
    assert list(moved.values_list("kind", "quantity")) == [("HOLD", -1), ("RETURN", 1), ("WRITE_OFF", -1)]
    assert moved[1].reverses == moved[0]
    assert fresh(coffee.concession_item).stock_quantity == 9


def test_snacks_that_were_collected_are_skipped(evening):
    order, popcorn, _coffee = evening
    collect(popcorn, at=NOON)

    back = refund_lines(order)

    assert back.amount == PRICE + SNACK
    assert (fresh(order).status, fresh(popcorn).status) == (Order.Status.PAID, "COLLECTED")
    assert fresh(popcorn.concession_item).stock_quantity == 8


def test_expired_snacks_are_skipped(evening):
    order, popcorn, coffee = evening
    expire_uncollected([order], at=popcorn.collection_deadline)

    back = refund_lines(order, at=popcorn.collection_deadline)

    assert (back.amount, fresh(order).status) == (PRICE, Order.Status.PAID)
    assert [fresh(line).status for line in (popcorn, coffee)] == ["EXPIRED", "EXPIRED"]


@pytest.mark.parametrize("fate", [ConcessionPreorder.Status.COLLECTED, ConcessionPreorder.Status.EXPIRED])
def test_collected_or_expired_snacks_are_refunded_when_named(evening, fate):
    order, popcorn, _coffee = evening
    if fate == "COLLECTED":
        collect(popcorn, at=NOON)
    else:
        expire_uncollected([order], at=popcorn.collection_deadline)
    stock = fresh(popcorn.concession_item).stock_quantity

    back = refund_lines(order, popcorn)

    assert (back.amount, fresh(popcorn).status) == (2 * SNACK, fate)
    assert fresh(popcorn.concession_item).stock_quantity == stock


def test_the_order_is_refunded_with_its_last_line_even_if_that_was_consumed(evening):
    order, popcorn, _coffee = evening
    collect(popcorn, at=NOON)
    refund_lines(order)

    refund_lines(order, popcorn)

    assert fresh(order).status == Order.Status.REFUNDED


def test_collected_snacks_alone_leave_nothing_to_refund():
    order = a_paid_order(snacks=[(an_item(), 1)])
    collect(order.preorders.get(), at=NOON)

    with raises_unchanged(NothingToRefund):
        refund_lines(order)


# --- Spent points


def returned(order):
    entries = BonusTransaction.objects.filter(order=order, reverses__transaction_type="DEDUCTION").order_by("pk")
    return list(entries.values_list("amount", flat=True))


def test_returned_points_are_rounded_down_and_the_last_line_returns_the_rest():
    # 100 points over three tickets of one price: shares of 33.34, 33.33 and 33.33
    order = a_paid_order(a_session(), seats=3, customer=a_customer(points=100), points=100)

    for ticket in tickets_of(order):
        refund_lines(order, ticket)

    # 33.34 → 33; 66.67 → 66, less 33; the last one: 100, less 66
    assert returned(order) == [33, 33, 34]


def test_fractions_of_a_point_are_returned_once_they_add_up_to_one():
    # 1 point over three tickets: shares of 0.34, 0.33 and 0.33
    order = a_paid_order(a_session(), seats=3, customer=a_customer(points=1), points=1)
    first, second, third = tickets_of(order)

    refund_lines(order, first, second)
    so_far = returned(order)
    refund_lines(order, third)

    assert (so_far, returned(order)) == ([], [1])


def test_a_point_may_be_worth_more_than_a_unit(settings):
    settings.BONUS_POINT_VALUE = Decimal("2.50")
    # 7 points are worth 17.50: shares of 8.75 each
    order = a_paid_order(a_session(), seats=2, customer=a_customer(points=7), points=7)

    for ticket in tickets_of(order):
        refund_lines(order, ticket)

    assert order.bonus_amount == Decimal("17.50")
    assert returned(order) == [3, 4]


@pytest.mark.parametrize("value", ["0.50", "2.00"])
def test_points_return_at_the_value_they_were_spent_at(settings, value):
    order = a_paid_order(a_session(), seats=3, customer=a_customer(points=100), points=100)
    settings.BONUS_POINT_VALUE = Decimal(value)

    for ticket in tickets_of(order):
        refund_lines(order, ticket)

    assert (returned(order), balance(order)) == ([33, 33, 34], (100, 0))


def test_each_returned_transaction_refers_to_its_original_and_its_refund():
    order = a_paid_order(seats=2, customer=a_customer(points=100), points=100)

    refunds = [refund_lines(order, ticket) for ticket in tickets_of(order)]

    spent = BonusTransaction.objects.get(order=order, transaction_type="DEDUCTION")
    assert [(entry.reverses, entry.refund) for entry in spent.reversals.order_by("pk")] == [
        (spent, back) for back in refunds
    ]


def test_points_returned_by_a_refund_stay_valid_for_the_time_of_a_warning_and_are_not_renewed():
    order = a_paid_order(customer=a_customer(points=100, at=NOON - 365 * DAY), points=60)
    BonusAccount.objects.update(expiry_warned_at=NOON - 30 * DAY)

    refund_lines(order)

    account = fresh(order.user.bonus_account)
    assert (account.balance, account.last_accrual_date) == (100, SOON - 335 * DAY)
    assert account.expiry_warned_at is None
    last_day = SOON + 30 * DAY
    assert not to_expire(last_day).exists()
    assert list(to_expire(last_day + timedelta(seconds=1))) == [account]


def test_a_refund_keeps_a_date_that_is_further_ahead():
    order = a_paid_order(customer=a_customer(points=100, at=NOON - 300 * DAY), points=60)
    BonusAccount.objects.update(expiry_warned_at=NOON)

    refund_lines(order)

    account = fresh(order.user.bonus_account)
    assert (account.last_accrual_date, account.expiry_warned_at) == (NOON - 300 * DAY, NOON)


def test_a_refund_without_points_changes_no_date():
    customer = a_customer(points=100, at=NOON - 365 * DAY)

    refund_lines(a_paid_order(customer=customer))

    assert fresh(customer.bonus_account).last_accrual_date == NOON - 365 * DAY


# --- Earned points


def taken(order):
    entries = BonusTransaction.objects.filter(order=order, reverses__transaction_type="ACCRUAL").order_by("pk")
    return list(entries.values_list("amount", flat=True))


def test_a_refund_takes_back_the_points_earned_by_its_money():
    order = an_earned_order()  # 800.00 paid, 40 points earned

    refund_lines(order, tickets_of(order)[0], at=order.completed_at)

    assert (taken(order), balance(order)) == ([-20], (20, 0))


def test_earned_points_are_taken_back_as_the_difference_of_rounded_totals():
    # 3 × 150.00 earn 22 (of 22.5); 300.00 earn 15; 150.00 earn 7 (of 7.5)
    order = an_earned_order(a_session(price=Decimal("150.00")), seats=3)

    for ticket in tickets_of(order):
        refund_lines(order, ticket, at=order.completed_at)

    assert (taken(order), balance(order)) == ([-7, -8, -7], (0, 0))


def test_points_missing_from_the_balance_become_a_debt():
    order = an_earned_order()
    adjust(order.user.bonus_account, amount=-30, reason="Spent elsewhere", at=order.completed_at)

    refund_lines(order, at=order.completed_at)

    assert (taken(order), balance(order)) == ([-40], (0, 30))


def test_the_next_credit_settles_the_debt_first():
    order = an_earned_order()
    adjust(order.user.bonus_account, amount=-30, reason="Spent elsewhere", at=order.completed_at)
    refund_lines(order, at=order.completed_at)

    adjust(order.user.bonus_account, amount=50, reason="Sorry", at=order.completed_at)

    assert balance(order) == (20, 0)


def test_points_spent_return_before_points_earned_are_taken():
    order = an_earned_order(points=100, spend=100)  # 700.00 paid, 35 points earned
    adjust(order.user.bonus_account, amount=-35, reason="Spent elsewhere", at=order.completed_at)

    refund_lines(order, at=order.completed_at)

    kinds = BonusTransaction.objects.filter(order=order).order_by("pk").values_list("transaction_type", "amount")
    assert list(kinds) == [("DEDUCTION", -100), ("ACCRUAL", 35), ("REVERSAL", 100), ("REVERSAL", -35)]
    assert balance(order) == (65, 0)


@pytest.mark.parametrize(("later", "is_taken"), [(365 * DAY, True), (365 * DAY + timedelta(microseconds=1), False)])
def test_points_earned_too_long_ago_are_not_taken_back(later, is_taken):
    order = an_earned_order()

    refund_lines(order, at=order.completed_at + later)

    assert taken(order) == ([-40] if is_taken else [])


def test_a_refund_before_the_accrual_takes_no_points():
    session = a_session(price=Decimal("400.00"))
    order = a_paid_order(session, seats=2, customer=a_customer())
    refund_lines(order, tickets_of(order)[0])

    complete([order], at=session.end_datetime)
    accrue([order], at=session.end_datetime)
    refund_lines(order, at=session.end_datetime)

    assert taken(order) == [-20]
    assert balance(order) == (0, 0)


# --- Refunds outside the system


def test_a_chargeback_holds_seats_until_the_job_releases_them():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    order = a_paid_order(session, seats=2, snacks=[(item, 1)], customer=a_customer(points=100), points=100)

    booked = record_refund(order, amount=order.final_amount, external_id="re_1", at=SOON)

    order = fresh(order)
    assert (booked.status, booked.succeeded_at, booked.unallocated_amount) == (Refund.Status.SUCCEEDED, SOON, 0)
    assert (order.status, order.refunded_at, order.refund_processed_at) == (Order.Status.REFUNDED, SOON, None)
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.PAID}
    assert (fresh(item).stock_quantity, balance(order)) == (9, (0, 0))


def test_the_job_releases_what_an_order_charged_back_holds():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    order = a_paid_order(session, seats=2, snacks=[(item, 1)], customer=a_customer(points=100), points=100)
    booked = record_refund(order, amount=order.final_amount, external_id="re_1", at=SOON)

    process_refunds([order], at=SOON + DAY)

    order = fresh(order)
    assert order.refund_processed_at == SOON + DAY
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.AVAILABLE}
    assert {line.status for line in order.preorders.all()} == {"AVAILABLE"}
    assert (fresh(item).stock_quantity, balance(order)) == (10, (100, 0))
    assert list(order.refunds.all()) == [booked]
    assert sum(line.amount for line in booked.lines.all()) == order.final_amount


def test_a_chargeback_is_processed_once():
    order = a_paid_order(customer=a_customer(points=100), points=100)
    record_refund(order, amount=order.final_amount, external_id="re_1", at=SOON)
    process_refunds([order], at=SOON)
    before = business_state()

    process_refunds([order], at=SOON + DAY)

    assert business_state() == before


def test_only_refunded_orders_are_processed():
    session = a_session()
    orders = [a_paid_order(session), an_order(session)]
    before = business_state()

    process_refunds(orders, at=SOON)

    assert business_state() == before


def test_a_chargeback_includes_consumed_snacks(evening):
    order, popcorn, _coffee = evening
    collect(popcorn, at=NOON)
    record_refund(order, amount=order.final_amount, external_id="re_1", at=SOON)

    process_refunds([order], at=SOON)

    assert fresh(popcorn).status == "COLLECTED"
    assert fresh(popcorn.concession_item).stock_quantity == 8
    assert sum(line.amount for line in RefundLine.objects.all()) == order.final_amount


def test_a_chargeback_takes_back_earned_points():
    order = an_earned_order()
    record_refund(order, amount=order.final_amount, external_id="re_1", at=order.completed_at)

    process_refunds([order], at=order.completed_at)

    assert (taken(order), balance(order)) == ([-40], (0, 0))


def test_an_outside_refund_reported_twice_is_recorded_once():
    order = a_paid_order(seats=2)
    first = record_refund(order, amount=PRICE, external_id="re_1", at=SOON)
    before = business_state()

    second = record_refund(order, amount=PRICE, external_id="re_1", at=SOON + DAY)

    assert (second, business_state()) == (first, before)


@pytest.mark.parametrize("amount", ["350.01", "0.00", "-1.00", "99999999.99"])
def test_more_than_was_paid_or_nothing_is_refused(amount):
    order = a_paid_order()

    with raises_unchanged(MoreThanLeft):
        record_refund(order, amount=Decimal(amount), external_id="re_1", at=SOON)


def test_more_than_is_left_is_refused():
    order = a_paid_order(seats=2)
    refund_lines(order, tickets_of(order)[0])

    with raises_unchanged(MoreThanLeft):
        record_refund(order, amount=PRICE + Decimal("0.01"), external_id="re_1", at=SOON)


def test_lines_are_not_refunded_beyond_the_money_that_is_left():
    order = a_paid_order(seats=2)
    request_refund(order.payments.get(), amount=PRICE + Decimal("0.01"), reason="Sent back by mistake", at=SOON)

    with raises_unchanged(MoreThanLeft):
        refund(order, reason="Ill", at=SOON)


def test_an_outside_refund_of_an_unpaid_order_is_refused():
    order = an_order()

    with raises_unchanged(MoreThanLeft):
        record_refund(order, amount=PRICE, external_id="re_1", at=SOON)


def test_a_partial_outside_refund_waits_for_its_lines():
    order = a_paid_order(seats=2)
    before = business_state()

    booked = record_refund(order, amount=PRICE, external_id="re_1", at=SOON)

    after = business_state()
    assert (booked.unallocated_amount, booked.status) == (PRICE, Refund.Status.SUCCEEDED)
    assert {table for table in after if after[table] != before.get(table)} == {"payments.Refund"}


def test_naming_the_lines_of_an_outside_refund_sends_no_more_money():
    order = a_paid_order(seats=2)
    booked = record_refund(order, amount=PRICE, external_id="re_1", at=SOON)
    first, second = tickets_of(order)

    settled = refund_lines(order, first)

    assert (settled, settled.unallocated_amount, Refund.objects.count()) == (booked, 0, 1)
    assert (fresh(first).status, fresh(second).status) == ("AVAILABLE", "PAID")


def test_lines_settle_the_outside_refund_of_the_same_amount():
    session = a_session()
    order = a_paid_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    of_ticket = record_refund(order, amount=PRICE, external_id="re_1", at=SOON)
    of_snacks = record_refund(order, amount=SNACK, external_id="re_2", at=SOON)

    settled = [refund_lines(order, order.preorders.get()), refund_lines(order, tickets_of(order)[0])]

    assert settled == [of_snacks, of_ticket]
    assert [each.unallocated_amount for each in Refund.objects.all()] == [0, 0]


def test_two_outside_refunds_of_the_same_amount_are_settled_one_by_one():
    order = a_paid_order(seats=3)
    parts = [record_refund(order, amount=PRICE, external_id=f"re_{number}", at=SOON) for number in (1, 2)]
    first, second, _third = tickets_of(order)

    settled = [refund_lines(order, first), refund_lines(order, second)]

    assert settled == parts
    assert (Refund.objects.count(), Refund.objects.filter(unallocated_amount__gt=0).count()) == (2, 0)


def test_lines_that_cost_less_than_an_outside_refund_use_part_of_it():
    session = a_session()
    order = a_paid_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    booked = record_refund(order, amount=PRICE, external_id="re_1", at=SOON)

    back = refund_lines(order, order.preorders.get())

    assert (back.amount, back.status) == (0, Refund.Status.SUCCEEDED)
    assert fresh(booked).unallocated_amount == PRICE - SNACK


def test_only_the_amount_beyond_an_outside_refund_is_sent():
    order = a_paid_order(seats=2)
    booked = record_refund(order, amount=Decimal("100.00"), external_id="re_1", at=SOON)

    back = refund_lines(order, tickets_of(order)[0])

    assert (back.amount, back.status) == (PRICE - 100, Refund.Status.REQUESTED)
    assert fresh(booked).unallocated_amount == 0


def test_several_outside_refunds_are_used_together_oldest_first():
    order = a_paid_order(seats=3)
    first, second = [
        record_refund(order, amount=Decimal(amount), external_id=f"re_{amount}", at=SOON) for amount in (100, 300)
    ]

    back = refund_lines(order, tickets_of(order)[0])

    assert (back.amount, fresh(first).unallocated_amount, fresh(second).unallocated_amount) == (0, 0, 400 - PRICE)


@pytest.mark.parametrize("part", [Decimal("0.01"), Decimal("100.00"), PRICE, Decimal("699.99")])
def test_money_refunded_outside_is_not_sent_again(part):
    order = a_paid_order(seats=2, customer=a_customer(points=0))
    booked = record_refund(order, amount=part, external_id="re_1", at=SOON)

    back = refund_lines(order)

    assert (back.amount, fresh(booked).unallocated_amount) == (2 * PRICE - part, 0)
    assert fresh(order).status == Order.Status.REFUNDED
    assert broken() == []


def test_points_are_returned_for_every_line_including_outside_refunds():
    order = a_paid_order(seats=2, customer=a_customer(points=100), points=100)
    record_refund(order, amount=Decimal("500.00"), external_id="re_1", at=SOON)

    for ticket in tickets_of(order):
        refund_lines(order, ticket)

    assert (returned(order), balance(order)) == ([50, 50], (100, 0))
    assert broken() == []


def test_outside_refunds_that_add_up_to_the_total_refund_the_order():
    order = a_paid_order(seats=2)
    record_refund(order, amount=PRICE, external_id="re_1", at=SOON)

    record_refund(order, amount=PRICE, external_id="re_2", at=SOON)
    process_refunds([order], at=SOON)

    assert fresh(order).status == Order.Status.REFUNDED
    assert [each.unallocated_amount for each in Refund.objects.all()] == [0, 0]
    assert {ticket.status for ticket in order.tickets.all()} == {"AVAILABLE"}


def test_an_outside_refund_of_the_rest_refunds_the_order():
    order = a_paid_order(seats=2, customer=a_customer(points=101), points=101)
    first, second = tickets_of(order)
    refund_lines(order, first)

    record_refund(order, amount=second.paid, external_id="re_1", at=SOON)
    process_refunds([order], at=SOON)

    assert fresh(order).status == Order.Status.REFUNDED
    assert (returned(order), balance(order)) == ([50, 51], (101, 0))


# --- Orders marked as refunded by hand


def marked(order, at=SOON):
    Order.objects.filter(pk=order.pk).update(status=Order.Status.REFUNDED, refunded_at=at)
    return order


def test_an_order_marked_as_refunded_by_hand_is_paid_back():
    order = marked(a_paid_order(seats=2, customer=a_customer(points=100), points=100))

    process_refunds([order], at=SOON)

    back = order.refunds.get()
    assert (back.amount, back.payment, back.status) == (
        order.final_amount,
        order.payments.get(),
        Refund.Status.REQUESTED,
    )
    assert back.lines.count() == 2
    assert balance(order) == (100, 0)


def test_an_order_marked_as_refunded_after_a_line_is_paid_the_rest():
    order = a_paid_order(seats=2, customer=a_customer(points=101), points=101)
    first, second = tickets_of(order)
    refund_lines(order, first)

    process_refunds([marked(order)], at=SOON)

    assert [each.amount for each in order.refunds.order_by("pk")] == [first.paid, second.paid]
    assert balance(order) == (101, 0)


def test_an_order_paid_with_points_alone_and_marked_as_refunded_gets_its_points():
    order = a_paid_order(seats=2, customer=a_customer(points=700), points=700)
    refund_lines(order, tickets_of(order)[0])

    process_refunds([marked(order)], at=SOON)

    assert (returned(order), balance(order)) == ([350, 350], (700, 0))


def test_an_order_that_cost_nothing_and_is_marked_as_refunded_is_processed():
    order = marked(a_paid_order(promocode=a_promocode(discount_percent=100)))

    process_refunds([order], at=SOON)

    assert [(back.amount, back.payment, back.status) for back in order.refunds.all()] == [
        (Decimal("0.00"), None, Refund.Status.SUCCEEDED)
    ]
    assert order.tickets.get().status == "AVAILABLE"


@pytest.mark.parametrize(("at", "is_due"), [(SOON, True), (SOON - timedelta(microseconds=1), False)])
def test_an_outside_refund_is_due_from_its_time_on(at, is_due):
    order = a_paid_order()
    record_refund(order, amount=order.final_amount, external_id="re_1", at=SOON)

    assert list(Order.objects.refund_to_process(at)) == ([order] if is_due else [])


def test_a_refund_with_immediate_effects_is_not_due():
    refund_lines(a_paid_order())

    assert list(Order.objects.refund_to_process(SOON)) == []


# --- Archived sessions


def test_a_refund_of_an_archived_session_corrects_its_summary():
    session = a_session()
    order = a_paid_order(session, seats=3, gateway=Gateway.STRIPE)
    came, stayed_away, _refunded = tickets_of(order)
    check_in(came, at=session.start_datetime)
    complete([order], at=session.end_datetime)
    complete_sessions([session], at=session.end_datetime)
    later = session.end_datetime + 31 * DAY
    archive_locked(Session.objects.all(), at=later)
    before = SessionSummary.objects.values_list("capacity", "sold", "used", "no_show", "refunded", "gross", "net")[0]

    refund_lines(order, stayed_away, at=later + DAY)

    summary = SessionSummary.objects.values_list("capacity", "sold", "used", "no_show", "refunded", "gross", "net")[0]
    assert before == (20, 3, 1, 2, 0, 3 * PRICE, 3 * PRICE)
    assert summary == (20, 3, 1, 1, 1, 3 * PRICE, 2 * PRICE)


def test_a_chargeback_of_an_archived_session_corrects_its_summary():
    session = a_session()
    order = a_paid_order(session, seats=2)
    complete([order], at=session.end_datetime)
    complete_sessions([session], at=session.end_datetime)
    later = session.end_datetime + 31 * DAY
    archive_locked(Session.objects.all(), at=later)

    record_refund(order, amount=order.final_amount, external_id="re_1", at=later)
    process_refunds([order], at=later)

    summary = SessionSummary.objects.get()
    assert (summary.sold, summary.no_show, summary.refunded, summary.net) == (2, 0, 2, Decimal("0.00"))
