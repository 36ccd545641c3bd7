from datetime import timedelta

import pytest

from accounts.errors import DeviceCodeWrong, RateLimited
from accounts.models import Device
from accounts.services.devices import code_of, device_of, enrol, offer_enrolment, revoke
from tests.helpers.box_office import a_device, token_of
from tests.helpers.factories import NOON, a_cinema

pytestmark = pytest.mark.django_db


@pytest.fixture
def device() -> Device:
    device = a_device(a_cinema())
    offer_enrolment(device, at=NOON)
    return device


def test_a_code_enrols_once_and_its_token_is_stored_as_a_hash(device: Device) -> None:
    code = code_of(device)

    found, token = enrol(code.lower().replace("-", " "), address=None, at=NOON)

    assert found == device
    assert device_of(token) == device
    assert token not in str(Device.objects.values().get())
    with pytest.raises(DeviceCodeWrong):
        enrol(code, address=None, at=NOON)


def test_a_code_works_for_half_an_hour_and_not_after_the_device_was_revoked(device: Device) -> None:
    code = code_of(device)

    with pytest.raises(DeviceCodeWrong):
        enrol(code, address=None, at=NOON + timedelta(minutes=30))
    revoke(device, at=NOON)
    with pytest.raises(DeviceCodeWrong):
        enrol(code, address=None, at=NOON)


def test_a_revoked_device_is_none(device: Device) -> None:
    token = token_of(device)

    revoke(device, at=NOON)

    assert device_of(token) is None
    assert device_of("") is None


def test_wrong_codes_are_counted_by_address(device: Device) -> None:
    for _attempt in range(20):
        with pytest.raises(DeviceCodeWrong):
            enrol("ÄÖÜ-2345", address="10.0.0.1", at=NOON)

    with pytest.raises(RateLimited):
        enrol(code_of(device), address="10.0.0.1", at=NOON)
    enrol(code_of(device), address="10.0.0.2", at=NOON)
