"""Forms of what happens to sold sessions in the admin."""

import pytest

from backoffice.incidents.move_forms import PriceForm
from tests.helpers.factories import NOON, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "bound"), [("floor_manager", "175"), ("cinema_manager", "")])
def test_the_form_says_how_far_down_a_person_may_go(role: str, bound: str) -> None:
    session = a_session()
    person = someone(role, session.hall.cinema)

    form = PriceForm(rows=[session], at=NOON, actor=person)

    assert bound in form.fields["price"].help_text
    assert bool(form.fields["price"].help_text) is bool(bound)
