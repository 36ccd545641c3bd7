"""Sales at the till: held, paid in cash or by card in an open shift, left unfinished, and undone."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import QueryDict

from accounts.errors import RateLimited
from accounts.models import LimitUse
from accounts.services.customer_codes import customer_code
from boxoffice.errors import (
    AccountTooOften,
    CardUnclear,
    CodeTooOften,
    ColleagueCode,
    GivenTooLittle,
    NoShift,
    SellAgain,
    StaffOrder,
    WrongPart,
)
from boxoffice.services import sales
from boxoffice.services.basket import read
from boxoffice.services.gift_cards import pay_with_gift_card
from orders.errors import NotOnSale, PromocodeRefused, SeatTaken, WrongAmount
from orders.models import Order, Promocode
from orders.services import cancel, cancel_by_customer, cancel_expired, decided_at_work, left_to_pay, pay_out
from payments.errors import ShiftNotOpen
from payments.models import GiftCard, Payment, Refund, Shift
from payments.services import count_and_close, end_shift, totals_of
from screenings.errors import ChoiceRefused
from screenings.models import Session, TicketType
from screenings.services import start_sessions
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_gift_card, a_shift, cash_of
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_customer,
    a_hall,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
)
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


def held(shift, session, *, seats=2, snacks=(), at=NOON, **fields):
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:seats]]
    return sales.hold_at_till(shift, places=places, snacks=snacks, at=at, actor=shift.cashier, **fields)


def paid_in_cash(order, shift, *, given=None, at=NOON):
    return sales.pay_cash(order, shift=shift, given=given, at=at, actor=shift.cashier)


def test_two_tickets_and_a_popcorn_for_cash(shift, session):
    popcorn = an_item(session.hall.cinema)

    order = held(shift, session, snacks=[(popcorn, 1)])
    change = paid_in_cash(order, shift, given=Decimal(2000))

    order.refresh_from_db()
    assert (order.status, order.channel) == (Order.Status.PAID, Order.Channel.BOX_OFFICE)
    assert change == Decimal(2000) - order.final_amount
    assert cash_of(session.hall.cinema) == {"DRAWER": order.final_amount}
    assert order.payments.get().shift == shift
    assert invariant_violations() == []


def sold_for_cash(shift, session, *, seats=2, given=None, **fields):
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:seats]]
    return sales.sell_for_cash(
        shift, given=given, places=places, **{"snacks": []} | fields, at=NOON, actor=shift.cashier
    )


def test_a_sale_for_cash_is_one_transaction_of_at_most_fifteen_queries(shift, session, django_assert_max_num_queries):
    popcorn = an_item(session.hall.cinema)
    session = Session.objects.select_related("hall__cinema", "film").get()
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:2]]

    with django_assert_max_num_queries(15 + 2):  # and a savepoint, since the test is a transaction itself
        order, change = sales.sell_for_cash(
            shift, given=Decimal(2000), places=places, snacks=[(popcorn, 1)], at=NOON, actor=shift.cashier
        )

    order.refresh_from_db()
    assert (order.status, order.paid_at, change) == (Order.Status.PAID, NOON, Decimal(2000) - order.final_amount)
    assert {ticket.status for ticket in order.tickets.all()} == {"PAID"}
    assert [(each.from_status, each.to_status) for each in order.events.order_by("pk")] == [
        ("", "PENDING_PAYMENT"),
        ("PENDING_PAYMENT", "PAID"),
    ]
    assert cash_of(session.hall.cinema) == {"DRAWER": order.final_amount}
    assert left_to_pay(order) == 0
    assert invariant_violations() == []


def test_a_sale_for_cash_that_is_refused_holds_nothing(shift, session):
    stale = Shift.objects.get()
    with pytest.raises(GivenTooLittle):
        sold_for_cash(shift, session, given=2 * PRICE - 1)
    end_shift(shift, at=NOON)
    with pytest.raises(ShiftNotOpen):
        sold_for_cash(stale, session)

    assert not Order.objects.exists()
    assert len(free_seats(session)) == 20
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def test_too_little_cash_sells_nothing(shift, session):
    order = held(shift, session)

    with pytest.raises(GivenTooLittle):
        paid_in_cash(order, shift, given=2 * PRICE - 1)

    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def test_without_an_open_shift_nothing_is_held_and_nothing_paid(shift, session):
    order = held(shift, session)
    ended = end_shift(shift, at=NOON)

    with pytest.raises(ShiftNotOpen):
        paid_in_cash(order, shift)
    with pytest.raises(NoShift):
        held(ended, session)

    assert list(sales.unfinished_sales(shift.cinema)) == [order]
    assert sales.shift_of(shift.cashier, shift.cinema) is None


def test_the_second_till_is_told_that_the_seat_is_taken(shift, session):
    seat = free_seats(session)[0]
    other = a_shift(session.hall.cinema)
    held(shift, session, seats=1)

    with pytest.raises(SeatTaken):
        sales.hold_at_till(other, places=[(session, seat, an_adult())], snacks=[], at=NOON, actor=other.cashier)


def test_a_session_that_runs_is_sold_and_paid_for_twenty_minutes(shift, session):
    start_sessions([session], at=session.start_datetime)
    last = session.start_datetime + 20 * MINUTE
    order = held(shift, session, at=last - MINUTE)

    assert order.payment_deadline == last
    paid_in_cash(order, shift, at=last - MINUTE)
    with pytest.raises(NotOnSale):
        held(shift, session, at=last)


def test_late_money_at_the_till_ends_with_its_sales(shift, session):
    start_sessions([session], at=session.start_datetime)
    first, second = (held(shift, session, seats=1) for _ in range(2))
    for order in (first, second):
        sales.undo(order, at=NOON, actor=shift.cashier)
    last = session.start_datetime + 20 * MINUTE

    paid_in_cash(first, shift, at=last - MINUTE)
    with pytest.raises(NotOnSale):
        paid_in_cash(second, shift, at=last)

    assert totals_of(shift).expected_cash == PRICE


def test_a_card_that_is_declined_leaves_the_order_to_be_paid_in_cash(shift, session):
    order = held(shift, session)

    sales.card_declined(order, at=NOON, actor=shift.cashier)
    paid_in_cash(order, shift)

    assert totals_of(shift).card_sales == 0
    assert totals_of(shift).expected_cash == 2 * PRICE


@pytest.mark.parametrize("approved", [True, False])
def test_a_card_of_which_nobody_knows_is_unfinished_until_somebody_looked(shift, session, approved):
    order = held(shift, session)
    sales.card_unclear(order, shift=shift, at=NOON, actor=shift.cashier)
    assert list(sales.unfinished_sales(shift.cinema)) == [order]

    if approved:
        sales.card_approved(order, shift=shift, at=NOON, actor=shift.cashier)
    else:
        sales.card_declined(order, at=NOON, actor=shift.cashier)

    order.refresh_from_db()
    assert order.status == (Order.Status.PAID if approved else Order.Status.PENDING_PAYMENT)
    assert totals_of(shift).card_sales == (2 * PRICE if approved else 0)
    assert order.payments.get().status == (Payment.Status.SUCCEEDED if approved else Payment.Status.FAILED)
    assert invariant_violations() == []


def test_an_unfinished_sale_is_undone(shift, session):
    order = held(shift, session)

    sales.undo(order, at=NOON, actor=shift.cashier)

    assert list(sales.unfinished_sales(shift.cinema)) == []
    assert len(free_seats(session)) == 20


def test_parts_are_collected_until_the_price_is_paid(shift, session):
    order = held(shift, session)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}

    sales.card_approved(order, amount=Decimal(100), **work)
    order.refresh_from_db()
    assert (order.status, left_to_pay(order)) == (Order.Status.PENDING_PAYMENT, 2 * PRICE - 100)
    assert invariant_violations() == []
    with pytest.raises(WrongAmount):
        sales.pay_cash(order, given=None, amount=2 * PRICE - 99, **work)
    change = sales.pay_cash(order, given=2 * PRICE, amount=2 * PRICE - 100, **work)

    order.refresh_from_db()
    assert (order.status, change) == (Order.Status.PAID, 100)
    assert (totals_of(shift).expected_cash, totals_of(shift).card_sales) == (2 * PRICE - 100, 100)
    assert invariant_violations() == []


def test_a_part_of_which_nobody_knows_is_looked_up_too(shift, session):
    order = held(shift, session)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    sales.pay_cash(order, given=None, amount=PRICE, **work)
    sales.card_unclear(order, amount=PRICE, **work)

    sales.card_approved(order, **work)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert totals_of(shift).card_sales == PRICE


def test_a_sale_that_is_given_up_gives_each_part_back(shift, session):
    order = held(shift, session)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    sales.card_approved(order, amount=Decimal(100), **work)
    sales.pay_cash(order, given=None, amount=Decimal(50), **work)

    paid = sales.undo(order, **work)

    assert [(each.payment.gateway, each.amount) for each in paid] == [("card_terminal", 100), ("cash", 50)]
    assert [each.amount for each in LimitUse.objects.order_by("pk")] == [100, 50]
    assert (totals_of(shift).expected_cash, totals_of(shift).expected_card) == (0, 0)
    assert invariant_violations() == []


def test_parts_taken_in_another_shift_wait_for_whoever_may_pay_them_out_and_count_there(shift, session):
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, amount=Decimal(50), at=NOON, actor=shift.cashier)
    other = a_shift(order.cinema)
    sales.pay_cash(order, shift=other, given=None, amount=Decimal(30), at=NOON, actor=other.cashier)

    paid = sales.undo(order, shift=other, at=NOON, actor=other.cashier)

    waits = Refund.objects.get(status=Refund.Status.REQUESTED)
    assert ([each.amount for each in paid], waits.amount) == ([30], 50)
    pay_out(waits, shift=shift, at=NOON, actor=shift.cashier)
    assert [each.amount for each in LimitUse.objects.order_by("pk")] == [30, 50]


def test_parts_above_the_limit_for_one_person_wait_like_those_of_another_shift(shift, session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(100)}
    order = held(shift, session)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    sales.card_approved(order, amount=Decimal(100), **work)
    sales.pay_cash(order, given=None, amount=Decimal(50), **work)

    paid = sales.undo(order, **work)

    order.refresh_from_db()
    assert (paid, order.status, cash_of(session.hall.cinema)) == ([], Order.Status.CANCELLED, {"DRAWER": 50})
    assert [each.amount for each in Refund.objects.to_hand_out().order_by("pk")] == [100, 50]
    assert not LimitUse.objects.exists()


@pytest.mark.parametrize("since", ["a day", "the end of its code"])
def test_money_by_hand_sells_no_order_at_a_price_of_long_ago(since):
    session = a_session(start=NOON + timedelta(days=7))
    shift = a_shift(session.hall.cinema)
    code = a_promocode(discount_percent=50)
    order, recent, unsure = (held(shift, session, seats=1, promocode=code.code) for _ in range(3))
    sales.card_unclear(unsure, shift=shift, at=NOON, actor=shift.cashier)
    for each in (order, recent):
        sales.undo(each, at=NOON, actor=shift.cashier)
    cancel(unsure, reason="STAFF", at=NOON)
    day = NOON + timedelta(days=1)
    if since == "a day":
        paid_in_cash(recent, shift, at=day - MINUTE)
    else:
        paid_in_cash(recent, shift, at=NOON)
        Promocode.objects.update(is_active=False)
    at = day if since == "a day" else NOON + MINUTE
    work = {"shift": shift, "at": at, "actor": shift.cashier}

    for take in (lambda: paid_in_cash(order, shift, at=at), lambda: sales.card_approved(unsure, **work)):
        order.refresh_from_db()
        unsure.refresh_from_db()
        with raises_unchanged(SellAgain):
            take()

    recent.refresh_from_db()
    assert recent.status == Order.Status.PAID


def test_a_carer_comes_with_a_wheelchair_space_of_the_same_sale():
    session = a_session(a_hall(rows=["swccs"]), start=NOON + 10 * MINUTE)
    shift = a_shift(session.hall.cinema)
    carer = TicketType.objects.create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)
    _left, wheelchair, companion, second, _right = free_seats(session)
    alone = [(session, companion, carer)]
    two = [(session, wheelchair, an_adult()), (session, companion, carer), (session, second, carer)]
    work = {"snacks": [], "at": NOON, "actor": shift.cashier}

    for places in (alone, two):
        with raises_unchanged(ChoiceRefused):
            sales.sell_for_cash(shift, given=None, places=places, **work)
    order, _change = sales.sell_for_cash(shift, given=None, places=two[:2], **work)

    assert order.final_amount == order.tickets.get(seat=wheelchair).price > 0
    typed = QueryDict(f"session={session.pk}&seat={second.pk}")
    assert carer not in read(session.hall.cinema, typed, at=NOON).places[0].types


def test_parts_of_an_order_that_lapses_wait_to_be_given_back(shift, session):
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, amount=Decimal(50), at=NOON, actor=shift.cashier)

    cancel_expired([order.pk], at=order.expires_at)

    back = Refund.objects.get()
    assert (back.amount, back.status) == (50, Refund.Status.REQUESTED)
    assert cash_of(session.hall.cinema) == {"DRAWER": 50}
    assert invariant_violations() == []


def test_the_code_of_an_account_earns_points_and_a_phone_number_alone_does_not(shift, session):
    customer = a_customer()
    customer.phone = "+79161234567"
    customer.save()

    by_code = held(shift, session, customer_code=customer_code(customer, at=NOON))
    by_number = held(shift, session, phone="8 916 123-45-67")

    assert by_code.user == customer
    assert by_number.user is None  # anybody can type anybody's number into a profile


def test_a_card_that_nobody_was_sure_of_belongs_to_the_shift_in_which_it_is_resolved(shift, session):
    order = held(shift, session)
    sales.card_unclear(order, shift=shift, at=NOON, actor=shift.cashier)
    counted = count_and_close(shift, counted_cash=Decimal(0), at=NOON + MINUTE, actor=shift.cashier)
    later = a_shift(session.hall.cinema)

    sales.card_approved(order, shift=later, at=NOON + 2 * MINUTE, actor=later.cashier)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert order.payments.get().shift == later
    assert totals_of(counted).expected_card == counted.expected_card == 0
    assert totals_of(later).expected_card == order.final_amount


def test_nothing_else_happens_to_a_sale_while_the_card_is_unclear(shift, session):
    order = held(shift, session)
    sales.card_unclear(order, shift=shift, at=NOON, actor=shift.cashier)

    with pytest.raises(CardUnclear):
        sales.check_terminal(order)  # as the page does before it takes cash
    with pytest.raises(CardUnclear):
        sales.undo(order, shift=shift, at=NOON, actor=shift.cashier)


def test_wrong_promo_codes_count_for_the_cashier(shift, session):
    for attempt in range(10):
        with pytest.raises(PromocodeRefused):
            held(shift, session, promocode=f"GUESS{attempt}")

    with pytest.raises(RateLimited):
        held(shift, session, promocode="GUESS")


@pytest.mark.parametrize("part", [Decimal(0), PRICE + 1])
def test_the_card_is_unclear_about_no_more_than_is_left_to_pay(shift, session, part):
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, amount=PRICE, at=NOON, actor=shift.cashier)

    with pytest.raises(WrongPart):
        sales.card_unclear(order, shift=shift, amount=part, at=NOON, actor=shift.cashier)

    sales.check_terminal(order)  # nothing waits for an answer


def test_an_account_earns_on_five_orders_a_day_that_are_paid_at_the_tills_wherever_they_were_made(shift, session):
    friend = a_customer()
    orders = [an_order(session, customer=friend) for _ in range(6)]
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    for order in orders[:5]:
        sales.pay_cash(order, given=None, **work)

    with raises_unchanged(AccountTooOften):
        sales.pay_cash(orders[5], given=None, **work)
    with raises_unchanged(AccountTooOften):
        sales.card_approved(orders[5], **work)


def test_nobody_has_decided_what_goes_back_of_an_order_that_staff_gave_up_as_its_customer(shift, session):
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, amount=Decimal(50), at=NOON, actor=shift.cashier)

    cancel_by_customer(order, at=NOON, actor=someone("floor_manager", order.cinema))

    assert not decided_at_work(Refund.objects.all()).exists()


def test_an_account_earns_points_on_five_orders_of_the_tills_a_day(shift, session):
    friend, other = a_customer(), a_shift(session.hall.cinema)
    code = customer_code(friend, at=NOON)
    for each in [shift, other, shift, other, shift]:
        held(each, session, seats=1, customer_code=code)

    for each in (shift, other):
        with pytest.raises(CodeTooOften):
            held(each, session, seats=1, customer_code=code)

    Order.objects.filter(user=friend).update(created_at=NOON - timedelta(days=1))
    assert held(shift, session, seats=1, customer_code=code).user == friend


def test_colleagues_at_work_earn_nothing_by_their_codes(shift, session):
    colleague = a_shift(session.hall.cinema).cashier
    at_home = someone("cashier", session.hall.cinema, email="at-home@example.org")

    with pytest.raises(ColleagueCode):
        held(shift, session, customer_code=customer_code(colleague, at=NOON))

    order = held(shift, session, customer_code=customer_code(at_home, at=NOON))
    assert order.user == at_home

    a_gift_card(shift, actor=at_home)  # helps at this drawer
    with pytest.raises(ColleagueCode):
        held(shift, session, customer_code=customer_code(at_home, at=NOON))
    with pytest.raises(StaffOrder):
        paid_in_cash(order, shift)


@pytest.mark.parametrize("joined", [True, False])  # an order of a guest joins the account with its address later
def test_nobody_takes_money_for_an_order_of_their_own_or_of_a_colleague_at_work(shift, session, joined):
    def bought_by(person):
        return an_order(session, customer=person if joined else None, email=person.email)

    seller, colleague = shift.cashier, a_shift(session.hall.cinema).cashier
    at_home = someone("cashier", session.hall.cinema, email="at-home@example.org")
    a_gift_card(shift, amount=Decimal(5000), at=NOON)

    for owner in (seller, colleague):
        order, taken = bought_by(owner), {"shift": shift, "at": NOON, "actor": seller}
        for take in (
            lambda order=order, taken=taken: sales.pay_cash(order, given=None, **taken),
            lambda order=order, taken=taken: sales.card_approved(order, **taken),
            lambda order=order, taken=taken: sales.card_unclear(order, **taken),
            lambda order=order, taken=taken: pay_with_gift_card(order, card=GiftCard.objects.get(), **taken),
        ):
            with pytest.raises(StaffOrder):
                take()
        assert not order.payments.exists()

    paid_in_cash(bought_by(at_home), shift)  # nobody who sells here now
    paid_in_cash(bought_by(a_customer()), shift)


def test_a_form_sells_for_cash_once_however_often_it_is_sent(shift, session):
    popcorn = an_item(session.hall.cinema)
    places = [(session, free_seats(session)[0], an_adult())]
    work = {"shift": shift, "given": Decimal(1000), "at": NOON, "actor": shift.cashier}

    for basket in ({"places": [], "snacks": [(popcorn, 1)]}, {"places": places, "snacks": []}):
        form = uuid4()
        sold = [sales.sell_for_cash(form=form, **basket, **work) for _press in range(2)]
        assert sold[0] == sold[1]
    other, _change = sales.sell_for_cash(form=uuid4(), places=[], snacks=[(popcorn, 1)], **work)

    assert Order.objects.count() == 3
    assert cash_of(session.hall.cinema) == {"DRAWER": sum(each.final_amount for each in Order.objects.all())}
    assert other.status == Order.Status.PAID
