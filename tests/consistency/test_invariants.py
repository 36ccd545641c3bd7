"""Each invariant reports the rows that violate it, and nothing in a consistent database."""

import uuid
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import receive, write_off
from consistency.invariants import INVARIANTS, parameters, violations
from jobs.invariants import broken
from jobs.models import JobRun, QuarantinedRow
from notifications.models import Notification
from orders.models import Order, OrderEvent, Promocode, Ticket
from orders.services import (
    CancelReason,
    accrue,
    archive_locked,
    cancel,
    check_in,
    collect,
    complete,
    expire_uncollected,
    extend,
    mark_overdue,
    mark_paid,
    process_refunds,
    receipt_sales,
    record_refund,
    refund,
    refund_cancelled_sessions,
    remind_locked,
)
from payments.models import CashMovement, CashPlace, Gateway, GiftCard, Payment, Receipt, Refund, Shift
from payments.services import queue_gift_card_receipts
from reports.models import TicketFigures
from screenings.models import Session
from screenings.services import cancel_session, complete_sessions
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.database.corrupt_rows import insert_duplicate, without_constraints
from tests.helpers.factories import (
    NOON,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
)
from tests.helpers.film_hire_rows import a_contract, a_statement
from tests.helpers.screening_rows import a_price_quote
from tests.helpers.shared_rows import rows_of_a_module

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOW = NOON + MINUTE  # the time of the checks


def audit(at=NOW):
    """The reported rows by violated invariant."""
    found = defaultdict(set)
    for violation in violations(at):
        found[violation.statement].add(violation.row)
    return dict(found)


def name(row):
    return f"{row._meta.label_lower}:{row.pk}"


# --- A cinema with all kinds of orders


def an_old_evening(hall):
    """A session forty days ago with used, unused and later refunded tickets, archived."""
    start = NOON - 40 * DAY
    session = a_session(hall, start=start)
    popcorn = an_item(hall.cinema)
    spent_elsewhere = a_customer(points=500, at=start - DAY)
    fans = [a_customer(points=500, at=start - DAY), a_customer(), spent_elsewhere]
    orders = [
        a_paid_order(session, seats=2, snacks=[(popcorn, 1)], customer=fan, points=spend, at=start - DAY)
        for fan, spend in zip(fans, (100, 0, 0), strict=True)
    ]
    came = orders[0].tickets.first()
    check_in(came, at=start)
    collect(orders[0].preorders.get(), at=start)
    over = session.end_datetime
    expire_uncollected(orders, at=over)
    complete_sessions([session], at=over)
    complete(orders, at=over)
    accrue(orders, at=over)
    refund(orders[0], lines=[came], reason="Broken seat", at=over)
    adjust(spent_elsewhere.bonus_account, amount=-540, reason="Present", at=over)
    refund(orders[2], lines=[*orders[2].tickets.all(), *orders[2].preorders.all()], reason="Fire drill", at=over)
    archive_locked([session], at=over + 31 * DAY)
    refund(orders[1], lines=[orders[1].tickets.first()], reason="Late complaint", at=NOON)
    return SimpleNamespace(session=session, partly=orders[0], earned=orders[1], clawed=orders[2])


@pytest.fixture(scope="module")
def cinema_of_module(django_db_setup, django_db_blocker):
    with rows_of_a_module(django_db_blocker):
        yield a_cinema_with_everything()


@pytest.fixture
def cinema(cinema_of_module, db):
    return cinema_of_module


