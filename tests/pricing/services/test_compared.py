from decimal import Decimal

import pytest

from pricing.services.compared import Compared, compared_with_list_price
from tests.helpers.factories import NOON, a_paid_order, a_session, an_order
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db


def test_tickets_at_an_adaptive_price_are_compared_with_the_list_price_of_their_time():
    session = a_session()
    a_paid_order(session)
    a_price_quote(session, "380.00", at=NOON)
    a_paid_order(session, seats=2)
    an_order(session)

    assert compared_with_list_price(session.tickets.all()) == Compared(2, Decimal("760.00"), Decimal("700.00"))
