from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from orders.models import Order
from orders.services import check_in, complete, expire_uncollected, hold, mark_paid, record_refund, refund
from reports.days import Days
from reports.errors import EarlierDayOpen
from reports.models import FIGURES, BarFigures, BusinessDay, DayCheck, MoneyFigures, SessionFigures, TicketFigures
from reports.models.business_days import LAST_SALES
from reports.reading import counted_once, difference
from reports.services import close_locked, count_locked, open_days
from screenings.models import Cinema
from screenings.services import complete_sessions
from tests.helpers.business_days import close_days
from tests.helpers.factories import (
    NOON,
    PRICE,
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
    pay,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
TODAY = date(2026, 11, 5)  # the business date of NOON; it ends on 6 November at 02:00 UTC, 05:00 in Moscow
END = datetime(2026, 11, 6, 2, tzinfo=UTC)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def tickets_by_day(cinema: Cinema) -> list[tuple]:
    """Date of booking, date they are about, tickets sold and refunded, box office."""
    rows = TicketFigures.objects.filter(cinema=cinema).order_by("day__date", "about")
    return [
        (row.day.date, row.about, row.sold, row.refunded, row.gross - row.discount - row.refunded_value) for row in rows
    ]


def money_by_day(cinema: Cinema) -> list[tuple]:
    rows = MoneyFigures.objects.filter(cinema=cinema).order_by("day__date", "about", "tender")
    return [(row.day.date, row.about, row.tender, row.received, row.refunded) for row in rows]


def unbooked(cinema: Cinema) -> list[tuple]:
    """What the figures of all closed days lack, or have too much of, compared with a direct count."""
    days = list(BusinessDay.objects.filter(cinema=cinema).closed())
    counted = Days(days, cinemas=[cinema.pk])
    found = counted_once(counted, as_of=max(day.ends_at for day in days))
    return [
        (table.__name__, key)
        for table in FIGURES
        for key, row in difference(table, found(table), counted).items()
        if any(row)
    ]


def test_tickets_count_on_the_day_of_the_screening_and_money_on_the_day_it_came(cinema):
    tomorrow = a_session(a_hall(cinema), start=NOON + DAY)
    a_paid_order(tomorrow, seats=2)

    close_days(cinema, until=END + DAY)

    assert money_by_day(cinema) == [(TODAY, TODAY, "cash", 2 * PRICE, 0)]
    assert tickets_by_day(cinema) == [(TODAY + DAY, TODAY + DAY, 2, 0, 2 * PRICE)]


def test_a_show_after_midnight_belongs_to_the_evening_before(cinema):
    last_of_the_day = a_session(a_hall(cinema), start=END - TICK)
    first_of_the_next = a_session(a_hall(cinema), start=END)
    a_paid_order(last_of_the_day)
    a_paid_order(first_of_the_next)

    close_days(cinema, until=END + DAY)

    assert [row[:3] for row in tickets_by_day(cinema)] == [(TODAY, TODAY, 1), (TODAY + DAY, TODAY + DAY, 1)]


def test_a_refund_is_booked_on_its_own_day_about_the_day_of_the_screening(cinema):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + DAY), seats=2)
    close_days(cinema, until=END + DAY)
    before = list(TicketFigures.objects.values())

    refund(order, lines=[order.tickets.first()], reason="Projector failed", at=NOON + 3 * DAY)
    close_days(cinema, until=END + 3 * DAY)

    assert list(TicketFigures.objects.values())[: len(before)] == before
    assert tickets_by_day(cinema) == [
        (TODAY + DAY, TODAY + DAY, 2, 0, 2 * PRICE),
        (TODAY + 3 * DAY, TODAY + DAY, 0, 1, -PRICE),
    ]
    assert money_by_day(cinema) == [
        (TODAY, TODAY, "cash", 2 * PRICE, 0),
        (TODAY + 3 * DAY, TODAY + 3 * DAY, "cash", 0, PRICE),
    ]
    assert unbooked(cinema) == []


