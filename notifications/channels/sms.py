"""SMS: the interface of providers, what they may answer, and how many parts a text has."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar, Protocol, TypeGuard

from django.conf import settings
from django.utils.module_loading import import_string

from notifications import rendering
from notifications.models import Channel, Notification, SmsDelivery

Status = SmsDelivery.Status

#: The alphabet of GSM 03.38. What is in the second line takes two places.
GSM = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿")
GSM |= frozenset("abcdefghijklmnopqrstuvwxyzäöñüà")
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class SmsReport:
    """What a provider says about an SMS. What it does not say yet is None or empty."""

    status: SmsDelivery.Status = Status.SENT
    external_id: str = ""
    parts: int | None = None
    cost: Decimal | None = None
    currency: str = ""


class SmsBackend(Protocol):
    """The interface of SMS providers. `SMS_BACKEND` names the class; it is created without arguments for each batch."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        """Send one message or raise. Pass on `message_id`, the same at every attempt, to prevent duplicates."""

    def close(self) -> None:
        """Close the connection, if there is one."""


class NumberedSmsBackend(Protocol):
    """A provider that tells what an SMS costs and whether it arrived."""

    def send_numbered(self, *, number: int, phone: str, text: str) -> SmsReport:
        """Send one message under our number, or raise `SmsRefused` or `SmsNotTaken` if it was certainly not sent.

        Any other error means that this is not known.
        """

    def find(self, *, number: int, phone: str) -> SmsReport | None:
        """The SMS with our number, if the provider has it; None if it has not, or cannot say. Raises if not known."""

    def reports(self, asked: Mapping[str, str]) -> Mapping[str, SmsReport]:
        """What the provider says of these SMS, given as external_id: phone. What it does not know is left out."""

    def close(self) -> None:
        """Close the connection, if there is one."""


class NoSmsProvider(Exception):
    """`SMS_BACKEND` is not set: messages to phone numbers cannot be sent."""


class SmsRefused(Exception):
    """The provider refused this SMS for good, such as for a wrong number: it was not sent. `code` is its own."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SmsNotTaken(SmsRefused):
    """The provider did not take the SMS for now, such as for lack of money: it was not sent, and is tried again."""


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


def sms_backend() -> Any:
    """The `SmsBackend` or `NumberedSmsBackend` of the settings. Raises `NoSmsProvider`."""
    if not settings.SMS_BACKEND:
        raise NoSmsProvider
    return import_string(settings.SMS_BACKEND)()


def can_tell(backend: Any) -> TypeGuard[NumberedSmsBackend]:
    return hasattr(backend, "send_numbered")


def parts(text: str) -> int:
    """How many SMS the text is charged as: 160 Latin characters or 70 others; 153 or 67 of each when joined."""
    if all(each in GSM or each in GSM_EXTENSION for each in text):
        length, whole, joined = sum(1 + (each in GSM_EXTENSION) for each in text), 160, 153
    else:
        length, whole, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= whole else -(-length // joined)


class SmsChannel:
    """Sends a message's SMS under the number of its row in `rows`, and keeps what the provider says in `answers`.

    Both are by the key of the message. Without an answer it is not known whether the SMS was sent.
    """

    name = Channel.SMS

    def __init__(self, rows: Mapping[int, SmsDelivery]) -> None:
        self._backend, self._rows = sms_backend(), rows
        self.answers: dict[int, SmsReport] = {}

    def send(self, notification: Notification) -> None:
        text = rendering.render_text(notification)
        try:
            report = self._send(notification, text)
        except SmsRefused:
            self.answers[notification.pk] = SmsReport(Status.REFUSED, parts=parts(text), cost=Decimal(0))
            raise
        self.answers[notification.pk] = replace(report, parts=report.parts or parts(text))

    def close(self) -> None:
        self._backend.close()

    def _send(self, notification: Notification, text: str) -> SmsReport:
        backend, phone, row = self._backend, notification.phone, self._rows[notification.pk]
        if not can_tell(backend):
            backend.send(phone=phone, text=text, message_id=notification.message_id.strip("<>"))
            return SmsReport()
        # An answer may have been lost: what the provider has already is not sent again.
        found = backend.find(number=row.pk, phone=phone) if row.attempts else None
        return found or backend.send_numbered(number=row.pk, phone=phone, text=text)
