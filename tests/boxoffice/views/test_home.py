"""The lock screen, and the first page behind it."""

import pytest

from accounts.models import Pin
from accounts.services.pins import set_pin
from cinema import clock
from tests.helpers.box_office import PIN, a_device, enrolled
from tests.helpers.factories import a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("wrong", "told"), [(2, False), (3, True)])
def test_whoever_gives_the_right_pin_is_told_of_wrong_ones_before_it(wrong: int, told: bool) -> None:
    device = a_device(a_cinema())
    person = someone("cashier", device.cinema)
    set_pin(person, pin=PIN, at=clock.now())
    Pin.objects.update(wrong_in_a_row=wrong)

    page = enrolled(device).post("/boxoffice/lock/", {"person": person.pk, "pin": PIN}, follow=True)

    assert ("typed wrongly" in page.text) is told