def a_cinema_with_everything():
    hall = a_hall(rows=["s" * 20] * 3)
    session = a_session(hall)
    later = a_session(hall, start=NOON + 9 * DAY)
    popcorn = an_item(hall.cinema)
    coffee = an_item(hall.cinema, made_to_order=True)
    fan = a_customer(points=2000)
    promocode = a_promocode()
    full = {"snacks": [(popcorn, 2), (coffee, 1)], "customer": fan, "points": 50, "promocode": promocode, "seats": 2}

    pending = an_order(session, **full)
    paid = a_paid_order(session, **full)
    cancelled = an_order(session, **full)
    cancel(cancelled, reason=CancelReason.CUSTOMER, at=NOON)
    refunded = a_paid_order(session, **full)
    refund(refunded, reason="Fell ill", at=NOON)

    overdue = an_order(later, channel="RESERVATION", at=NOON - 2 * DAY)
    mark_overdue([overdue], at=NOON)
    extended = an_order(later, channel="RESERVATION", at=NOON - 2 * DAY)
    mark_overdue([extended], at=NOON)
    extend(extended, until=NOON + DAY, at=NOON)

    revived = an_order(session, **full)
    cancel(revived, reason=CancelReason.EXPIRED, at=NOON)
    mark_paid(revived, gateway=Gateway.STRIPE, amount=revived.final_amount, external_id="pi_1", at=NOON)
    returned = an_order(session)
    cancel(returned, reason=CancelReason.EXPIRED, at=NOON)
    mark_paid(returned, gateway=Gateway.STRIPE, amount=Decimal("1.00"), external_id="pi_2", at=NOON)
    mark_paid(paid, gateway=Gateway.STRIPE, amount=paid.final_amount, external_id="pi_3", at=NOON)

    partly = a_paid_order(session, seats=3)
    refund(partly, lines=[partly.tickets.first()], reason="Fell ill", at=NOON)
    awaiting = a_paid_order(session, seats=2)
    record_refund(awaiting, amount=Decimal("350.00"), external_id="re_1", at=NOON)
    charged_back = a_paid_order(session)
    record_refund(charged_back, amount=charged_back.final_amount, external_id="re_2", at=NOON)
    processed = a_paid_order(session, **full)
    record_refund(processed, amount=processed.final_amount, external_id="re_3", at=NOON)
    process_refunds([processed], at=NOON)
    free = a_paid_order(session, promocode=a_promocode(discount_percent=100))

    fallen = a_session(hall, start=NOON + 2 * DAY)
    a_paid_order(fallen, **full)
    an_order(fallen)
    cancel_session(fallen, reason="Projector", at=NOON)
    refund_cancelled_sessions(Order.objects.of_cancelled_sessions(NOON), at=NOON)

    remind_locked(
        [a_paid_order(a_session(a_hall(hall.cinema), start=NOON + timedelta(hours=1)), at=NOON - DAY)], at=NOON
    )
    old = an_old_evening(a_hall(hall.cinema))
    Notification.objects.update(status="SENT", sent_at=NOON)
    receive(popcorn, quantity=10, at=NOON)
    write_off(coffee, quantity=1, reason="Spilt", at=NOON)
    call_command("close_business_day", at=NOW.isoformat())
    JobRun.objects.all().delete()
    return SimpleNamespace(
        hall=hall,
        session=session,
        later=later,
        popcorn=popcorn,
        fan=fan.bonus_account,
        promocode=promocode,
        pending=pending,
        paid=paid,
        cancelled=cancelled,
        refunded=refunded,
        revived=revived,
        returned=returned,
        partly=partly,
        awaiting=awaiting,
        processed=processed,
        free=free,
        old=old,
    )


def test_an_empty_database_has_no_violations():
    assert audit() == {}


# --- Violations: each function names the invariant that it breaks and returns the rows to be reported

VIOLATIONS = []


def breaks(statement):
    def plant(function):
        VIOLATIONS.append((statement, function))
        return function

    return plant


STOCK = "The stock of an item is the sum of its movements, and not negative"


@breaks(STOCK)
def stock_that_no_movement_explains(cinema):
    ConcessionItem.objects.filter(pk=cinema.popcorn.pk).update(stock_quantity=F("stock_quantity") + 1)
    return [cinema.popcorn]


@breaks(STOCK)
def stock_without_any_movement(cinema):
    return [ConcessionItem.objects.create(cinema=cinema.hall.cinema, name="Straws", price=1, stock_quantity=1000)]


@breaks(STOCK)
def negative_stock(cinema):
    item = an_item(cinema.hall.cinema, stock=1, max_stock_quantity=1)
    without_constraints(ConcessionItem)
    StockMovement.objects.filter(concession_item=item).update(quantity=-1)
    ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=-1)
    return [item]


