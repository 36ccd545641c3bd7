from datetime import timedelta
from decimal import Decimal

import pytest

from orders.services import refund
from reports.catalogue.screening import screening_figures
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db


def test_a_screening_has_the_figures_of_its_tickets_and_of_the_bar_items_bought_with_them():
    cinema = a_cinema()
    hall, item = a_hall(cinema), an_item(cinema)
    session = a_session(hall, start=NOON + timedelta(hours=1))
    at_the_same_time = a_session(a_hall(cinema), start=NOON + timedelta(hours=1))
    a_paid_order(session, seats=3, snacks=[(item, 1)])
    a_paid_order(at_the_same_time, snacks=[(item, 5)])
    refund(a_paid_order(session, snacks=[(item, 1)]), reason="Ill", at=NOON)

    [row] = screening_figures(session, NOON + timedelta(minutes=1), seats=20).rows

    assert {key: row[key] for key in ("admissions", "occupancy", "box_office", "bar_takings", "spend_per_head")} == {
        "admissions": 3, "occupancy": Decimal("15.0"), "box_office": 1050, "bar_takings": 120, "spend_per_head": 40,
    }  # fmt: skip
