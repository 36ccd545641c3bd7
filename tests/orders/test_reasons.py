"""Reasons of the system are codes, those of people are words."""

import pytest

from orders.models import OrderEvent
from orders.reasons import Reason, written
from orders.services import cancel, refund
from tests.helpers.factories import NOON, a_paid_order, an_order


def test_what_somebody_wrote_is_not_taken_for_a_code_of_the_system() -> None:
    assert written("BY_CUSTOMER") == "BY_CUSTOMER."
    assert written(Reason.BY_CUSTOMER) == Reason.BY_CUSTOMER
    assert written("FIRE") == "FIRE"


@pytest.mark.django_db
def test_refunds_and_cancellations_keep_the_codes_apart() -> None:
    cancel(an_order(at=NOON), reason="EXPIRED", at=NOON)
    done = refund(a_paid_order(at=NOON), reason="BY_CUSTOMER", at=NOON)

    assert done.reason not in Reason.values
    assert OrderEvent.objects.get(to_status="CANCELLED").reason not in Reason.values