VALUE = "The value of an item's stock is the sum of its movements' values; an empty stock is worth nothing"


def a_valued_item(cinema, stock=3):
    item = ConcessionItem.objects.create(cinema=cinema.hall.cinema, name="Nachos", price=1)
    receive(item, quantity=stock, unit_cost=Decimal("3.33"), at=NOON)
    return item


@breaks(VALUE)
def a_value_that_no_movement_explains(cinema):
    item = a_valued_item(cinema)
    ConcessionItem.objects.filter(pk=item.pk).update(stock_value=Decimal("10.00"))
    return [item]


@breaks(VALUE)
def a_value_of_nothing(cinema):
    item = a_valued_item(cinema)
    write_off(item, quantity=3, reason="Mice", at=NOON)
    ConcessionItem.objects.filter(pk=item.pk).update(stock_value=Decimal("0.01"))
    StockMovement.objects.filter(concession_item=item, kind="WRITE_OFF").update(value=Decimal("-9.98"))
    return [item]


POINTS = "A balance less what is owed is the sum of its transactions; neither is negative, one of them is 0"


@breaks(POINTS)
def a_balance_that_no_transaction_explains(cinema):
    BonusAccount.objects.filter(pk=cinema.fan.pk).update(balance=F("balance") + 1)
    return [cinema.fan]


@breaks(POINTS)
def a_transaction_that_went_missing(cinema):
    BonusTransaction.objects.filter(bonus_account=cinema.fan, transaction_type="ADJUSTMENT").delete()
    return [cinema.fan]


@breaks(POINTS)
def a_balance_beside_a_debt(cinema):
    without_constraints(BonusAccount)
    BonusAccount.objects.filter(pk=cinema.fan.pk).update(balance=F("balance") + 1, owed=1)
    return [cinema.fan]


@breaks(POINTS)
def a_negative_balance(cinema):
    without_constraints(BonusAccount)
    account = BonusAccount.objects.create(pk=10**6, user=a_customer(), balance=-1, owed=-1)
    return [account]


@breaks("At most one live ticket holds a seat at a session")
def a_seat_sold_twice(cinema):
    without_constraints(Ticket)
    theirs, ours = cinema.paid.tickets.first(), cinema.pending.tickets.first()
    Ticket.objects.filter(pk=ours.pk).update(seat=theirs.seat)
    return [cinema.session]


FALLEN = "No ticket of a session that was cancelled two periods ago is live"


@breaks(FALLEN)
def a_session_cancelled_and_forgotten(cinema):
    Session.objects.filter(pk=cinema.later.pk).update(status="CANCELLED", cancelled_at=NOW - 2 * MINUTE)
    return Ticket.objects.filter(session=cinema.later)


AMOUNTS = "An order's amounts are the sums of its lines and of their shares"


@breaks(AMOUNTS)
def a_ticket_that_costs_more(cinema):
    line = cinema.paid.tickets.first()
    Ticket.objects.filter(pk=line.pk).update(price=line.price + Decimal("0.01"))
    return [cinema.paid]


@breaks(AMOUNTS)
def snacks_that_cost_more(cinema):
    ConcessionPreorder.objects.filter(pk=cinema.cancelled.preorders.first().pk).update(quantity=9)
    return [cinema.cancelled]


@breaks(AMOUNTS)
def a_cent_of_the_discount_lost(cinema):
    line = cinema.paid.tickets.first()
    Ticket.objects.filter(pk=line.pk).update(discount_share=line.discount_share - Decimal("0.01"))
    return [cinema.paid]


@breaks(AMOUNTS)
def a_cent_of_the_points_lost(cinema):
    line = cinema.paid.preorders.first()
    ConcessionPreorder.objects.filter(pk=line.pk).update(bonus_share=line.bonus_share - Decimal("0.01"))
    return [cinema.paid]


@breaks(AMOUNTS)
def an_order_that_does_not_add_up(cinema):
    without_constraints(Order)
    Order.objects.filter(pk=cinema.pending.pk).update(final_amount=cinema.pending.final_amount + Decimal("0.01"))
    return [cinema.pending]


