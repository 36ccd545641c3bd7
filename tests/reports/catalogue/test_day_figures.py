from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from boxoffice.services.gift_cards import pay_with_gift_card
from orders.models import Order, Ticket
from orders.services import refund
from payments.services import take_back_gift_card
from reports.catalogue.balances_now import balances_of
from reports.catalogue.day_figures import TABLES, DayFigures, day_figures
from reports.catalogue.day_sheet import tables
from reports.models import BarFigures, BusinessDay, MoneyFigures, PointsFigures, TicketFigures
from reports.reading import Period
from reports.services import rebuild
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_item,
    an_order,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = date(2026, 11, 5)  # the business date of NOON; it ends on 6 November at 02:00 UTC, 05:00 in Moscow
END = datetime(2026, 11, 6, 2, tzinfo=UTC)
SNACK = Decimal("120.00")


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def movement(cinema: Cinema, day: date, *, at: datetime) -> tuple[Decimal, ...]:
    """Advances at the start, received, earned, at the end."""
    found = day_figures(cinema, day, at=at)
    assert found is not None
    return found.opening, found.received_in_advance, found.earned_from_advances, found.closing


def paid_for_later(cinema: Cinema, end: datetime) -> Decimal:
    """A direct count of the advances at the end of a day."""
    return sum(
        (
            each.price - each.discount_share - each.bonus_share
            for each in Ticket.objects.filter(
                order__cinema=cinema, order__paid_at__lt=end, session__start_datetime__gte=end
            ).select_related("refund_line__refund")
            if not (hasattr(each, "refund_line") and each.refund_line.refund.requested_at < end)
        ),
        Decimal(0),
    ) + sum(
        (
            preorder.unit_price * preorder.quantity - preorder.discount_share - preorder.bonus_share
            for order in Order.objects.filter(cinema=cinema, paid_at__lt=end)
            for preorder in order.preorders.all()
            if order.tickets.exists()
            and min(ticket.session.start_datetime for ticket in order.tickets.all()) >= end
            and not (hasattr(preorder, "refund_line") and preorder.refund_line.refund.requested_at < end)
        ),
        Decimal(0),
    )


@pytest.fixture
def week(cinema) -> list[Order]:
    """Sales of three days for three days, with snacks, points and refunds before and after the screening."""
    hall = a_hall(cinema)
    first, second, third = (a_session(hall, start=NOON + days * DAY + timedelta(hours=2)) for days in range(3))
    popcorn = an_item(cinema)
    orders = [
        a_paid_order(first, seats=2, snacks=[(popcorn, 1)], at=NOON - DAY),
        a_paid_order(first, at=NOON),
        a_paid_order(second, seats=3, snacks=[(popcorn, 2)], customer=a_customer(points=100), points=100, at=NOON),
        a_paid_order(third, seats=1, at=NOON),
        a_paid_order(third, seats=1, at=NOON + DAY),
        a_paid_order(snacks=[(popcorn, 1)], at=NOON + DAY),
    ]
    refund(orders[0], lines=[orders[0].tickets.first()], reason="Goodwill", at=NOON + DAY)  # of a past screening
    refund(orders[3], reason="Ill", at=NOON + DAY)  # of one to come
    return orders


def test_advances_move_as_money_comes_and_screenings_take_place(cinema, week):
    close_days(cinema, until=END + 2 * DAY)

    yesterday, day, next_day, last = (TODAY + days * DAY for days in (-1, 0, 1, 2))
    of_second = 3 * PRICE + 2 * SNACK - 100
    assert movement(cinema, yesterday, at=END + 2 * DAY) == (0, 2 * PRICE + SNACK, 0, 2 * PRICE + SNACK)
    assert movement(cinema, day, at=END + 2 * DAY) == (
        2 * PRICE + SNACK,
        of_second + PRICE,
        2 * PRICE + SNACK,
        of_second + PRICE,
    )
    assert movement(cinema, next_day, at=END + 2 * DAY) == (of_second + PRICE, PRICE - PRICE, of_second, PRICE)
    assert movement(cinema, last, at=END + 2 * DAY) == (PRICE, 0, PRICE, 0)


def test_the_balance_stored_at_the_close_is_what_a_direct_count_finds(cinema, week):
    close_days(cinema, until=END + 2 * DAY)

    for day in BusinessDay.objects.closed():
        assert day.advances == paid_for_later(cinema, day.ends_at), day


def test_rebuilding_stores_the_same_balances(cinema, week):
    close_days(cinema, until=END + 2 * DAY)
    before = list(BusinessDay.objects.order_by("pk").values())
    assert {day["advances"] for day in before} != {0}
    BusinessDay.objects.update(advances=Decimal("12.34"))

    rebuild([cinema])

    assert list(BusinessDay.objects.closed().order_by("pk").values()) == before[: BusinessDay.objects.closed().count()]


