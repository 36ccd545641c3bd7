"""Whoever may be guessing a PIN at a device is reported to its owner."""

import pytest

from accounts.errors import PinWrong
from accounts.models import Pin
from accounts.services.pins import set_pin
from boxoffice.services.pins import prove
from notifications.models import Notification
from tests.helpers.box_office import PIN, a_device
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_the_owner_is_told_of_each_ten_wrong_ones() -> None:
    device = a_device(a_cinema(), name="Till 2")
    manager = someone("floor_manager", device.cinema)
    set_pin(manager, pin=PIN, at=NOON)
    Pin.objects.update(wrong=Pin.TOLD_EACH - 2)

    for wrong in (9, 10, 11):
        with pytest.raises(PinWrong):
            prove(device, person=str(manager.pk), pin="9999", at=NOON)
        assert Notification.objects.count() == (wrong >= 10)
    assert prove(device, person=str(manager.pk), pin=PIN, at=NOON) == manager

    told = Notification.objects.get()
    assert told.recipient == manager.email
    assert told.context == {"change": "PIN", "by": "Till 2"}
