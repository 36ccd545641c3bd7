from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import User
from allocations.models import Comp, CompReason
from allocations.services import Agreed, book, give
from bonuses.models import BonusAccount
from bonuses.services import adjust
from boxoffice.services import groups as sales_to_groups
from boxoffice.services import sales
from boxoffice.services.printed_vouchers import give_goodwill_voucher
from concessions.services import receive, write_off
from orders.models import Order, Ticket
from orders.services import cancel, check_in, hold, mark_paid, refund, refund_by_customer
from payments.models import Gateway, Refund
from payments.services import move_cash, replace_gift_card, take_back_gift_card
from reports.catalogue.actions import actions, comps
from reports.models import ActionFigures, BusinessDay
from reports.reading import Period
from reports.services import wrong_days
from screenings.models import TicketType
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
)
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

ONCE = ("refunds", "voids", "overrides", "vouchers", "write_offs", "points")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def cinema():
    return a_cinema()


@pytest.fixture
def anna(cinema):
    return someone("cinema_manager", cinema, email="anna@example.org")


@pytest.fixture
def boris(cinema):
    return someone("floor_manager", cinema, email="boris@example.org")


def today(cinema, *, days: int = 1) -> Period:
    first = cinema.business_date(NOON)
    starts_at, ends_at = cinema.day_bounds(first)
    BusinessDay.objects.get_or_create(cinema=cinema, date=first, starts_at=starts_at, ends_at=ends_at)
    return Period([cinema], first, first + (days - 1) * DAY, NOON + days * DAY)


def found(cinema, *, days: int = 1, with_points: bool = True):
    return actions(today(cinema, days=days), with_points=with_points)


def counts(cinema, **options) -> dict[str, dict]:
    return {row["person"]: {key: row[key] for key in row if row[key]} for row in found(cinema, **options).rows}


def sold(cinema, person, number: int) -> list:
    """Orders that the person sold for cash."""
    session = a_session(a_hall(cinema))
    return [
        mark_paid(an_order(session), gateway="cash", amount=session.ticket_price, at=NOON, actor=person)
        for _ in range(number)
    ]


def test_every_kind_of_action_counts_for_the_person_who_did_it(cinema, anna):
    [first, *_rest] = sold(cinema, anna, 4)
    refund(first, reason="Ill", at=NOON, actor=anna)
    cancel(an_order(a_session(a_hall(cinema))), reason="Mistake", at=NOON, actor=anna)
    early = a_paid_order(a_session(a_hall(cinema), start=NOON + 5 * timedelta(hours=1)))
    check_in(early.tickets.get(), at=NOON, actor=anna, override="The manager's guest")
    give_goodwill_voucher(early, amount=Decimal(1), reason="The sound failed", at=NOON, actor=anna)
    item = an_item(cinema)
    receive(item, quantity=1, unit_cost=Decimal(10), at=NOON, actor=anna)
    write_off(item, quantity=1, reason="Wet", at=NOON, actor=anna)
    adjust(BonusAccount.objects.create(user=a_customer()), amount=5, reason="Sorry", at=NOON, actor=anna)

    row = counts(cinema)["anna@example.org"]

    assert {key: row[key] for key in ONCE} == dict.fromkeys(ONCE, 1)
    assert row["handled"] == 5
    assert row["refunds_rate"] == Decimal("20.0")


def test_sales_undone_long_after_they_were_made_or_after_the_start_count_for_whoever_gave_the_money_back(
    cinema, anna, boris
):
    soon = a_session(a_hall(cinema), start=NOON + 10 * MINUTE)
    for start, minutes in ((soon, 0), (soon, 10), (a_session(a_hall(cinema)), 30), (a_session(a_hall(cinema)), 31)):
        order = mark_paid(an_order(start), gateway="cash", amount=start.ticket_price, at=NOON, actor=boris)
        refund(order, reason="Wrong film", at=NOON + minutes * MINUTE, actor=anna)
    Refund.objects.update(is_void=True, paid_out_by=boris)

    found = counts(cinema)

    assert (found["boris@example.org"]["late_voids"], found["anna@example.org"]["refunds"]) == (2, 4)
    assert "late_voids" not in found["anna@example.org"]


def test_gift_cards_taken_back_count_for_the_cashier_who_gave_the_money(cinema, anna, boris):
    shift = a_shift(cinema, cashier=boris)
    work = {"reason": "Mistake", "shift": shift, "at": NOON, "actor": boris}
    take_back_gift_card(a_gift_card(shift), **work, decided_by=anna)

    assert counts(cinema)["boris@example.org"]["gift_cards"] == 1


