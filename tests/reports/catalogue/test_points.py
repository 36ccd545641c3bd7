from datetime import date, timedelta
from decimal import Decimal

import pytest

from bonuses.models import BonusTransaction
from reports.catalogue.points import points
from reports.reading import Period
from tests.helpers.factories import NOON, a_customer

pytestmark = pytest.mark.django_db

PERIOD = Period([], date(2026, 1, 1), date(2026, 12, 31), NOON)


def test_points_held_are_what_accounts_have():
    a_customer(points=100, at=NOON)
    a_customer(points=50, at=NOON - timedelta(days=60))

    months, held, expiring = points(PERIOD)

    [row] = held.rows
    assert (row["points_held"], row["holders"], row["held_value"]) == (150, 2, 150)
    assert [(row["month"], row["adjusted"]) for row in months.rows] == [
        (date(2026, 9, 1), 50),
        (date(2026, 11, 1), 100),
    ]
    assert [(row["month"], row["points"]) for row in expiring.rows] == [
        (date(2027, 9, 1), 50),
        (date(2027, 11, 1), 100),
    ]


def test_what_expired_in_the_last_year_lowers_what_is_expected_to_be_spent():
    account = a_customer(points=100, at=NOON).bonus_account
    for kind, amount in (("ACCRUAL", 200), ("EXPIRATION", -50)):
        BonusTransaction.objects.create(
            bonus_account=account, transaction_type=kind, amount=amount, transaction_date=NOON - timedelta(days=1)
        )

    [row] = points(PERIOD)[1].rows

    assert (row["breakage"], row["expected_cost"]) == (Decimal("25.0"), Decimal("75.00"))
