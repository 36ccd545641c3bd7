"""The tables of docs/prices.md, recomputed."""

from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import pytest

from cinema.money import CENT, ZERO, split
from orders.models import Order, Promocode
from orders.services import refund
from orders.services.selling.promocodes import discount
from screenings.ticket_price import ticket_price
from tests.helpers.factories import NOON, a_customer, a_hall, a_paid_order, a_promocode, a_session, an_item

PAGE = Path(__file__).resolve().parents[2] / "docs" / "prices.md"
FINE = Decimal("0.0001")


def table(heading, number=0):
    """The rows of a table under a heading of the page, each a list of its cells."""
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    tables = [block.splitlines() for block in section.split("\n\n") if block.lstrip().startswith("|")]
    rows = [[cell.strip().strip("*") for cell in line.strip().strip("|").split("|")] for line in tables[number]]
    return rows[2:]  # without the head and the line beneath it


def money(cell):
    return Decimal(cell)


def amounts(cell):
    return [Decimal(part) for part in cell.split(", ")]


def percent(cell):
    return int(cell.removesuffix(" %"))


@pytest.mark.parametrize("row", table("What a ticket costs"), ids="-".join)
def test_a_ticket_costs_what_the_page_says(row):
    session, ticket_type, surcharge, share, ticket = row

    assert money(session) * percent(ticket_type) / 100 == money(share)
    assert ticket_price(
        session_price=money(session), percent=percent(ticket_type), surcharge=money(surcharge)
    ) == money(ticket)


@pytest.mark.parametrize("row", table("What a promo code takes off"), ids="-".join)
def test_a_promocode_takes_off_what_the_page_says(row):
    total, share, amount, off = row
    promocode = Promocode(
        discount_percent=percent(share) if share else None, discount_amount=money(amount) if amount else None
    )

    assert discount(promocode, money(total)) == money(off)


def test_a_discount_is_shared_as_the_page_says():
    rows = table("How a discount is split over the lines")
    lines = [money(row[0]) for row in rows]
    exact = [Decimal("100.00") * line / sum(lines) for line in lines]
    down = [share.quantize(CENT, ROUND_DOWN) for share in exact]

    assert [money(row[1]) for row in rows] == [share.quantize(FINE) for share in exact]
    assert [money(row[2]) for row in rows] == down
    assert [money(row[3]) for row in rows] == [(a - b).quantize(FINE) for a, b in zip(exact, down, strict=True)]
    assert [money(row[4]) for row in rows] == split(Decimal("100.00"), lines)
    assert sum(down) == Decimal("99.99")


@pytest.mark.parametrize("row", table("How a discount is split over the lines", 1), ids="-".join)
def test_an_amount_is_split_as_the_page_says(row):
    amount, lines, shares = row

    assert split(money(amount), amounts(lines)) == amounts(shares)
    assert sum(amounts(shares)) == money(amount)


@pytest.fixture
def order(db):
    """The order of the page: two tickets, snacks, a discount and points."""
    session = a_session(a_hall(), price=Decimal("300.00"))
    return a_paid_order(
        session,
        seats=2,
        snacks=[(an_item(session.hall.cinema, price=Decimal("125.00")), 2)],
        customer=a_customer(points=200),
        promocode=a_promocode(discount_amount=Decimal("100.00")).code,
        points=200,
    )


def lines_of(order):
    return [*order.tickets.order_by("session", "seat"), *order.preorders.all()]


def test_points_are_shared_as_the_page_says(order):
    *rows, total = [[money(cell) for cell in row[1:]] for row in table("How points are split over the lines")]

    assert rows == [
        [line.amount, line.discount_share, line.amount - line.discount_share, line.bonus_share, line.paid]
        for line in lines_of(order)
    ]
    left = order.total_amount - order.discount_amount
    assert total == [order.total_amount, order.discount_amount, left, order.bonus_amount, order.final_amount]


def test_single_lines_are_refunded_as_the_page_says(order):
    lines = {f"line {number}": line for number, line in enumerate(lines_of(order), start=1)}
    account = order.user.bonus_account
    before, so_far, computed = account.balance, ZERO, []

    *rows, total = table("What a refund of single lines returns")
    for number, (name, *_figures) in enumerate(rows):
        made = refund(order, lines=[lines[name]], reason="Fell ill", at=NOON + timedelta(minutes=number))
        balance = account.balance
        account.refresh_from_db()
        so_far += lines[name].bonus_share
        computed.append([name, made.amount, so_far, account.balance - balance, account.balance - before])

    assert [[name, *map(Decimal, figures)] for name, *figures in rows] == computed
    assert [money(cell) for cell in total[1:]] == [
        sum(row[1] for row in computed),
        so_far,
        sum(row[3] for row in computed),
        account.balance - before,
    ]
    assert Order.objects.get().status == Order.Status.REFUNDED
