"""The tables of docs/refunds.md, recomputed."""

from decimal import Decimal
from pathlib import Path

import pytest

from bonuses.models import BonusTransaction
from bonuses.services import adjust
from concessions.models import StockMovement
from orders.errors import NothingToRefund
from orders.models import Order
from orders.services import accrue, collect, complete, expire_uncollected, make_ready, record_refund, refund
from tests.helpers.factories import a_customer, a_hall, a_paid_order, a_promocode, a_session, an_item

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).resolve().parents[2] / "docs" / "refunds.md"


def table(heading, number=0):
    """The rows of a table under a heading of the page, each a list of its cells."""
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    tables = [block.strip().splitlines() for block in section.split("\n\n") if block.lstrip().startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[number][2:]]


def shown(*cells):
    return [str(cell) for cell in cells]


def the_order(**basket):
    session = a_session(a_hall(), price=Decimal("395.00"))
    return a_paid_order(session, **basket)


@pytest.fixture
def order():
    """The order of the page, completed and credited; its snacks are still there."""
    session = a_session(a_hall(), price=Decimal("395.00"))
    order = a_paid_order(
        session,
        seats=2,
        snacks=[(an_item(session.hall.cinema, price=Decimal("125.00")), 2)],
        customer=a_customer(points=100),
        promocode=a_promocode(discount_percent=10),
        points=100,
    )
    return credited(order)


def credited(order):
    over = order.tickets.first().session.end_datetime
    complete([order], at=over)
    accrue([order], at=over)
    order.refresh_from_db()
    return order


def lines_of(order):
    return [*order.tickets.order_by("pk"), *order.preorders.all()]


def account_of(order):
    order.user.bonus_account.refresh_from_db()
    return order.user.bonus_account


def points(order, original):
    entries = BonusTransaction.objects.filter(order=order, reverses__transaction_type=original)
    return sum(abs(entry.amount) for entry in entries)


def test_the_order_is_what_the_page_says(order):
    lines = lines_of(order)

    rows = [
        shown(name, line.amount, line.discount_share, line.bonus_share, line.paid)
        for name, line in zip(["ticket 1", "ticket 2", "snacks"], lines, strict=True)
    ]

    total = shown("together", order.total_amount, order.discount_amount, order.bonus_amount, order.final_amount)
    assert [*rows, total] == table("The order")


def test_one_ticket_and_then_the_rest_come_back_as_the_page_says(order):
    at = order.completed_at
    left, back, taken = order.final_amount, 0, 0
    rows = [shown("before", "0.00", left, 0, 41, 0, account_of(order).balance)]

    for name, lines in [("ticket 1", lines_of(order)[:1]), ("the rest", None)]:
        made = refund(order, lines=lines, reason="Fell ill", at=at)
        left -= made.amount
        back_now, taken_now = points(order, "DEDUCTION"), points(order, "ACCRUAL")
        balance = account_of(order).balance
        rows.append(shown(name, made.amount, left, back_now - back, 41 - taken_now, taken_now - taken, balance))
        back, taken = back_now, taken_now

    assert rows == table("One ticket, then the rest")
    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED


def happens(order, what):
    """One row of what happens to an account."""
    number, *words = what.split()
    if words == ["spent", "elsewhere"]:
        adjust(account_of(order), amount=-int(number), reason="Elsewhere", at=order.completed_at)
    elif words == ["points", "granted"]:
        adjust(account_of(order), amount=int(number), reason="Sorry", at=order.completed_at)
    elif what.endswith("is refunded"):
        only = lines_of(order)[:1] if what.startswith("ticket 1") else None
        refund(order, lines=only, reason="Fell ill", at=order.completed_at)
    else:
        assert what == f"{account_of(order).balance} points credited"
    return shown(what, account_of(order).balance, account_of(order).owed)


def test_points_that_return_pay_for_points_that_are_taken_as_the_page_says(order):
    rows = table("Points that were already spent")

    assert [happens(order, what) for what, _balance, _owed in rows] == rows


def test_what_is_not_there_any_more_is_owed_as_the_page_says():
    order = credited(the_order(customer=a_customer()))
    rows = table("Points that were already spent", 1)

    assert [happens(order, what) for what, _balance, _owed in rows] == rows


@pytest.mark.parametrize("row", table("Snacks"), ids="-".join)
@pytest.mark.parametrize("is_named", [False, True], ids=["whole", "named"])
def test_snacks_come_back_as_the_page_says(row, is_named):
    fate, whole, named, stock = row
    item = an_item(price=Decimal("125.00"), made_to_order=fate.endswith("made to order"))
    order = a_paid_order(snacks=[(item, 2)])
    line = order.preorders.get()
    if fate.startswith("ready"):
        make_ready(line, at=order.created_at)
    if fate == "collected":
        collect(line, at=order.created_at)
    if fate == "not collected in time":
        expire_uncollected([order], at=line.collection_deadline)
    before = set(StockMovement.objects.values_list("pk", flat=True))

    try:
        refund(order, lines=[line] if is_named else None, reason="Fell ill", at=order.created_at)
        outcome = "refunded"
    except NothingToRefund:
        outcome = "skipped"

    moved = StockMovement.objects.exclude(pk__in=before).order_by("pk").values_list("quantity", flat=True)
    assert outcome == (named if is_named else whole)
    assert " ".join(f"{quantity:+d}" for quantity in moved) == stock


def test_money_that_went_back_outside_counts_first():
    order = a_paid_order(seats=2)
    outside = record_refund(order, amount=Decimal("500.00"), external_id="re_1", at=order.paid_at)

    rows = []
    for place, ticket in enumerate(order.tickets.order_by("pk"), start=1):
        waited = outside.unallocated_amount
        sent = refund(order, lines=[ticket], reason="Chargeback", at=order.paid_at).amount
        outside.refresh_from_db()
        rows.append(
            shown(f"ticket {place}", ticket.paid, waited - outside.unallocated_amount, sent, outside.unallocated_amount)
        )

    assert table("Money that the gateway returned") == rows
