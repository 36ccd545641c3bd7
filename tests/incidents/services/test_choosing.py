"""What a guest decides after a change."""

from datetime import timedelta

import pytest

from customers.services import correct_address
from incidents.models import ConcernedOrder
from incidents.services import record_delay, return_tickets
from orders.services.refunds.by_customer import RefundedAtCinema
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_cash_of_a_guest_whose_address_staff_entered_is_refunded_at_the_cinema_only():
    session = a_session(start=NOON)
    order = a_paid_order(session, at=NOON - timedelta(hours=1))
    manager = someone("floor_manager", order.cinema)
    record_delay(session, minutes=60, reason="Projector", at=NOON, actor=manager)
    correct_address(order, email="mine@example.org", reason="Typed wrong", at=NOON, actor=manager)

    with raises_unchanged(RefundedAtCinema):
        return_tickets(ConcernedOrder.objects.get(), at=NOON)
