"""Asks for a PIN on a device, and tells its owner when somebody may be guessing it."""

from datetime import datetime

from django.db import transaction

from accounts.errors import PinWrong
from accounts.models import Device, Pin, User
from accounts.services.pins import verify_pin
from notifications.models import MessageKind
from notifications.services import Message, queue


def prove(device: Device, *, person: str, pin: str, at: datetime) -> User:
    """The person whose PIN this is, as `verify_pin`. Each `Pin.TOLD_EACH` wrong ones are told to the owner by e-mail,
    with the name of the device. Raises as `verify_pin`. Owns its transaction.
    """
    try:
        return verify_pin(device, person=person, pin=pin, at=at)
    except PinWrong as wrong:
        if wrong.pin is not None and wrong.pin.wrong % Pin.TOLD_EACH == 0:
            _tell_owner(wrong.pin, device, at=at)
        raise


def _tell_owner(pin: Pin, device: Device, *, at: datetime) -> None:
    message = Message(
        kind=MessageKind.STAFF_ACCOUNT,
        recipient=pin.user.email,
        occasion=f"PIN {at.isoformat()}",
        language=pin.user.preferred_language,
        context={"change": "PIN", "by": device.name},
    )
    with transaction.atomic():
        queue([message], at=at)
