"""What the shop says of a price that follows demand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from storefront.services.price_note import PriceNote, price_note
from tests.helpers.factories import NOON, a_session
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BOUNDS = (Decimal("280.00"), Decimal("455.00"))


def test_the_list_price_has_no_note():
    assert price_note(a_session()) is None


def test_a_price_that_rose_is_shown_with_its_bounds():
    session = a_session()
    a_price_quote(session, "380.00", at=NOON)

    assert price_note(session) == PriceNote(Decimal("380.00"), *BOUNDS)


def test_a_drop_is_shown_with_the_lowest_price_of_the_thirty_days_before():
    session = a_session()
    for days, price in [(40, "290.00"), (35, "370.00"), (20, "360.00"), (10, "400.00"), (0, "340.00")]:
        a_price_quote(session, price, at=NOON - days * DAY)

    found = price_note(session)

    assert found == PriceNote(Decimal("340.00"), *BOUNDS, before=Decimal("400.00"), lowest=Decimal("360.00"))
