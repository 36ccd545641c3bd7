from datetime import date, timedelta

import pytest

from reports.catalogue.takings import DIMENSIONS, takings
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_promocode, a_session, an_item

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)


@pytest.fixture
def cinema() -> Cinema:
    """Today: two orders for one screening, one of them with a promo code and a snack."""
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + timedelta(hours=1))
    a_paid_order(session, seats=2)
    a_paid_order(session, promocode=a_promocode(discount_percent=10), snacks=[(an_item(cinema), 1)])
    return cinema


def period(cinema: Cinema) -> Period:
    return Period([cinema], TODAY - timedelta(days=6), TODAY, NOON + timedelta(hours=4))


@pytest.mark.parametrize("by", DIMENSIONS)
def test_the_rows_add_up_to_the_same_total_whatever_they_are(cinema, by):
    table = takings(period(cinema), by)

    assert sum(row["admissions"] for row in table.rows) == table.totals["admissions"] == 3
    assert sum(row["box_office"] for row in table.rows) == table.totals["box_office"] == 1015


def test_rows_are_named_in_words(cinema):
    names = {by: [str(row["group"]) for row in takings(period(cinema), by).rows] for by in DIMENSIONS}

    assert names["cinema"] == [str(cinema)]
    assert names["day"] == ["2026-11-05"]
    assert names["week"] == ["2026-11-05"]  # the week begins on Thursday
    assert names["month"] == ["2026-11-01"]
    assert len(names["promocode"]) == 2