@breaks(AMOUNTS)
def a_line_discounted_below_nothing(cinema):
    without_constraints(Ticket)
    order = a_paid_order(cinema.session, seats=2, promocode=cinema.promocode)
    first, second = order.tickets.order_by("pk")
    Ticket.objects.filter(pk=first.pk).update(discount_share=Decimal("351.00"))
    Ticket.objects.filter(pk=second.pk).update(discount_share=order.discount_amount - Decimal("351.00"))
    return [order]


BEYOND = "No payment is refunded beyond its amount"


@breaks(BEYOND)
def more_went_back_than_came(cinema):
    back = Refund.objects.get(order=cinema.refunded)
    Refund.objects.filter(pk=back.pk).update(amount=back.amount + Decimal("0.01"))
    return [back.payment]


@breaks(BEYOND)
def money_went_back_that_never_came(cinema):
    payment = cinema.partly.payments.get()
    Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.FAILED)
    return [payment]


KEPT = (
    "The money kept for an order is what its status says: what is sold and not refunded, parts taken by hand that "
    "are less than the price while it is unpaid, otherwise nothing"
)


@breaks(KEPT)
def a_paid_order_without_its_money(cinema):
    Payment.objects.filter(order=cinema.awaiting).update(amount=Decimal("699.99"))
    return [cinema.awaiting]


@breaks(KEPT)
def a_second_payment_that_was_kept(cinema):
    Refund.objects.filter(order=cinema.paid).delete()
    return [cinema.paid]


@breaks(KEPT)
def late_money_that_was_kept(cinema):
    Refund.objects.filter(order=cinema.returned).delete()
    return [cinema.returned]


@breaks(KEPT)
def an_unpaid_order_with_money(cinema):
    Payment.objects.create(
        order=cinema.pending, gateway=Gateway.STRIPE, amount=1, status=Payment.Status.SUCCEEDED, created_at=NOON
    )
    return [cinema.pending]


@breaks(KEPT)
def parts_that_are_the_whole_price(cinema):
    amount = cinema.pending.final_amount
    Payment.objects.create(
        order=cinema.pending, gateway=Gateway.CASH, amount=amount, status=Payment.Status.SUCCEEDED, created_at=NOON
    )
    return [cinema.pending]


SETTLED = "A cancelled order, and a refunded one that is processed, holds no seat and no snack"


@breaks(SETTLED)
def a_cancelled_order_with_a_seat(cinema):
    without_constraints(Ticket)
    cinema.cancelled.tickets.update(status=Ticket.Status.RESERVED)
    return [cinema.cancelled]


@breaks(SETTLED)
def a_refunded_order_with_a_seat(cinema):
    without_constraints(Ticket)
    cinema.processed.tickets.update(status=Ticket.Status.USED)
    return [cinema.processed]


@breaks(SETTLED)
def a_cancelled_order_with_snacks(cinema):
    cinema.cancelled.preorders.update(status=ConcessionPreorder.Status.PENDING)
    return [cinema.cancelled]


@breaks(SETTLED)
def a_refunded_order_with_snacks(cinema):
    cinema.refunded.preorders.update(status=ConcessionPreorder.Status.READY)
    return [cinema.refunded]


@breaks("A cancelled order keeps no points spent on it")
def points_that_a_cancelled_order_kept(cinema):
    BonusTransaction.objects.filter(order=cinema.cancelled, transaction_type="REVERSAL").delete()
    return [cinema.cancelled]


RETURNED = "A refunded order that is processed keeps no points spent on it, and earned none that could be taken back"


@breaks(RETURNED)
def points_that_a_refunded_order_kept(cinema):
    BonusTransaction.objects.filter(order=cinema.refunded, transaction_type="REVERSAL").delete()
    return [cinema.refunded]


@breaks(RETURNED)
def points_that_a_refunded_order_earned(cinema):
    BonusTransaction.objects.filter(order=cinema.old.clawed, transaction_type="REVERSAL").delete()
    return [cinema.old.clawed]


