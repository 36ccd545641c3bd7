from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusAccount
from concessions.services import receive
from orders.services import refund
from payments.models import Gateway, Payment, Refund
from reports.catalogue import day_sheet, month_sheet
from reports.catalogue.balances import Balances, by_cinema, points, providers
from reports.catalogue.day_figures import day_figures
from reports.catalogue.months import Month
from reports.counting.points import held_at
from reports.models import BusinessDay
from reports.services import read_payouts, rebuild
from reports.services.operations import Operation
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, PRICE, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def close(cinema: Cinema, *, days: int = 1) -> datetime:
    """Close the days up to the end of the one `days` - 1 after today; returns that instant."""
    end = cinema.day_bounds(TODAY + (days - 1) * DAY)[1]
    close_days(cinema, until=end)
    return end


def test_the_value_of_the_stock_is_that_at_the_end_of_the_day(cinema):
    popcorn, manager = an_item(cinema, stock=0), someone("cinema_manager", cinema)
    receive(popcorn, quantity=10, unit_cost=Decimal(20), at=NOON - DAY, actor=manager)  # before the first sale
    a_paid_order(a_session(a_hall(cinema), start=NOON + 3 * DAY), snacks=[(popcorn, 2)], at=NOON)
    receive(popcorn, quantity=5, unit_cost=Decimal(20), at=NOON + DAY, actor=manager)
    close(cinema, days=2)

    values = {day: by_cinema(Balances([cinema], TODAY + day * DAY), with_costs=True).rows[0] for day in (-1, 0, 1, 9)}

    assert {day: (row["stock_value"], row["date"]) for day, row in values.items()} == {
        -1: (0, None),
        0: (160, TODAY),
        1: (260, TODAY + DAY),
        9: (260, TODAY + DAY),
    }
    popcorn.refresh_from_db()
    assert popcorn.stock_value == 260
    rebuild([cinema])
    assert list(BusinessDay.objects.closed().order_by("date").values_list("stock_value", flat=True)) == [160, 260]


def test_without_the_right_to_see_costs_there_is_no_stock(cinema):
    table = by_cinema(Balances([cinema], TODAY), with_costs=False)

    cash = ["cash_in_drawers", "cash_in_safe", "change_fund"]
    shown = ["entity", "cinema", "advances", "on_gift_cards", *cash, "owed_by_providers", "date"]
    assert [column.key for column in table.columns] == shown


def paid_by(cinema: Cinema, gateway: str, reference: str, *, at: datetime = NOON) -> Payment:
    payment = a_paid_order(a_session(a_hall(cinema), start=at + 3 * DAY), at=at).payments.get()
    Payment.objects.filter(pk=payment.pk).update(gateway=gateway, external_id=reference)
    payment.refresh_from_db()
    return payment


def test_a_provider_owes_what_it_took_less_refunds_payouts_and_fees(cinema):
    first = paid_by(cinema, Gateway.YOOKASSA, "p-1")
    paid_by(cinema, Gateway.YOOKASSA, "p-2")
    paid_by(cinema, Gateway.STRIPE, "c-1")
    paid_by(cinema, Gateway.CASH, "")
    made = refund(first.order, reason="Ill", at=NOON)
    Refund.objects.filter(pk=made.pk).update(status="SUCCEEDED", succeeded_at=NOON + DAY, external_id="r-1")
    close(cinema, days=4)
    operations = [
        Operation("PAYMENT:p-1", "PAYMENT", "p-1", PRICE, fee=Decimal("9.80")),
        Operation("REFUND:r-1", "REFUND", "r-1", PRICE, paid_on=TODAY + 3 * DAY),
        Operation("PAYMENT:p-9", "PAYMENT", "p-9", PRICE),  # not in our records
    ]
    read_payouts(
        operations,
        gateway=Gateway.YOOKASSA,
        name="registry.csv",
        digest="a",
        skipped=0,
        paid_on=TODAY + 2 * DAY,
        actor=someone("accountant", all_cinemas=True),
        at=NOON + 3 * DAY,
    )

    def owed(days: int) -> dict[str, list[Decimal]]:
        rows = providers(Balances([cinema], TODAY + days * DAY)).rows
        return {str(row["provider"]): list(row.values())[1:] for row in rows}

    fee = Decimal("9.80")
    assert owed(0) == {"Stripe": [PRICE, 0, 0, 0, PRICE], "YooKassa": [2 * PRICE, 0, 0, 0, 2 * PRICE]}
    assert owed(1)["YooKassa"] == [2 * PRICE, PRICE, 0, 0, PRICE]
    assert owed(2)["YooKassa"] == [2 * PRICE, PRICE, PRICE - fee, fee, 0]
    assert owed(3)["YooKassa"] == [2 * PRICE, PRICE, -fee, fee, PRICE]
    [row] = by_cinema(Balances([cinema], TODAY + 3 * DAY), with_costs=True).rows
    assert row["owed_by_providers"] == 2 * PRICE