def test_a_refund_of_a_screening_of_weeks_ago_is_found(cinema):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + DAY), snacks=[(an_item(cinema), 1)])
    close_days(cinema, until=END + 12 * DAY)

    refund(order, reason="Goodwill", at=NOON + 13 * DAY)
    close_days(cinema, until=END + 13 * DAY)

    assert [row[:2] for row in tickets_by_day(cinema)] == [
        (TODAY + DAY, TODAY + DAY),
        (TODAY + 13 * DAY, TODAY + DAY),
    ]
    assert unbooked(cinema) == []


def test_what_happens_after_the_end_of_a_day_is_not_part_of_it_however_late_it_is_closed(cinema):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON), at=NOON - DAY)
    refund(order, reason="Goodwill", at=END)

    close_days(cinema, until=END + DAY)

    assert [row[:4] for row in tickets_by_day(cinema)] == [(TODAY, TODAY, 1, 0), (TODAY + DAY, TODAY, 0, 1)]


def test_a_payment_recorded_after_the_close_goes_to_the_open_day_and_names_its_own(cinema):
    first, late = a_paid_order(a_session(a_hall(cinema))), an_order(a_session(a_hall(cinema), start=NOON + 2 * DAY))
    close_days(cinema, until=END)

    mark_paid(late, gateway="cash", amount=late.final_amount, at=NOON)
    close_days(cinema, until=END + DAY)

    assert money_by_day(cinema) == [
        (TODAY, TODAY, "cash", first.final_amount, 0),
        (TODAY + DAY, TODAY, "cash", late.final_amount, 0),
    ]


def test_closing_twice_changes_nothing(cinema):
    a_paid_order(a_session(a_hall(cinema), start=NOON + timedelta(hours=1)))
    close_days(cinema, until=END)
    before = [list(table.objects.values()) for table in (*FIGURES, BusinessDay, DayCheck)]

    with transaction.atomic():
        close_locked(BusinessDay.objects.get(date=TODAY), at=END + DAY)

    assert [list(table.objects.values()) for table in (*FIGURES, BusinessDay, DayCheck)] == before


def test_a_day_is_not_closed_before_the_one_before_it(cinema):
    a_paid_order(a_session(a_hall(cinema)))
    open_days([cinema], at=END + DAY)
    later = BusinessDay.objects.get(date=TODAY + DAY)

    with pytest.raises(EarlierDayOpen), transaction.atomic():
        close_locked(later, at=END + 2 * DAY)

    assert not BusinessDay.objects.closed().exists()


def test_every_kind_of_sale_is_told_apart_and_adds_up(cinema):
    session = a_session(a_hall(cinema), start=NOON + timedelta(hours=2))
    customer = a_customer(points=100)
    discounted = a_paid_order(session, promocode=a_promocode(discount_percent=10), snacks=[(an_item(cinema), 2)])
    a_paid_order(session, customer=customer, points=50)
    check_in(discounted.tickets.get(), at=session.start_datetime)
    complete(Order.objects.over(END), at=session.end_datetime)

    close_days(cinema, until=END)

    [with_code, plain] = TicketFigures.objects.order_by("-promocode")
    if plain.promocode_id:
        with_code, plain = plain, with_code
    assert (with_code.used, with_code.no_shows, with_code.discount) == (1, 0, Decimal("35.00"))
    assert (plain.used, plain.no_shows, plain.points) == (0, 1, Decimal("50.00"))
    received = {row.tender: row.received for row in MoneyFigures.objects.all()}
    assert received == {"cash": Decimal("831.00"), "points": Decimal("50.00")}
    assert unbooked(cinema) == []


def test_a_days_checks_agree(cinema):
    session = a_session(a_hall(cinema))
    order = a_paid_order(session, seats=2, snacks=[(an_item(cinema), 3)], customer=a_customer(points=10), points=10)
    refund(order, lines=[order.tickets.first()], reason="Asked for it", at=NOON)

    close_days(cinema, until=END)

    checks = {check.name: (check.left, check.right) for check in DayCheck.objects.all()}
    assert checks == {
        "MONEY": (order.final_amount - order.tickets.first().paid,) * 2,
        "RECEIPTS": (0, 0),
        "STOCK": (3, 3),
        "POINTS": (Decimal("10.00"), Decimal("10.00")),
        "CASH": (0, 0),
        "CARD": (0, 0),
        "TRANSFER": (0, 0),
    }


