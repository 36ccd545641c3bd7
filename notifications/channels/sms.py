import sys
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from notifications import rendering
from notifications.models import Notification


class SmsBackend(Protocol):
    """A gateway for text messages. `SMS_BACKEND` names its class, which is made without arguments once a batch."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        """Hand over one message or raise. `message_id` is the same at every attempt: pass it on, against doubles."""

    def close(self) -> None:
        """Let go of the connection, if there is one."""


class ConsoleBackend:
    """For development: shows the text, and of the number its last two digits, since what is printed ends up in logs."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        sys.stdout.write(f"SMS to …{phone[-2:]}: {text}\n")

    def close(self) -> None:
        sys.stdout.flush()


class MemoryBackend:
    """For tests: what was sent is in `outbox`, as (phone, text, message_id)."""

    outbox: ClassVar[list[tuple[str, str, str]]] = []

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        self.outbox.append((phone, text, message_id))

    def close(self) -> None:
        pass


class SmsChannel:
    def __init__(self) -> None:
        self._backend = cast(SmsBackend, import_string(settings.SMS_BACKEND)())

    def send(self, notification: Notification) -> None:
        self._backend.send(
            phone=notification.recipient,
            text=rendering.render_text(notification),
            message_id=notification.message_id.strip("<>"),
        )

    def close(self) -> None:
        self._backend.close()
