"""Orders for the tests of these pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import Order
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, a_customer, a_paid_order, an_item
from tests.helpers.order_rows import an_overdue_order, upcoming_session


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def late(cinema: Cinema) -> Order:
    return an_overdue_order(cinema)


@pytest.fixture
def sold(cinema: Cinema) -> Order:
    """Two tickets at 350.00 and two snacks at 120.00, with 94 points spent."""
    return a_paid_order(
        upcoming_session(cinema),
        seats=2,
        snacks=[(an_item(cinema), 2)],
        customer=a_customer(points=100),
        points=94,
        at=timezone.now() - timedelta(hours=1),
    )
