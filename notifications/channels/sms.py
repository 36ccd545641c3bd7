import sys
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from notifications import rendering
from notifications.models import Notification


class SmsBackend(Protocol):
    """The interface of SMS providers. `SMS_BACKEND` names the class; it is created without arguments for each batch."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        """Send one message or raise. Pass on `message_id`, the same at every attempt, to prevent duplicates."""

    def close(self) -> None:
        """Close the connection, if there is one."""


class NoSmsProvider(Exception):
    """`SMS_BACKEND` is not set: messages to phone numbers cannot be sent."""


class ConsoleBackend:
    """For development only: prints the text, with its secret link, and the last two digits of the number."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        sys.stdout.write(f"SMS to …{phone[-2:]}: {text}\n")

    def close(self) -> None:
        sys.stdout.flush()


class MemoryBackend:
    """For tests: collects messages in `outbox` as (phone, text, message_id)."""

    outbox: ClassVar[list[tuple[str, str, str]]] = []

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        self.outbox.append((phone, text, message_id))

    def close(self) -> None:
        pass


class SmsChannel:
    def __init__(self) -> None:
        if not settings.SMS_BACKEND:
            raise NoSmsProvider
        self._backend = cast(SmsBackend, import_string(settings.SMS_BACKEND)())

    def send(self, notification: Notification) -> None:
        self._backend.send(
            phone=notification.recipient,
            text=rendering.render_text(notification),
            message_id=notification.message_id.strip("<>"),
        )

    def close(self) -> None:
        self._backend.close()