def test_at_a_shared_drawer_gift_cards_count_for_whoever_gave_the_money_or_printed_the_new_code(cinema, anna, boris):
    shift = a_shift(cinema, cashier=boris)
    work = {"reason": "Mistake", "shift": shift, "at": NOON, "actor": anna}
    take_back_gift_card(a_gift_card(shift), **work)
    replace_gift_card(a_gift_card(shift), **work, decided_by=boris)

    counted = {name: row["gift_cards"] for name, row in counts(cinema).items() if "gift_cards" in row}

    assert counted == {"anna@example.org": 2}


def test_cash_taken_out_and_sales_with_a_promo_code_count_for_whoever_did_it(cinema, anna, boris):
    shift, session = a_shift(cinema, opening_float=Decimal(500), cashier=boris), a_session(a_hall(cinema))
    move_cash(shift, kind="CASH_OUT", amount=Decimal(10), reason="A taxi", at=NOON, actor=boris)
    move_cash(shift, kind="DROP", amount=Decimal(10), reason="", at=NOON, actor=boris)
    code = a_promocode(discount_percent=50).code
    wanted = {"given": None, "snacks": [], "at": NOON, "actor": boris}
    for promocode, seat in zip((code, ""), free_seats(session), strict=False):
        sales.sell_for_cash(shift, places=[(session, seat, an_adult())], promocode=promocode, **wanted)

    row = counts(cinema)["boris@example.org"]

    assert (row["cash_out"], row["discounts"], row["handled"]) == (1, 1, 2)


def test_a_groups_seats_paid_for_fewer_than_ten_people_count_for_whoever_takes_the_money(cinema, anna, boris):
    shift = a_shift(cinema, cashier=boris)
    session = a_session(a_hall(cinema, rows=["ssssssssss"] * 2), start=NOON + 2 * DAY)
    book(session, Agreed("Anna Petrova", Decimal(200)), people=20, until=NOON + DAY, at=NOON, actor=anna)
    taken = {"gateway": Gateway.CASH, "release_rest": False, "shift": shift, "at": NOON, "actor": boris}

    for people in (1, 9, 10):
        reserved = Order.objects.get(status=Order.Status.PENDING_PAYMENT)
        sales_to_groups.pay_for_some(reserved, people=people, **taken)

    assert counts(cinema)["anna@example.org"]["groups"] == 1
    assert counts(cinema)["boris@example.org"]["group_parts"] == 2


def test_free_tickets_count_for_who_made_the_order(cinema, anna):
    session = a_session(a_hall(cinema))
    comp = TicketType.objects.create(name="Comp", price_percent=0, sold_to=TicketType.SoldTo.TILL)
    order = hold(
        cinema=cinema,
        tickets=[(session, seat, comp) for seat in free_seats(session)[:2]],
        snacks=[],
        email="guest@example.org",
        at=NOON,
        actor=anna,
    )
    mark_paid(order, gateway="", amount=0, at=NOON, actor=anna)
    assert {ticket.price for ticket in Ticket.objects.all()} == {0}

    assert counts(cinema)["anna@example.org"]["free_tickets"] == 2


def test_complimentary_tickets_count_for_who_decided_them_and_by_reason(cinema, anna, boris):
    session = a_session(a_hall(cinema))
    comp = TicketType.objects.create(name="Comp", price_percent=0, sold_to=TicketType.SoldTo.TILL)
    reason = CompReason.objects.create(name="Press")
    for number in (2, 1):
        seats = free_seats(session)[:number]
        tickets = [(session, seat, comp) for seat in seats]
        order = hold(cinema=cinema, tickets=tickets, email="guest@example.org", at=NOON, actor=anna)
        with transaction.atomic():
            give(order, reason=reason, at=NOON, actor=boris)
        mark_paid(order, gateway="", amount=0, at=NOON, actor=anna)
    Comp.objects.filter(order=order).delete()  # as it was before there were reasons

    found = counts(cinema)
    by_reason = {row["reason"]: (row["orders"], row["tickets"], row["value"]) for row in comps(today(cinema)).rows}

    assert (found["boris@example.org"]["free_tickets"], found["anna@example.org"]["free_tickets"]) == (2, 1)
    assert by_reason == {"Press": (1, 2, 700), "without a reason": (1, 1, 350)}


def test_what_customers_do_is_nobodys_action(cinema, anna):
    customer = a_customer()
    order = a_paid_order(a_session(a_hall(cinema)), customer=customer)
    refund_by_customer(order, lines=list(order.tickets.all()), at=NOON, actor=customer)
    cancel(an_order(a_session(a_hall(cinema))), reason="Not paid", at=NOON)

    assert counts(cinema) == {}


