"""What one more screening would cost in film hire, by the terms of its contracts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from film_hire.models import Contract
from film_hire.services import ExpectedHire
from tests.helpers.factories import a_session
from tests.helpers.film_hire_rows import a_contract

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("terms", "hire"),
    [
        ({"percents": "50, 40"}, 1500),
        ({"percents": "50", "levy_percent": Decimal(10)}, 1350),
        ({"percents": "10", "minimum_head": Decimal(100)}, 1000),
        ({"method": "PER_HEAD", "amount": Decimal(120)}, 1200),
        ({"method": "FIXED_SESSION", "amount": Decimal(900)}, 900),
        ({"method": "HOUSE_SESSION", "amount": Decimal(2000)}, 1000),
        ({"method": "FIXED_WEEK", "amount": Decimal(5000)}, 0),  # due anyway
        ({"percents": "50", "minimum_week": Decimal(5000)}, 1500),
        ({"starts_on": date(2027, 1, 1)}, 0),
    ],
)
def test_ten_admissions_of_300_cost(terms: dict[str, Any], hire: int) -> None:
    session = a_session()
    a_contract(session.film, **terms)

    expected = ExpectedHire(session.hall.cinema, until=date(2026, 12, 1))

    assert expected.of(session, admissions=10.0, takings=3000.0) == pytest.approx(hire)
    assert expected.of(session, admissions=0.0, takings=0.0) == 0
    Contract.objects.all().delete()
    assert ExpectedHire(session.hall.cinema, until=date(2026, 12, 1)).of(session, admissions=9.0, takings=9.0) == 0