def test_a_day_stays_open_until_its_last_sales_are_recorded(cinema):
    a_paid_order(a_session(a_hall(cinema)))
    with transaction.atomic():
        open_days([cinema], at=END)

    assert not BusinessDay.objects.to_close(END + LAST_SALES - TICK).exists()
    assert BusinessDay.objects.to_close(END + LAST_SALES).get().date == TODAY


def test_a_refund_from_outside_is_booked_when_its_lines_are_named_weeks_later(cinema):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + DAY), seats=2)
    close_days(cinema, until=END + 2 * DAY)
    record_refund(order, amount=PRICE, external_id="back", at=NOON + 3 * DAY)
    close_days(cinema, until=END + 12 * DAY)
    assert [row[3] for row in tickets_by_day(cinema)] == [0]

    refund(order, lines=[order.tickets.first()], reason="The bank’s letter names it", at=NOON + 13 * DAY)
    close_days(cinema, until=END + 13 * DAY)

    assert tickets_by_day(cinema)[1:] == [(TODAY + 13 * DAY, TODAY + DAY, 0, 1, -PRICE)]
    assert unbooked(cinema) == []
    assert not BusinessDay.objects.filter(recount=True).exists()


def test_snacks_that_the_job_gives_up_weeks_late_are_booked_then(cinema):
    order = a_paid_order(a_session(a_hall(cinema), start=NOON + HOUR), snacks=[(an_item(cinema), 3)])
    close_days(cinema, until=END + 12 * DAY)

    late = NOON + 13 * DAY
    expire_uncollected(Order.objects.with_uncollected_snacks(late), at=late)
    close_days(cinema, until=END + 13 * DAY)

    assert order.preorders.get().status == "EXPIRED"
    assert unbooked(cinema) == []
    assert not BusinessDay.objects.filter(recount=True).exists()


def test_snacks_that_wait_for_a_second_screening_are_booked_when_nobody_collects_them(cinema):
    hall, popcorn = a_hall(cinema), an_item(cinema)
    first, last = a_session(hall, start=NOON + DAY), a_session(hall, start=NOON + 12 * DAY)
    order = hold(
        cinema=cinema,
        tickets=[(session, free_seats(session)[0], an_adult()) for session in (first, last)],
        snacks=[(popcorn, 3)],
        email="guest@example.org",
        at=NOON,
    )
    pay(order)
    close_days(cinema, until=END + 11 * DAY)

    over = last.end_datetime
    expire_uncollected(Order.objects.with_uncollected_snacks(over), at=over)
    close_days(cinema, until=END + 12 * DAY)

    rows = BarFigures.objects.order_by("day__date").values_list("day__date", "about", "sold", "uncollected")
    assert list(rows) == [(TODAY + DAY, TODAY + DAY, 3, 0), (TODAY + 12 * DAY, TODAY + DAY, 0, 3)]
    assert unbooked(cinema) == []


def test_a_close_corrects_the_figures_of_screenings_that_were_refunded_since(cinema):
    session = a_session(a_hall(cinema), start=NOON + timedelta(hours=1))
    order = a_paid_order(session, seats=2)
    check_in(order.tickets.first(), at=session.start_datetime)
    complete_sessions([session], at=session.end_datetime)
    complete(Order.objects.over(END), at=END)
    count_locked([session], at=END)
    close_days(cinema, until=END)

    refund(order, lines=[order.tickets.last()], reason="Goodwill", at=NOON + 12 * DAY)
    close_days(cinema, until=END + 12 * DAY)

    figures = SessionFigures.objects.get()
    assert (figures.sold, figures.refunded, figures.no_shows, figures.refunded_money) == (2, 1, 0, PRICE)


def test_the_cost_of_a_close_does_not_grow_with_what_was_sold(cinema, django_assert_max_num_queries):
    hall, item = a_hall(cinema), an_item(cinema)
    for number in range(3):
        session = a_session(hall, start=NOON + timedelta(hours=1) + number * DAY)
        order = a_paid_order(session, seats=3, snacks=[(item, 1)], customer=a_customer(points=9), points=9)
        refund(order, lines=[order.tickets.first()], reason="Fell ill", at=NOON)
    close_days(cinema, until=END + DAY)

    with django_assert_max_num_queries(72):
        close_days(cinema, until=END + 2 * DAY)
