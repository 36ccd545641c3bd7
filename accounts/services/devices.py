"""Devices of the box office: a manager enrols one with a code that works once, and revokes it.

code_of(device)  # "K7QM-2DXR", shown on the device's page in the admin for half an hour
"""

import base64
import secrets
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import DeviceCodeWrong, DeviceRevoked
from accounts.models import Device
from accounts.services import rate_limits

SALT = "accounts.devices.code"
CODE_LENGTH = 8  # 40 bits, for half an hour, with few attempts


def code_of(device: Device) -> str:
    """The code that enrols this device. It follows from the server's key, so that it is stored nowhere. Reads only."""
    code = _code(device)
    return f"{code[:4]}-{code[4:]}"


def offer_enrolment(device: Device, *, at: datetime) -> None:
    """Let the device be enrolled from now on, for `DEVICE_CODE`. Owns its transaction."""
    device.enrol_until = at + settings.DEVICE_CODE
    device.save(update_fields=["enrol_until"])


def enrol(code: str, *, address: str | None, at: datetime) -> tuple[Device, str]:
    """Enrol the browser that this code was typed in, once; returns the device and the token for its cookie.

    Raises `DeviceCodeWrong`, or `RateLimited` when too many were tried. Owns its transaction.
    """
    rate_limits.check("device", address=address, at=at)
    typed = "".join(code.upper().split()).replace("-", "")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        waiting = Device.objects.select_for_update(of=("self",)).filter(enrol_until__gt=at, revoked_at=None)
        found = [each for each in waiting.order_by("pk") if constant_time_compare(_code(each).encode(), typed.encode())]
        for device in found[:1]:
            device.digest, device.enrolled_at, device.enrol_until = _digest(token), at, None
            device.save(update_fields=["digest", "enrolled_at", "enrol_until"])
    if not found:  # after the transaction, which keeps the count of wrong codes
        rate_limits.hit("device", address=address, at=at)
        raise DeviceCodeWrong
    return found[0], token


def device_of(token: str | None) -> Device | None:
    """The enrolled device of this token, with its cinema and halls; None once it is revoked. One query. Reads only."""
    if not token:
        return None
    own = Device.objects.select_related("cinema").filter(digest=_digest(token), revoked_at=None)
    rows = list(own.annotate(hall=F("halls__pk")).order_by())  # the device once for each of its halls
    if not rows:
        return None
    rows[0].hall_keys = frozenset(row.hall for row in rows if row.hall is not None)
    return rows[0]


def revoke(device: Device, *, at: datetime) -> None:
    """Shut the device out at once, whoever is working on it. Raises `DeviceRevoked`. Owns its transaction."""
    if not Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=at, enrol_until=None):
        raise DeviceRevoked(device)


def _code(device: Device) -> str:
    assert device.enrol_until
    until = int(device.enrol_until.timestamp())
    digest = salted_hmac(SALT, f"{device.pk} {until}", algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:CODE_LENGTH]


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