def test_a_person_far_above_the_others_is_pointed_out(cinema, anna, boris):
    for order in sold(cinema, anna, 10)[:6]:
        refund(order, reason="Ill", at=NOON, actor=anna)
    for order in sold(cinema, boris, 10)[:2]:
        refund(order, reason="Ill", at=NOON, actor=boris)

    above = {row["person"]: row["above"] for row in found(cinema).rows}

    assert above == {"anna@example.org": "Refunds ×3.0", "boris@example.org": ""}


def test_refunds_in_part_are_orders_handled_too(cinema, anna):
    order = a_paid_order(a_session(a_hall(cinema)), seats=2)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON, actor=anna)

    row = counts(cinema)["anna@example.org"]

    assert (row["handled"], row["refunds"], row["refunds_rate"]) == (1, 1, Decimal("100.0"))


def test_people_are_compared_with_those_who_do_the_same(cinema, anna, boris):
    """A cashier who never refunds anything does not make a manager look bad."""
    sold(cinema, someone("cashier", cinema, email="vera@example.org"), 10)
    for person in (anna, boris):
        for order in sold(cinema, person, 5)[:3]:
            refund(order, reason="Ill", at=NOON, actor=person)

    assert {row["above"] for row in found(cinema).rows} == {""}


def test_a_few_actions_are_no_reason_to_point(cinema, anna, boris):
    for order in sold(cinema, anna, 4)[:2]:
        refund(order, reason="Ill", at=NOON, actor=anna)
    for order in sold(cinema, boris, 15)[:1]:
        refund(order, reason="Ill", at=NOON, actor=boris)

    assert {row["above"] for row in found(cinema).rows} == {""}


def test_other_cinemas_and_other_days_do_not_count(cinema, anna):
    [order] = sold(cinema, anna, 1)
    refund(order, reason="Ill", at=NOON + DAY, actor=anna)

    assert counts(cinema) == {}
    assert counts(a_cinema(), days=2) == {}
    assert counts(cinema, days=2)["anna@example.org"]["refunds"] == 1


def test_points_are_for_people_who_see_all_cinemas(cinema, anna):
    adjust(BonusAccount.objects.create(user=a_customer()), amount=5, reason="Sorry", at=NOON, actor=anna)

    assert counts(cinema, with_points=False) == {}
    assert all(column.key != "points" for column in found(cinema, with_points=False).columns)


def test_whatever_is_given_up_at_the_till_is_an_order_cancelled_wherever_it_was_made(cinema):
    shift, session = a_shift(cinema), a_session(a_hall(cinema))
    for order in (an_order(session, channel="BOX_OFFICE"), an_order(session)):
        sales.undo(order, shift=shift, at=NOON, actor=shift.cashier)

    assert counts(cinema)[str(shift.cashier)]["voids"] == 2


def test_a_closed_day_keeps_the_actions_of_people_who_left(cinema, anna):
    [order] = sold(cinema, anna, 1)
    refund(order, reason="Ill", at=NOON, actor=anna)
    before = counts(cinema)
    close_days(cinema, until=NOON + DAY)
    User.objects.filter(pk=anna.pk).update(is_staff=False)

    assert counts(cinema) == before
    assert before["anna@example.org"]["refunds"] == 1
    assert list(wrong_days(cinema)) == []


def test_what_customers_do_is_not_counted_either_when_they_join_the_staff_later(cinema):
    customer = a_customer()
    order = an_order(a_session(a_hall(cinema)), seats=2, customer=customer, actor=customer)
    mark_paid(order, gateway="cash", amount=order.final_amount, at=NOON, actor=customer)
    refund_by_customer(order, lines=list(order.tickets.all()), at=NOON, actor=customer)
    close_days(cinema, until=NOON + DAY)
    User.objects.filter(pk=customer.pk).update(is_staff=True)

    assert not ActionFigures.objects.exists()
    assert list(wrong_days(cinema)) == []


def test_actions_are_booked_about_the_day_on_which_they_were_done(cinema, anna):
    [order] = sold(cinema, anna, 1)
    close_days(cinema, until=NOON + DAY)
    item = an_item(cinema)
    receive(item, quantity=1, unit_cost=Decimal(10), at=NOON, actor=anna)
    write_off(item, quantity=1, reason="Wet", at=NOON, actor=anna)  # recorded after the close
    refund(order, reason="Ill", at=NOON + DAY, actor=anna)
    close_days(cinema, until=NOON + 2 * DAY)

    found = list(
        ActionFigures.objects.order_by("day__date", "about", "action").values_list("day__date", "about", "action")
    )
    first = cinema.business_date(NOON)

    assert found == [
        (first, first, "handled"),
        (first + DAY, first, "write_offs"),
        (first + DAY, first + DAY, "handled"),
        (first + DAY, first + DAY, "refunds"),
    ]
    assert counts(cinema, days=2)["anna@example.org"]["handled"] == 2
