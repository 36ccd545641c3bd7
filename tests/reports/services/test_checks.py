from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from allocations import services as groups
from bonuses.models import BonusTransaction
from boxoffice.services import sales
from orders.models import Order
from orders.services import process_refunds, record_refund
from payments.models import Gateway, Payment
from payments.services import count_and_close, end_shift, move_between
from payments.services.cash import book, place_of
from reports.errors import OwnTransfer
from reports.models import BusinessDay, DayCheck
from reports.services import settle
from reports.services.checks import checks_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_shift
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    PRICE,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_item,
    an_order,
)
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
END = datetime(2026, 11, 6, 2, tzinfo=UTC)


@pytest.fixture
def order():
    session = a_session(a_hall())
    popcorn = an_item(session.hall.cinema)
    return a_paid_order(session, snacks=[(popcorn, 2)], customer=a_customer(points=40), points=40)


def sides(day=None):
    return {check.name: (check.left, check.right) for check in checks_of(day or BusinessDay.objects.earliest("date"))}


def test_an_order_refunded_outside_leaves_no_difference_before_its_lines_are_booked(order):
    record_refund(order, amount=order.final_amount, external_id="back", at=NOON + timedelta(hours=1))
    close_days(order.cinema, until=END)

    assert sides()["MONEY"] == (0, 0)
    assert not DayCheck.objects.open().exists()

    process_refunds(Order.objects.refund_to_process(NOON + DAY), at=NOON + DAY)
    assert sides()["MONEY"] == (0, 0)


def test_a_refund_from_outside_in_the_instant_in_which_the_day_ends_belongs_to_the_next_one(order):
    record_refund(order, amount=order.final_amount, external_id="back", at=END)
    close_days(order.cinema, until=END + DAY)
    before, after = BusinessDay.objects.order_by("date")[:2]

    assert before.ends_at == END
    assert sides(before)["MONEY"] == (order.final_amount,) * 2
    assert sides(after)["MONEY"] == (0, 0)


def test_a_refund_from_outside_that_waits_for_its_lines_leaves_no_difference(order):
    record_refund(order, amount=Decimal(100), external_id="back", at=NOON + timedelta(hours=1))
    close_days(order.cinema, until=END)

    assert sides()["MONEY"] == (order.final_amount - 100,) * 2


def test_each_check_shows_a_difference(order, settings):
    """Negative control: each pair of sums, with one side changed behind the services' back."""
    close_days(order.cinema, until=END)
    assert all(left == right for left, right in sides().values())

    settings.RECEIPTS_SINCE = LONG_AGO
    Payment.objects.update(amount=order.final_amount + 1)
    order.preorders.update(quantity=3)
    BonusTransaction.objects.filter(amount=-40).update(amount=-41)

    assert sides() == {
        "MONEY": (order.final_amount + 1, order.final_amount),
        "RECEIPTS": (0, order.final_amount + 1),
        "STOCK": (2, 3),
        "POINTS": (41, 40),
        "CASH": (0, 0),
        "CARD": (0, 0),
        "TRANSFER": (0, 0),
    }
    assert order.final_amount == PRICE + 240 - 40


def test_cash_is_what_was_counted_against_what_should_be_there(order):
    """Cash outside of shifts is missing in the drawers of a cinema that has them."""
    cinema = order.cinema
    close_days(cinema, until=END)
    assert sides()["CASH"] == (0, 0)  # the cinema has no drawer, and the order was paid in cash

    shift = a_shift(cinema, opening_float=Decimal(500), at=NOON)
    end_shift(shift, at=NOON)
    assert sides()["CASH"] == (0, order.final_amount)
    count_and_close(shift, counted_cash=Decimal(490), at=NOON, actor=shift.cashier)

    assert sides()["CASH"] == (490, 500 + order.final_amount)


def test_the_totals_of_card_terminals_are_checked_against_what_was_entered_as_approved(order):
    """Cash that is pocketed and entered as a card stands there."""
    shift = a_shift(order.cinema, at=NOON)
    other = an_order(a_session(a_hall(order.cinema)))
    sales.card_approved(other, shift=shift, at=NOON, actor=shift.cashier)
    count_and_close(shift, counted_cash=Decimal(0), counted_card=Decimal(100), at=NOON, actor=shift.cashier)

    close_days(order.cinema, until=END)

    assert sides()["CARD"] == (100, other.final_amount)


def test_bank_transfers_are_open_until_somebody_else_has_seen_them_on_the_account(order):
    manager, other = (someone("cinema_manager", order.cinema, email=f"{name}@example.org") for name in ("one", "two"))
    session = a_session(a_hall(order.cinema), start=NOON + DAY)
    groups.book(session, groups.Agreed("School 12", PRICE), people=10, until=NOON + DAY / 2, at=NOON, actor=manager)
    recorded = {"gateway": Gateway.BANK_TRANSFER, "reference": "117", "transferred_on": NOON.date()}
    groups.pay(Order.objects.get(channel="GROUP"), **recorded, at=NOON, actor=manager)

    close_days(order.cinema, until=END)

    check = DayCheck.objects.open().get()
    assert (check.name, check.left, check.right) == ("TRANSFER", 0, 10 * PRICE)
    with raises_unchanged(OwnTransfer):
        settle(check, note="It came", actor=manager, at=END)
    settle(check, note="On the account on 6 November", actor=other, at=END)
    assert not DayCheck.objects.open().exists()


def test_cash_taken_to_the_bank_is_open_until_somebody_else_has_seen_it_on_the_account(order):
    manager, other = (someone("cinema_manager", order.cinema, email=f"{name}@example.org") for name in ("one", "two"))
    safe, bank = (place_of(order.cinema_id, kind) for kind in ("SAFE", "BANK"))
    book(safe, kind="COUNT", amount=Decimal(700), at=NOON)
    move_between(safe, bank, amount=Decimal(600), reason="Bag 17", at=NOON, actor=manager)

    close_days(order.cinema, until=END)

    check = DayCheck.objects.open().get()
    assert (check.name, check.left, check.right) == ("TRANSFER", 0, 600)
    with raises_unchanged(OwnTransfer):
        settle(check, note="It came", actor=manager, at=END)
    settle(check, note="On the account on 6 November", actor=other, at=END)
    assert not DayCheck.objects.open().exists()
