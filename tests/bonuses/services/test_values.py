"""Conversion between points and money, with a point value other than 1."""

from decimal import Decimal

import pytest

from bonuses.services import money_for, most_points, points_earned, points_held, points_of, points_spent
from bonuses.services.values import with_extra
from orders.services import CancelReason, cancel
from tests.helpers.factories import NOON, a_customer, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_point_is_worth_two_and_a_half(settings):
    settings.BONUS_POINT_VALUE = Decimal("2.50")


def test_points_pay_their_value():
    assert money_for(7) == Decimal("17.50")


@pytest.mark.parametrize(("price", "points"), [("350.00", 140), ("352.49", 140), ("352.50", 141), ("0.00", 0)])
def test_points_pay_at_most_the_price(price, points):
    assert most_points(Decimal(price)) == points


def test_points_pay_at_most_the_configured_share(settings):
    settings.BONUS_MAX_SHARE = Decimal("0.30")

    assert most_points(Decimal("350.00")) == 42


@pytest.mark.parametrize(("paid", "points"), [("350.00", 7), ("399.99", 7), ("400.00", 8), ("-1.00", 0)])
def test_money_earns_the_floor_of_its_rate_in_points(paid, points):
    assert points_earned(Decimal(paid)) == points


@pytest.mark.parametrize(("points", "extra", "earned"), [(35, 20, 42), (7, 20, 8), (4, 20, 4), (3, 0, 3), (0, 20, 0)])
def test_what_a_level_adds_is_rounded_down(points, extra, earned):
    assert with_extra(points, extra) == earned


@pytest.mark.parametrize(("share", "points"), [("17.50", 7), ("8.75", 3), ("0.00", 0)])
def test_a_share_of_an_order_is_converted_at_the_value_of_the_sale(settings, share, points):
    settings.BONUS_POINT_VALUE = Decimal("1.00")  # changed after the sale

    assert points_of(Decimal(share), spent=7, bonus_amount=Decimal("17.50")) == points


def test_the_points_an_order_spent_do_not_depend_on_the_current_value(settings):
    order = an_order(customer=a_customer(points=7), points=7)
    settings.BONUS_POINT_VALUE = Decimal("1.00")

    assert (order.bonus_amount, points_spent(order.pk), points_held(order.pk)) == (Decimal("17.50"), 7, 7)


def test_a_cancelled_order_holds_no_points():
    order = an_order(customer=a_customer(points=7), points=7)

    cancel(order, reason=CancelReason.STAFF, at=NOON)

    assert (points_spent(order.pk), points_held(order.pk)) == (7, 0)


def test_an_order_without_points_spent_none():
    order = an_order()

    assert (points_spent(order.pk), points_held(order.pk)) == (0, 0)