@breaks("An unpaid order holds the points that it is to be paid with")
def an_unpaid_order_without_its_points(cinema):
    BonusTransaction.objects.filter(order=cinema.pending).delete()
    return [cinema.pending]


CHAIN = "The events of an order are an unbroken chain of allowed transitions that ends at its status"


@breaks(CHAIN)
def a_status_without_its_event(cinema):
    Order.objects.filter(pk=cinema.paid.pk).update(status=Order.Status.COMPLETED, completed_at=NOON)
    return [cinema.paid]


@breaks(CHAIN)
def an_order_without_events(cinema):
    OrderEvent.objects.filter(order=cinema.pending).delete()
    return [cinema.pending]


@breaks(CHAIN)
def events_without_the_first(cinema):
    cinema.revived.events.order_by("pk").first().delete()
    return [cinema.revived]


@breaks(CHAIN)
def events_with_a_gap(cinema):
    cinema.revived.events.get(to_status="CANCELLED").delete()
    return [cinema.revived]


@breaks(CHAIN)
def events_that_start_in_the_middle(cinema):
    cinema.paid.events.filter(from_status="").update(to_status="PAYMENT_OVERDUE")
    cinema.paid.events.filter(to_status="PAID").update(from_status="PAYMENT_OVERDUE")
    return [cinema.paid]


@breaks(CHAIN)
def a_transition_that_is_not_allowed(cinema):
    cinema.revived.events.filter(to_status="CANCELLED").update(to_status="REFUNDED")
    cinema.revived.events.filter(to_status="PAID").update(from_status="REFUNDED")
    return [cinema.revived]


@breaks("An order earns points once")
def points_earned_twice(cinema):
    without_constraints(BonusTransaction)
    insert_duplicate(BonusTransaction.objects.get(order=cinema.old.earned, transaction_type="ACCRUAL"))
    return [cinema.old.earned]


REVERSALS = "Reversals never exceed what they reverse"


@breaks(REVERSALS)
def more_points_came_back_than_were_spent(cinema):
    back = BonusTransaction.objects.get(order=cinema.refunded, transaction_type="REVERSAL")
    BonusTransaction.objects.filter(pk=back.pk).update(amount=back.amount + 1)
    return [back.reverses]


@breaks(REVERSALS)
def points_were_taken_back_twice(cinema):
    without_constraints(BonusTransaction)
    back = BonusTransaction.objects.get(order=cinema.old.clawed, transaction_type="REVERSAL")
    return [insert_duplicate(back).reverses]


@breaks(REVERSALS)
def points_were_spent_instead_of_returned(cinema):
    back = BonusTransaction.objects.get(order=cinema.cancelled, transaction_type="REVERSAL")
    BonusTransaction.objects.filter(pk=back.pk).update(amount=-1)
    return [back.reverses]


RETURNS = "A movement of stock is returned by one movement of the same goods, in full and at the same cost"


@breaks(RETURNS)
def more_goods_came_back_than_went(cinema):
    back = StockMovement.objects.filter(preorder__order=cinema.cancelled, kind="RETURN").first()
    StockMovement.objects.filter(pk=back.pk).update(quantity=F("quantity") + 1)
    return [back]


@breaks(RETURNS)
def other_goods_came_back_than_went(cinema):
    back = StockMovement.objects.filter(preorder__order=cinema.cancelled, concession_item=cinema.popcorn)
    back = back.get(kind="RETURN")
    StockMovement.objects.filter(pk=back.pk).update(concession_item=an_item(cinema.hall.cinema))
    return [back]


@breaks(RETURNS)
def goods_came_back_at_another_cost(cinema):
    back = StockMovement.objects.filter(preorder__order=cinema.cancelled, kind="RETURN").first()
    StockMovement.objects.filter(pk=back.reverses_id).update(value=Decimal("-1.00"))
    StockMovement.objects.filter(pk=back.pk).update(value=Decimal("1.01"))
    return [back]


@breaks("One message goes to a recipient about an occasion")
def one_message_twice(cinema):
    without_constraints(Notification)
    first = Notification.objects.earliest("pk")
    insert_duplicate(Notification.objects.get(pk=first.pk))
    return [first]