def everything(found: DayFigures) -> list:
    """What the two ways of finding the figures have in common, with rows in one order and without those of 0."""
    return [
        *(
            sorted((row for row in found.rows[table] if any(row[each] for each in table.MEASURES)), key=str)
            for table in TABLES
        ),
        found.opening,
        found.received_in_advance,
        found.earned_from_advances,
        found.closing,
        found.points,
        found.receipts,
        found.gift_cards,
        found.gift_cards_opening,
    ]


def test_an_open_day_is_counted_live_as_it_will_be_closed(cinema, week):
    close_days(cinema, until=END - DAY)  # two days are over and not closed yet
    live = [day_figures(cinema, TODAY + days * DAY, at=END + 2 * DAY) for days in range(3)]

    close_days(cinema, until=END + 2 * DAY)

    for days, before in enumerate(live):
        after = day_figures(cinema, TODAY + days * DAY, at=END + 2 * DAY)
        assert before.closed_at is None
        assert after.closed_at is not None
        # A refund of a day that is still open too is part of that day until it is closed, and of this one afterwards.
        before.rows, after.rows = ({table: each.own(table) for table in TABLES} for each in (before, after))
        assert everything(before) == everything(after), days


def test_refunds_of_closed_days_lower_the_balance_of_an_open_day_by_nothing(cinema, week):
    close_days(cinema, until=END)

    live = movement(cinema, TODAY + DAY, at=END + DAY)
    close_days(cinema, until=END + DAY)

    assert live == movement(cinema, TODAY + DAY, at=END + DAY)


def test_a_closed_day_does_not_change(cinema, week):
    close_days(cinema, until=END)
    before = day_figures(cinema, TODAY, at=END)

    refund(week[1], reason="Goodwill", at=NOON + 2 * DAY)
    close_days(cinema, until=END + 2 * DAY)

    after = day_figures(cinema, TODAY, at=END + 2 * DAY)
    assert everything(after) == everything(before)
    last = day_figures(cinema, TODAY + 2 * DAY, at=END + 2 * DAY)
    [correction] = last.corrections(TicketFigures)
    assert (correction["about"], correction["refunded"], correction["refunded_money"]) == (TODAY, 1, PRICE)


def test_points_held_are_those_of_all_customers_at_the_end_of_the_day(cinema, week):
    a_customer(points=40, at=NOON + 2 * DAY)
    close_days(cinema, until=END + 2 * DAY)

    day = day_figures(cinema, TODAY, at=END + 3 * DAY)
    assert day.points == (0, 0)  # 100 that were granted, and spent on the day
    assert [(row["kind"], row["points"]) for row in day.own(PointsFigures)] == [("DEDUCTION", -100)]
    assert day_figures(cinema, TODAY + 2 * DAY, at=END + 3 * DAY).points == (40, 0)


def test_there_are_no_figures_before_the_first_sale_and_after_today(cinema, week):
    close_days(cinema, until=END)

    assert day_figures(cinema, TODAY - 2 * DAY, at=END) is None
    assert day_figures(cinema, TODAY + 2 * DAY, at=END) is None


def test_a_cinema_that_sells_its_first_ticket_today_has_a_day():
    cinema = a_cinema()
    a_paid_order(a_session(a_hall(cinema), start=NOON + timedelta(hours=1)), at=NOON)

    found = day_figures(cinema, TODAY, at=NOON + timedelta(hours=3))

    assert [row["received"] for row in found.own(MoneyFigures)] == [PRICE]
    assert found.own(BarFigures) == []
    assert (found.opening, found.closing) == (0, 0)


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_gift_card_is_owed_until_it_pays_and_is_no_advance_for_a_screening(is_closed):
    cinema = a_cinema()
    shift = a_shift(cinema, at=NOON)
    card = a_gift_card(shift, amount=3 * PRICE)
    undone = a_gift_card(shift, amount=PRICE, tender="card_terminal")
    take_back_gift_card(undone, reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)
    order = an_order(a_session(a_hall(cinema), start=NOON + 2 * DAY), channel="BOX_OFFICE", at=NOON)
    pay_with_gift_card(order, card=card, shift=shift, at=NOON, actor=shift.cashier)
    if is_closed:
        close_days(cinema, until=END)

    found = day_figures(cinema, TODAY, at=NOON + timedelta(hours=1))

    money = {row["tender"]: (row["received"], row["refunded"], row["paid_back"]) for row in found.own(MoneyFigures)}
    assert money == {
        "cash": (3 * PRICE, 0, 0),
        "card_terminal": (PRICE, PRICE, PRICE),
        "gift_card": (PRICE, 0, 0),
    }
    assert (found.opening, found.closing) == (0, PRICE)  # the screening to come
    assert found.gift_cards == {"SOLD": 4 * PRICE, "REDEEMED": -PRICE, "TAKEN_BACK": -PRICE}
    [table] = [each for each in tables(found) if each.title == "Gift cards"]
    assert [row[1] for row in table.rows] == [0, 4 * PRICE, -PRICE, -PRICE, 2 * PRICE]
    today = Period([cinema], TODAY, TODAY, NOON + timedelta(hours=1))
    [day] = balances_of([cinema], today).days.values()
    assert (day.on_gift_cards, day.advances) == (2 * PRICE, PRICE)