def test_a_payout_counts_once_its_day_is_closed(cinema):
    paid_by(cinema, Gateway.YOOKASSA, "p-1")
    close(cinema)
    read_payouts(
        [Operation("PAYMENT:p-1", "PAYMENT", "p-1", PRICE)],
        gateway=Gateway.YOOKASSA,
        name="registry.csv",
        digest="a",
        skipped=0,
        paid_on=TODAY + DAY,
        actor=someone("accountant", all_cinemas=True),
        at=NOON + DAY,
    )

    before, month = Balances([cinema], TODAY + DAY), Month([cinema], TODAY.replace(day=1))
    assert before.owed_to(cinema.pk) == PRICE
    [row] = month_sheet.providers(month).rows
    assert (row["paid_out"], row["end"]) == (0, PRICE)
    close(cinema, days=2)
    assert Balances([cinema], TODAY + DAY).owed_to(cinema.pk) == 0


def test_balances_are_those_of_the_day_sheet_and_of_the_month_sheet(cinema):
    popcorn = an_item(cinema, cost=Decimal(40))
    customer = a_customer(points=100, at=NOON - DAY)
    session = a_session(a_hall(cinema), start=NOON + 3 * DAY)
    a_paid_order(session, seats=2, snacks=[(popcorn, 1)], customer=customer, points=60, at=NOON)
    end = close(cinema, days=4)

    last = TODAY + 3 * DAY
    balances, month = Balances([cinema], TODAY), Month([cinema], date(last.year, last.month, 1))
    day = day_figures(cinema, TODAY, at=end)
    assert day is not None
    [row] = by_cinema(balances, with_costs=True).rows
    assert row["advances"] == day.closing > 0
    assert [row[1] for row in points(balances).rows] == [40, 0]
    assert [row[1] for row in day_sheet.points(day).rows][-2:] == [40, 0]
    of_month = {str(table.title): list(table.rows) for table in month_sheet.tables(month, with_costs=True)}
    [at_end] = by_cinema(Balances([cinema], month.last), with_costs=True).rows
    assert of_month["Advances"][0]["end"] == at_end["advances"]
    assert of_month["Stock of the bar"][-1][1] == at_end["stock_value"] > 0


def test_points_held_and_points_owed_are_counted_apart(cinema):
    """An account owes at most once: what others hold does not hide it."""
    a_customer(points=50, at=NOON - DAY)
    account = a_customer(points=30, at=NOON - DAY).bonus_account
    account.transactions.create(transaction_type="ADJUSTMENT", amount=-45, transaction_date=NOON)
    BonusAccount.objects.filter(pk=account.pk).update(balance=0, owed=15)

    assert held_at(NOON + DAY) == (50, 15)
    assert held_at(NOON) == (80, 0)
    assert held_at(NOON - 2 * DAY) == (0, 0)


def test_a_closed_day_keeps_the_points_of_its_end(cinema):
    a_paid_order(a_session(a_hall(cinema), start=NOON + DAY), at=NOON)
    a_customer(points=40, at=NOON)
    close(cinema)

    a_customer(points=7, at=NOON + DAY)

    day = BusinessDay.objects.closed().get()
    assert (day.points_held, day.points_owed) == (40, 0) == held_at(day.ends_at)


def test_points_that_days_did_not_store_are_counted_by_a_rebuild(cinema):
    account = a_customer(points=30, at=NOON - DAY).bonus_account
    a_paid_order(a_session(a_hall(cinema), start=NOON + DAY), at=NOON)
    account.transactions.create(transaction_type="ADJUSTMENT", amount=-45, transaction_date=NOON + DAY)
    BonusAccount.objects.filter(pk=account.pk).update(balance=0, owed=15)
    close(cinema, days=2)
    stored = list(BusinessDay.objects.closed().order_by("date").values_list("points_held", "points_owed"))
    BusinessDay.objects.update(points_held=None, points_owed=None)

    rebuild([cinema])

    assert stored == [(30, 0), (0, 15)]
    assert list(BusinessDay.objects.closed().order_by("date").values_list("points_held", "points_owed")) == stored