USES = "A promocode's uses are the orders that use it, within its limit"


@breaks(USES)
def a_use_that_no_order_made(cinema):
    Promocode.objects.filter(pk=cinema.promocode.pk).update(used_count=F("used_count") + 1)
    return [cinema.promocode]


@breaks(USES)
def more_uses_than_allowed(cinema):
    without_constraints(Promocode)
    Promocode.objects.filter(pk=cinema.promocode.pk).update(max_uses=1)
    return [cinema.promocode]


PARTS = (
    "A ticket's price is its share of the base price, rounded half up, plus the surcharge; a quoted one has its base "
    "from a quote of its session"
)


@breaks(PARTS)
def a_ticket_at_another_price_than_its_parts_make(cinema):
    tickets = list(Ticket.objects.order_by("pk")[:2])
    Ticket.objects.filter(pk=tickets[0].pk).update(base_price=F("base_price") + 1)
    Ticket.objects.filter(pk=tickets[1].pk).update(percent=0)
    return tickets


@breaks(PARTS)
def a_quoted_ticket_whose_base_is_not_the_quote(cinema):
    ticket = Ticket.objects.filter(session=cinema.session).first()
    quote = a_price_quote(cinema.session, "999.00", at=NOON)
    Ticket.objects.filter(pk=ticket.pk).update(price_quote=quote)
    return [ticket]


OVERLAP = "No two sessions that are not cancelled hold one hall at a time, cleaning included"


@breaks(OVERLAP)
def a_film_before_the_hall_is_clean(cinema):
    without_constraints(Session)
    Session.objects.filter(pk=cinema.later.pk).update(start_datetime=cinema.session.free_from - TICK)
    return [cinema.later]


@breaks(OVERLAP)
def a_short_film_within_a_long_one(cinema):
    without_constraints(Session)
    Session.objects.filter(pk=cinema.session.pk).update(free_from=cinema.later.free_from + DAY)
    return [cinema.later]


@breaks("The cash of a place is the sum of its movements, and not negative")
def cash_that_no_movement_explains(cinema):
    shift = a_shift(opening_float=Decimal(100))
    CashPlace.objects.filter(pk=shift.drawer_id).update(cash=Decimal(101))
    return [shift.drawer]


@breaks("Cash that is moved leaves one place and reaches another of the same cinema")
def cash_that_only_left(cinema):
    shift = a_shift(opening_float=Decimal(100))
    moved = CashMovement.objects.get(shift=shift)
    CashMovement.objects.filter(pk=moved.pk).update(transfer=uuid.uuid4())
    return [moved]


@breaks("Every cash payment and every refund in cash of a shift is one movement of its drawer, of the same amount")
def a_cash_sale_without_its_movement(cinema):
    payment = cinema.partly.payments.get()
    Payment.objects.filter(pk=payment.pk).update(shift=a_shift(), gateway=Gateway.CASH)
    return [payment]


@breaks("A counted shift leaves its drawer empty")
def cash_in_a_counted_drawer(cinema):
    shift = a_shift(opening_float=Decimal(100))
    Shift.objects.filter(pk=shift.pk).update(
        status="COUNTED", ended_at=NOON, counted_at=NOON, counted_cash=100, expected_cash=100
    )
    return [shift.drawer]


@breaks("The balance of a gift card is the sum of its movements, and not negative")
def money_on_a_gift_card_that_no_movement_explains(cinema):
    card = a_gift_card(a_shift())
    GiftCard.objects.filter(pk=card.pk).update(balance=1)
    return [card]


@breaks("Every payment with a gift card, and every refund onto one, is one movement of that card, of the same amount")
def a_payment_with_no_gift_card(cinema):
    payment = cinema.partly.payments.get()
    Payment.objects.filter(pk=payment.pk).update(gateway=Gateway.GIFT_CARD)
    return [payment]


@breaks("Money that pays for another order since tickets were exchanged went back for the old one, in the same way")
def money_of_another_order_that_never_left_it(cinema):
    payment = cinema.partly.payments.get()
    Payment.objects.filter(pk=payment.pk).update(moved_from=cinema.refunded.payments.get())
    return [payment]


