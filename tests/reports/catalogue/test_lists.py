from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from concessions.services import write_off
from orders.services import receipt_sales, refund
from payments.models import Payment
from reports.catalogue import lists
from reports.catalogue.day_figures import day_figures
from reports.catalogue.lists import LISTS, bounds
from reports.models import BusinessDay, MoneyFigures, PointsFigures, ReceiptFigures, StockFigures
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

DAY = NOON.date()
ONE = timedelta(days=1)


def period(*cinemas: Cinema, first: date = DAY, last: date = DAY) -> Period:
    return Period(cinemas, first, last, NOON)


def paid(cinema: Cinema, at: datetime) -> Payment:
    order = a_paid_order(a_session(a_hall(cinema), start=at + timedelta(hours=2)), at=at)
    payment: Payment = order.payments.get()
    Payment.objects.filter(pk=payment.pk).update(succeeded_at=at)
    return payment


def test_the_list_has_what_arrived_on_the_business_day_and_adds_it_up() -> None:
    cinema = a_cinema()
    start, end = cinema.day_bounds(DAY)
    paid(cinema, start - timedelta(seconds=1))
    first, last = paid(cinema, start), paid(cinema, end - timedelta(seconds=1))
    paid(cinema, end)

    reading = lists.payments(period(cinema)).table().read()
    rows = [row[2] for row in reading]

    assert rows == [first.order.number, last.order.number]
    assert reading.totals() == {"amount": first.amount + last.amount}


def test_another_cinema_a_refused_payment_and_one_in_progress_are_not_in_it() -> None:
    cinema = a_cinema()
    paid(a_cinema(), NOON)
    for status in ("PENDING", "FAILED"):
        Payment.objects.filter(pk=paid(cinema, NOON).pk).update(status=status)

    assert list(lists.payments(period(cinema)).table().read()) == []


def test_times_are_those_of_each_cinema() -> None:
    moscow, east = a_cinema(), a_cinema(time_zone="Asia/Yekaterinburg")
    paid(moscow, NOON)
    paid(east, NOON + timedelta(minutes=1))

    table = lists.payments(period(moscow, east)).table()

    column = table.columns[0]
    assert [table.text(column, row[0])[-5:] for row in table.read()] == [
        f"{NOON.astimezone(moscow.zone):%H:%M}",
        f"{(NOON + timedelta(minutes=1)).astimezone(ZoneInfo('Asia/Yekaterinburg')):%H:%M}",
    ]


def test_a_stored_day_keeps_its_instants_whatever_the_cinema_says_later() -> None:
    cinema = a_cinema()
    start, end = cinema.day_bounds(DAY)
    BusinessDay.objects.create(cinema=cinema, date=DAY, starts_at=start - timedelta(hours=1), ends_at=end)

    assert bounds(period(cinema)) == {cinema.pk: (start - timedelta(hours=1), end)}


def test_the_number_of_rows_is_known_beforehand_and_no_row_is_read_too_early(django_assert_num_queries) -> None:
    cinema = a_cinema()
    paid(cinema, NOON)

    with django_assert_num_queries(2):
        table = lists.payments(period(cinema)).table()
    with django_assert_num_queries(1):
        rows = list(table.read())

    assert (table.expected, len(rows)) == (1, 1)
    assert rows[0][5] > Decimal(0)


def test_without_cinemas_there_is_nothing() -> None:
    paid(a_cinema(), NOON)

    assert list(lists.payments(period()).table().read()) == []


@pytest.fixture
def busy_day(settings) -> Cinema:
    """A closed day with tickets, snacks, points, receipts and a refund, and the sales of another day and cinema."""
    settings.RECEIPTS_SINCE = NOON - 90 * ONE
    manager = someone("cinema_manager", all_cinemas=True)
    for cinema in (a_cinema(), a_cinema()):
        popcorn, customer = an_item(cinema), a_customer(points=100, at=NOON - ONE)
        session = a_session(a_hall(cinema), start=NOON + timedelta(hours=5))
        first = a_paid_order(session, seats=2, snacks=[(popcorn, 1)], customer=customer, points=60, at=NOON)
        a_paid_order(session, gateway="card_terminal", at=NOON + timedelta(hours=1))
        a_paid_order(session, at=NOON - ONE)
        with transaction.atomic():
            receipt_sales(list(first.payments.all()), at=NOON)
        refund(first, lines=[first.tickets.first()], reason="Noise", at=NOON + timedelta(hours=2))
        write_off(popcorn, quantity=3, reason="Wet", at=NOON, actor=manager)
        close_days(cinema, until=NOON + 2 * ONE)
    return cinema


def added(rows, column: str):
    return sum((row[column] for row in rows), 0)


def on_sheet(cinema: Cinema) -> dict[str, dict[str, object]]:
    """The sums of the day sheet that each list should have."""
    day = day_figures(cinema, DAY, at=NOON + 3 * ONE)
    assert day is not None
    money = [row for row in day.own(MoneyFigures) if row["tender"] != "points"]
    receipts = {kind: [row for row in day.own(ReceiptFigures) if row["kind"] == kind] for kind in lists.RECEIPT_COLUMNS}
    booked = StockFigures.objects.filter(cinema=cinema, about=DAY).values("units", "value")
    return {
        "payments": {"amount": added(money, "received")},
        "refunds": {"amount": added(money, "refunded")},
        "receipts": {lists.RECEIPT_COLUMNS[kind]: added(rows, "amount") for kind, rows in receipts.items()},
        "stock": {"units": added(booked, "units"), "value": added(booked, "value")},
        "point_changes": {"points": added(day.own(PointsFigures), "points")},
    }


def test_each_list_adds_up_to_the_day_sheet(busy_day, monkeypatch) -> None:
    monkeypatch.setattr(lists, "SHOWN", 1)  # the totals are those of all rows, not of the page
    expected = on_sheet(busy_day)

    for name, listing in LISTS.items():
        found = listing(period(busy_day))
        whole, page = found.table().read(), found.first_rows()
        assert len(list(whole)) == found.table().expected >= 1, name
        assert whole.totals() == expected[name], name
        assert page.totals == expected[name], name
        assert len(list(page.rows)) == 1, name

    assert expected["refunds"]["amount"] > 0
    assert expected["receipts"]["sale"] > 0
    assert expected["point_changes"]["points"] < 0
    assert expected["stock"]["units"] == -4


def test_a_list_says_when_it_shows_a_part_of_its_rows(busy_day, monkeypatch) -> None:
    monkeypatch.setattr(lists, "SHOWN", 1)

    assert [len(LISTS[name](period(busy_day)).first_rows().notes) for name in ("payments", "refunds")] == [2, 1]


@pytest.mark.postgres
@pytest.mark.parametrize("name", LISTS)
def test_rows_before_the_period_are_not_read_where_cinemas_have_several_time_zones(name: str) -> None:
    of_two_zones = period(a_cinema(), a_cinema(time_zone="Asia/Vladivostok"))
    sql, params = LISTS[name](of_two_zones).rows[:101].query.sql_with_params()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = [line for [line] in cursor.fetchall()]

    assert any("Index Cond" in line and ">=" in line for line in plan), "\n".join(plan)
