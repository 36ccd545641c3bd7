from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from concessions.services import receive, write_off
from orders.services import receipt_sales, refund
from payments.models import Gateway
from reports.catalogue import day_sheet, month_sheet
from reports.catalogue.day_figures import day_figures
from reports.catalogue.months import Month
from reports.models import BusinessDay
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import PRICE, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item
from tests.helpers.shared_rows import rows_of_a_module
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOON = datetime(2026, 10, 30, 9, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
END = datetime(2026, 12, 2, 2, tzinfo=UTC)  # of 1 December


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture(scope="module")
def cinema_of_module(django_db_setup, django_db_blocker) -> Iterator[int]:
    with rows_of_a_module(django_db_blocker):
        yield make_sales(a_cinema())


@pytest.fixture
def cinema_with_sales(cinema_of_module, db) -> Cinema:
    """Sales from 30 October for screenings up to December, with points, snacks and refunds across the months."""
    return Cinema.objects.get(pk=cinema_of_module)


def make_sales(cinema: Cinema) -> int:
    hall, popcorn = a_hall(cinema), an_item(cinema)
    october = a_session(hall, start=NOON + DAY)
    november = a_session(hall, start=NOON + 5 * DAY)
    december = a_session(hall, start=NOON + 33 * DAY)
    of_october = a_paid_order(october, seats=2, snacks=[(popcorn, 1)], at=NOON)
    customer = a_customer(points=100, at=NOON - DAY)
    a_paid_order(november, seats=3, snacks=[(popcorn, 2)], customer=customer, points=100, at=NOON)
    a_paid_order(november, gateway=Gateway.CARD_TERMINAL, at=NOON + 3 * DAY)
    a_paid_order(december, seats=2, at=NOON + 20 * DAY)
    refund(of_october, lines=[of_october.tickets.first()], reason="Goodwill", at=NOON + 10 * DAY)
    close_days(cinema, until=END)
    return cinema.pk


def table(tables, title: str):
    return next(each for each in tables if str(each.title) == title)


def added(rows, *columns: str) -> list:
    return [sum((row[column] for row in rows), Decimal(0)) for column in columns]


def november(cinema: Cinema):
    return month_sheet.tables(Month([cinema], NOVEMBER), with_costs=True)


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        ("Takings by payment method", ("received", "refunds_made", "takings", "paid_back")),
        ("Tickets and bar", ("units", "gross", "discounts", "refunded", "takings", "paid_with_points")),
    ],
)
def test_a_month_is_the_sum_of_what_its_days_booked(cinema_with_sales, title, columns):
    month = table(november(cinema_with_sales), title)

    of_days = []
    for day in BusinessDay.objects.filter(date__year=2026, date__month=11):
        found = day_figures(cinema_with_sales, day.date, at=END)
        for rows in found.rows.values():  # corrections of earlier days too
            for row in rows:
                row["about"] = day.date
        of_days += table(day_sheet.tables(found), title).rows
    assert added(month.rows, *columns) == added(of_days, *columns)
    assert any(added(month.rows, *columns))


def test_advances_lead_from_one_month_to_the_next(cinema_with_sales):
    month = table(november(cinema_with_sales), "Advances")

    [row] = month.rows
    first, last = (BusinessDay.objects.get(date=day) for day in (date(2026, 10, 31), date(2026, 11, 30)))
    assert row["start"] == first.advances == 3 * PRICE + 240 - 100
    assert row["end"] == last.advances == 2 * PRICE
    assert row["start"] + row["received"] - row["earned"] == row["end"]
    assert row["date"] == date(2026, 11, 30)


def test_a_month_that_is_not_over_ends_with_its_last_closed_day(cinema_with_sales):
    assert Month([cinema_with_sales], date(2026, 12, 1)).closed_until == date(2026, 12, 1)
    assert Month([cinema_with_sales], NOVEMBER).closed_until == date(2026, 11, 30)
    assert Month([cinema_with_sales], date(2027, 1, 1)).closed_until is None


def test_receipts_count_by_their_calendar_date(cinema, settings):
    settings.RECEIPTS_SINCE = NOON - DAY
    evening = datetime(2026, 11, 30, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
    for at in (evening, evening + timedelta(hours=1)):  # the second one is of 1 December, and of the same business day
        order = a_paid_order(a_session(a_hall(cinema), start=evening + 2 * DAY), at=at)
        with transaction.atomic():
            receipt_sales(list(order.payments.all()), at=at)
    close_days(cinema, until=END)

    [row] = table(november(cinema), "Receipts by VAT rate").rows

    assert (row["kind"], row["lines"], row["amount"]) == ("Sale", 1, PRICE)
    assert added(table(november(cinema), "Takings by payment method").rows, "received") == [2 * PRICE]


def test_points_held_at_both_ends_are_those_of_all_customers(cinema_with_sales):
    a_customer(points=40, at=NOON + 10 * DAY)
    BusinessDay.objects.update(points_held=None)  # closed before these were stored

    rows = dict(table(november(cinema_with_sales), "Points").rows)

    assert list(rows.values())[-4:] == [0, 40, 0, 0]


def test_the_value_of_the_stock_moves_by_what_the_month_moved(cinema):
    item = an_item(cinema, stock=0)
    manager = someone("cinema_manager", cinema)
    cost = Decimal("20.00")
    receive(item, quantity=10, unit_cost=cost, at=NOON, actor=manager)
    receive(item, quantity=5, unit_cost=cost, at=NOON + 5 * DAY, actor=manager)
    write_off(item, quantity=2, reason="Wet", at=NOON + 6 * DAY, actor=manager)
    receive(item, quantity=1, unit_cost=cost, at=NOON + 40 * DAY, actor=manager)
    a_paid_order(a_session(a_hall(cinema), start=NOON + 3 * DAY), at=NOON + DAY)  # the first business day
    close_days(cinema, until=END)

    rows = [(str(name), value) for name, value in table(november(cinema), "Stock of the bar").rows]

    assert rows == [
        ("Value at the start", 200),
        ("Goods received", 100),
        ("Written off", -40),
        ("Value at the end", 260),
    ]


def test_what_providers_owe_leads_from_one_month_to_the_next(cinema):
    session = a_session(a_hall(cinema), start=NOON + 20 * DAY)
    for at in (NOON, NOON + 5 * DAY):
        a_paid_order(session, gateway=Gateway.CARD_TERMINAL, at=at)
    close_days(cinema, until=END)

    [row] = table(november(cinema), "Owed by payment providers").rows

    assert (row["start"], row["taken"], row["end"]) == (PRICE, PRICE, 2 * PRICE)
    assert row["start"] + row["taken"] - row["returned"] - row["paid_out"] - row["fees"] == row["end"]


def test_another_cinema_is_not_part_of_it(cinema_with_sales):
    found = november(a_cinema())

    assert list(table(found, "Takings by payment method").rows) == []
    assert list(table(found, "Receipts by VAT rate").rows) == []
    assert added(table(found, "Tickets and bar").rows, "units", "gross") == [0, 0]