@breaks("A gift card that was sold for cash, or taken back, is one movement of the drawer, of the same amount")
def a_gift_card_whose_cash_is_in_no_drawer(cinema):
    card = a_gift_card(a_shift(), tender="card_terminal")
    card.movements.update(tender="cash")
    return [card]


@breaks("A receipt is of the cinema of its order or gift card")
def receipts_of_another_cinema(cinema):
    receipt_sales(list(cinema.partly.payments.all()), at=NOON)
    card = a_gift_card(a_shift())
    queue_gift_card_receipts([card.movements.get()], at=NOON)
    Receipt.objects.update(cinema=a_hall().cinema)
    return Receipt.objects.all()


STATEMENT_ADDS_UP = "A film hire statement adds up: its amounts are those of its lines"


@breaks(STATEMENT_ADDS_UP)
def a_statement_of_another_amount(cinema):
    return [a_statement(cinema.hall.cinema, box_office=1, base=1)]


def a_week(cinema, statement, **amounts):
    contract = a_contract(cinema.session.film, statement.distributor)
    return statement.lines.create(contract=contract, week=1, kind="WEEK", **amounts)


@breaks("The screenings of a week of a film hire statement add up to the week")
def a_week_without_its_screenings(cinema):
    statement = a_statement(cinema.hall.cinema, box_office=1, base=1)
    a_week(cinema, statement, box_office=1, base=1)
    return [statement]


@breaks("A screening in a film hire statement has the box office of its business day, as booked when it was counted")
def a_screening_of_another_box_office(cinema):
    close_days(cinema.hall.cinema, until=NOON + DAY)
    figures = TicketFigures.objects.filter(gross__gt=0).first()
    statement = a_statement(cinema.hall.cinema, box_office=1, base=1, counted_until=(NOON + 60 * DAY).date())
    week = a_week(cinema, statement, box_office=1, base=1)
    statement.lines.create(
        contract=week.contract, week=1, kind="SESSION", session=figures.session, box_office=1, base=1
    )
    return [statement]


def test_every_invariant_has_a_violation_to_find():
    assert {statement for statement, _violate in VIOLATIONS} == {invariant.statement for invariant in INVARIANTS}


# --- What is allowed


def cancelled_without_refunds(session, *, at):
    """Mark the session as cancelled at that time, without any of the consequences."""
    Session.objects.filter(pk=session.pk).update(status="CANCELLED", cancelled_at=at)


@pytest.mark.parametrize(("at", "is_fault"), [(NOW - 2 * MINUTE + TICK, False), (NOW - 2 * MINUTE, True)])
def test_a_cancelled_session_has_two_periods_for_its_refunds(at, is_fault):
    session = a_session()
    order = a_paid_order(session)

    cancelled_without_refunds(session, at=at)

    assert audit().get(FALLEN) == ({name(order.tickets.get())} if is_fault else None)


def test_a_quarantined_refund_of_a_cancelled_session_is_not_reported():
    session = a_session()
    order = a_paid_order(session)
    cancelled_without_refunds(session, at=NOON - DAY)

    quarantine("refund_cancelled_sessions", order)

    assert audit() == {}


def test_sessions_may_follow_each_other_without_a_gap():
    first = a_session()

    a_session(first.hall, start=first.free_from)

    assert audit() == {}


def test_a_cancelled_session_overlaps_no_other():
    first = a_session()
    cancel_session(first, reason="Projector", at=NOON)

    a_session(first.hall)

    assert audit() == {}


# --- Overdue rows of jobs


def quarantine(job, row):
    QuarantinedRow.objects.create(
        job=job, row=name(row), attempts=1, error="?", first_failed_at=NOON, next_attempt_at=NOON
    )


UNDONE = "cancel_expired_orders has rows that have been due for more than two periods"


@pytest.mark.parametrize(("after", "is_fault"), [(MINUTE - TICK, False), (MINUTE, True)])
def test_an_order_overdue_for_two_periods_of_a_job_is_reported(after, is_fault):
    order = an_order()

    assert audit(order.expires_at + after) == ({UNDONE: {name(order)}} if is_fault else {})


