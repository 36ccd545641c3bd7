import re

import pytest

from accounts.models import Device
from tests.helpers.box_office import a_device
from tests.helpers.factories import a_cinema, a_hall
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/device/"


def test_a_manager_adds_a_device_and_is_shown_its_code() -> None:
    hall = a_hall()
    manager = browser(someone("floor_manager", hall.cinema))

    page = manager.post(f"{LIST}add/", {"name": "Дверь Б", "cinema": hall.cinema_id, "halls": [hall.pk]}, follow=True)

    assert re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4} – ", page.text)
    assert list(Device.objects.get().halls.all()) == [hall]


def test_halls_of_another_cinema_are_refused() -> None:
    cinema, other = a_cinema(), a_hall()
    manager = browser(someone("owner", all_cinemas=True))

    manager.post(f"{LIST}add/", {"name": "Door B", "cinema": cinema.pk, "halls": [other.pk]})

    assert not Device.objects.exists()


def test_a_device_of_another_cinema_is_not_found() -> None:
    device = a_device(a_cinema())
    manager = browser(someone("cinema_manager", a_cinema()))

    assert manager.get(f"{LIST}{device.pk}/change/").status_code == 404
    assert manager.post(f"{LIST}{device.pk}/revoke/").status_code == 404
    assert Device.objects.get().revoked_at is None
