from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from payments.models import Payment
from reports.catalogue.lists import bounds, payments
from reports.models import BusinessDay
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

DAY = NOON.date()


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

    reading = payments(period(cinema)).read()
    rows = [row[2] for row in reading]

    assert rows == [first.order.number, last.order.number]
    assert reading.totals() == {"amount": first.amount + last.amount}


def test_another_cinema_a_refused_payment_and_one_in_progress_are_not_in_it() -> None:
    cinema = a_cinema()
    paid(a_cinema(), NOON)
    for status in ("PENDING", "FAILED"):
        Payment.objects.filter(pk=paid(cinema, NOON).pk).update(status=status)

    assert list(payments(period(cinema)).read()) == []


def test_times_are_those_of_each_cinema() -> None:
    moscow, east = a_cinema(), a_cinema(time_zone="Asia/Yekaterinburg")
    paid(moscow, NOON)
    paid(east, NOON + timedelta(minutes=1))

    table = payments(period(moscow, east))

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
        table = payments(period(cinema))
    with django_assert_num_queries(1):
        rows = list(table.read())

    assert (table.expected, len(rows)) == (1, 1)
    assert rows[0][5] > Decimal(0)


def test_without_cinemas_there_is_nothing() -> None:
    paid(a_cinema(), NOON)

    assert list(payments(period()).read()) == []
