"""Forms of what happens to sold sessions in the admin."""

from decimal import Decimal

import pytest

from backoffice.incidents.move_forms import PriceForm
from tests.helpers.factories import NOON, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "price", "may"), [
    ("floor_manager", "175", True), ("floor_manager", "174.99", False), ("cinema_manager", "0", True),
])  # fmt: skip
def test_a_floor_manager_halves_a_price_at_most(role: str, price: str, may: bool) -> None:
    session = a_session()
    assert session.ticket_price == Decimal(350)
    person = someone(role, session.hall.cinema)

    form = PriceForm({"price": price, "reason": "The bulb is weak"}, rows=[session], at=NOON, actor=person)

    assert ("price" not in form.errors) is may
