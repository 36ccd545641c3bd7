from datetime import date, timedelta
from decimal import Decimal

import pytest

from film_hire.ffa import ffa_month, ffa_percent
from payments.models import Subject, Vat, VatRate
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session


@pytest.mark.parametrize(
    ("last_year", "months", "percent"),
    [
        ("150000.00", 12, "0"),
        ("150000.01", 12, "1.8"),
        ("750000.00", 12, "1.8"),
        ("1500000.00", 12, "2.4"),
        ("1500000.01", 12, "3.0"),
        ("62500.01", 1, "2.4"),  # a month, extrapolated to a year
        (None, 12, "3.0"),
    ],
)
def test_the_rate_is_that_of_the_turnover_of_last_year(last_year: str | None, months: int, percent: str) -> None:
    assert ffa_percent(None if last_year is None else Decimal(last_year), months) == Decimal(percent)


@pytest.mark.django_db
def test_a_month_has_visitors_net_turnover_and_levy_without_short_films() -> None:
    VatRate.objects.create(subject=Subject.TICKETS, valid_from=date(2026, 1, 1), vat=Vat.SEVEN)
    hall = a_hall(a_cinema(time_zone="Europe/Berlin"))
    for minutes, start in ((110, NOON + timedelta(hours=6)), (58, NOON + timedelta(hours=9))):
        a_paid_order(a_session(hall, start=start, minutes=minutes), seats=2)
    close_days(hall.cinema, until=NOON + timedelta(days=2))

    [row] = ffa_month([hall.cinema], date(2026, 11, 20), at=NOON + timedelta(days=20)).rows

    assert isinstance(row, dict)
    assert (row["admissions"], row["net"], row["last_year"]) == (2, Decimal("654.20"), None)
    assert (row["percent"], row["levy"]) == (Decimal("3.0"), Decimal("19.63"))