def test_quarantined_rows_are_not_reported():
    order = an_order()
    quarantine("cancel_expired_orders", order)

    assert audit(order.expires_at + MINUTE) == {}


def test_a_quarantine_of_another_job_does_not_count():
    order = an_order()
    quarantine("send_ticket_usage_reminders", order)

    assert audit(order.expires_at + MINUTE) == {UNDONE: {name(order)}}


def test_the_steps_of_every_job_are_checked():
    session = a_session()
    order = a_paid_order(session, customer=a_customer(points=10))
    at = session.end_datetime + DAY

    found = audit(at)

    assert found == {
        f"{job} has rows that have been due for more than two periods": {name(row)}
        for job, row in [
            ("update_session_statuses", session),
            ("update_completed_order_statuses", order),
            ("deliver_notifications", Notification.objects.get()),  # the tickets
        ]
    }


# --- The command


def test_the_command_prints_each_row_and_fails(capsys):
    order = an_order()
    Ticket.objects.update(price=Decimal("1.00"), base_price=Decimal("1.00"))

    with pytest.raises(CommandError) as caught:
        call_command("check_invariants", at=NOW.isoformat())

    assert caught.value.returncode == 1
    assert capsys.readouterr().out.splitlines()[0] == f"Invariant violated: {AMOUNTS} ({name(order)})"
    run = JobRun.objects.get()
    assert (run.job, run.failed, run.error) == ("check_invariants", 1, f"{AMOUNTS} (1)")


def test_a_dry_run_prints_the_rows_and_records_nothing(capsys):
    order = an_order()
    Ticket.objects.update(price=Decimal("1.00"), base_price=Decimal("1.00"))

    call_command("check_invariants", "--dry-run", at=NOW.isoformat())

    assert capsys.readouterr().out.splitlines() == [f"Invariant violated: {AMOUNTS} ({name(order)})"]
    assert JobRun.objects.count() == 0


def test_at_most_twenty_rows_are_printed(capsys):
    session = a_session(a_hall(rows=["s" * 25]))
    for _order in range(22):
        an_order(session)
    Ticket.objects.update(price=Decimal("1.00"), base_price=Decimal("1.00"))

    with pytest.raises(CommandError):
        call_command("check_invariants", at=NOW.isoformat())

    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[20]) == (22, f"Invariant violated: {AMOUNTS} (2 more rows)")


# --- The tests of one cinema with everything, whose rows stay until the end of the module


def test_a_consistent_database_has_no_violations_and_an_audit_changes_nothing(cinema, capsys):
    before = business_state()

    assert audit() == {}
    assert business_state() == before
    call_command("check_invariants", at=NOW.isoformat())
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("check_invariants: 0 done, 0 passed over, 0 failed in ")
    assert JobRun.objects.get().failed == 0


def test_each_violation_is_reported(cinema):
    by_statement = {invariant.statement: invariant for invariant in INVARIANTS}
    for statement, violate in VIOLATIONS:
        with transaction.atomic():
            rows = {name(row) for row in violate(cinema)}
            found = {violation.row for violation in broken([by_statement[statement]], parameters(NOW))}
            transaction.set_rollback(True)  # so that all share one cinema

        assert (violate.__name__, found) == (violate.__name__, rows)


def test_a_ticket_sold_before_the_parts_of_prices_were_kept_has_none(cinema):
    Ticket.objects.update(base_price=None, percent=None, surcharge=None)

    assert audit() == {}


def test_points_earned_too_long_ago_need_not_be_taken_back(cinema):
    BonusTransaction.objects.filter(order=cinema.old.clawed, transaction_type="REVERSAL").delete()
    earned = BonusTransaction.objects.filter(order=cinema.old.clawed, transaction_type="ACCRUAL")

    earned.update(transaction_date=NOW - timedelta(days=365))
    at_the_limit = audit()
    earned.update(transaction_date=NOW - timedelta(days=365) - TICK)

    assert (RETURNED in at_the_limit, RETURNED in audit()) == (True, False)
