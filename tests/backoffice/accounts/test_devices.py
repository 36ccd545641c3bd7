import re

import pytest

from accounts.models import Device
from tests.helpers.box_office import a_device
from tests.helpers.cash import a_drawer
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


def test_only_a_drawer_of_the_cinema_is_shared_on_a_device() -> None:
    device, foreign = a_device(a_cinema()), a_drawer()
    own = a_drawer(device.cinema)
    manager = browser(someone("floor_manager", device.cinema))
    page = f"{LIST}{device.pk}/change/"

    refused = manager.post(page, {"name": device.name, "shared_drawer": foreign.pk})
    manager.post(page, {"name": device.name, "shared_drawer": own.pk})

    assert refused.status_code == 200
    assert f">{own}<" in manager.get(page).text
    assert f">{foreign}<" not in manager.get(page).text
    device.refresh_from_db()
    assert device.shared_drawer == own


def test_a_device_of_another_cinema_is_not_found() -> None:
    device = a_device(a_cinema())
    manager = browser(someone("cinema_manager", a_cinema()))

    assert manager.get(f"{LIST}{device.pk}/change/").status_code == 404
    assert manager.post(f"{LIST}{device.pk}/revoke/").status_code == 404
    assert Device.objects.get().revoked_at is None
