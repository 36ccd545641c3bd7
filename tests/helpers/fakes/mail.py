"""E-mail backends and an SMS sender that fail in known ways, and notifications to send."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, ClassVar

from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from notifications.models import MessageKind, Notification, Status
from notifications.services import Message, queue

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

AT_SEVEN = {"starts": "2026-11-23T19:00:00+03:00", "hall": "IMAX"}
#: What every message about an order says of it.
AN_ORDER: dict[str, Any] = {
    "number": "A-1",
    "link": "https://cinema.example/o/secret",
    "cinema": "Horizon",
    "address": "Paris, Rivoli 1",
    "showings": [
        {"film": "Stalker", "rating": "12+", **AT_SEVEN, "seats": [[5, 7], [5, 8]]},
    ],
    "snacks": [["Popcorn", 2]],
}

CONTEXTS: dict[MessageKind, dict[str, Any]] = {
    MessageKind.ORDER_PAID: AN_ORDER
    | {
        "amount": "1350.00",
        "pickup_code": "7",
        "gift_cards": [["2345", "350.00"]],
        "codes": [["A-1-5-7", "T1-MFRGGZDFMZTWQ2LKNNWG23TPOBYX"], ["A-1-5-8", "T2-NBSWY3DPEB3W64TMMQQQAAAAAAAA"]],
    },
    MessageKind.ORDER_LINK: AN_ORDER,
    MessageKind.SIGN_IN: {"link": "https://cinema.example/o/secret", "minutes": 20},
    MessageKind.STAFF_PASSWORD: {"link": "https://cinema.example/o/secret", "hours": 72, "by": "Horizon"},
    MessageKind.NEWS_CONFIRMATION: {"link": "https://cinema.example/o/secret", "wording": "Horizon", "site": "Horizon"},
    MessageKind.TELEGRAM_LINKED: {},
    MessageKind.GIFT_CARD: {"amount": "1350.00", "gift_code": "2345 6789 2345 6789", "cinemas": ["Horizon"]},
    MessageKind.STAFF_ACCOUNT: {"change": "SECOND_FACTOR", "by": "Horizon"},
    MessageKind.ORDER_OVERDUE: AN_ORDER | {"amount": "1350.00", "cancelled_at": "2026-11-25T09:30:00+03:00"},
    MessageKind.ORDER_CANCELLED: AN_ORDER,
    MessageKind.SESSION_CANCELLED: AN_ORDER
    | {
        "showings": [
            {"film": "Stalker", "rating": "12+", **AT_SEVEN, "seats": [[5, 7]]},
            {"film": "Mirror", "starts": "2026-11-24T00:10:00+03:00", "hall": "IMAX", "seats": [[5, 7]]},
        ],
        "snacks": [],
        "amount": "700.00",
        "way": "stripe",
        "before": "0.00",
        "points": 2,
        "disputed": False,
        "waits": False,
    },
    MessageKind.VOUCHER: {
        "number": "A-1",
        "link": "https://cinema.example/o/secret",
        "cinema": "Horizon",
        "address": "Paris, Rivoli 1",
        "amount": "1350.00",
        "voucher_code": "234567892345",
        "valid_until": "2027-05-23T19:00:00+03:00",
        "points": 2,
    },
    MessageKind.SESSION_TIME_CHANGED: AN_ORDER,
    MessageKind.SESSION_CHANGED: AN_ORDER
    | {
        "snacks": [],
        "change": "MOVED",
        "was": [{"film": "Stalker", "starts": "2026-11-23T18:00:00+03:00", "hall": "IMAX", "seats": [[2, 3]]}],
        "versions": [["IMAX", "ru", ""], ["IMAX", "en", "ru"]],
        "refund_until": "2026-11-23T19:00:00+03:00",
        "choice": "https://cinema.example/o/choice",
        "amount": "0.00",
        "way": "",
        "before": "0.00",
        "points": 0,
    },
    MessageKind.ADDRESS_CHANGED: {
        "number": "A-1",
        "cinema": "Horizon",
        "address": "Paris, Rivoli 1",
        "by_staff": False,
    },
    MessageKind.ORDER_REFUNDED: AN_ORDER | {"amount": "350.00", "way": "stripe", "before": "0.00", "points": 1},
    MessageKind.SNACKS_REPLACED: AN_ORDER | {"showings": [], "ordered": [["Popcorn", 2]]},
    MessageKind.LATE_PAYMENT_REFUNDED: AN_ORDER | {"amount": "350.00"},
    MessageKind.TICKET_REMINDER: {
        "number": "A-1",
        "film": "Tom & Jerry",
        "rating": "6+",
        "starts": "2026-11-23T19:00:00+03:00",
        "cinema": "Horizon",
        "address": "Paris, Rivoli 1",
        "hall": "IMAX",
        "seats": [[5, 7], [5, 8]],
        "link": "https://cinema.example/o/secret",
    },
    MessageKind.POINTS_EXPIRING: {
        "points": 5,
        "expires": "2026-12-23T23:30:00+03:00",
        "link": "https://cinema.example",
    },
    MessageKind.TIER_ENDING: {
        "tier": "Horizon",
        "spent": "8000.00",
        "threshold": "10000.00",
        "missing": "2000.00",
        "ends": "2026-11-30T23:59:59+03:00",
        "link": "https://cinema.example",
    },
    MessageKind.LOW_STOCK: {"cinema": "Horizon", "item": "Popcorn", "stock": 3, "threshold": 10, "suggested": 47},
    MessageKind.CASH_FOUND: {
        "cinema": "Horizon",
        "handed_in_at": "2026-11-23T19:00:00+03:00",
        "amount": "9000.00",
        "found": "8000.00",
        "by": "Anna Bell",
    },
    MessageKind.REFUNDS_TO_APPROVE: {
        "cinema": "Horizon",
        "film": "Tom & Jerry",
        "starts": "2026-11-23T19:00:00+03:00",
        "amount": "61000.00",
        "asked_by": "Anna Bell",
        "reason": "Projector",
        "page": "https://cinema.example/admin/accounts/approval/7/change/",
    },
    MessageKind.SCHEDULED_REPORT: {
        "title": "Horizon",
        "about": "Horizon, 23.11.2026",
        "figures": [["Horizon", "61000.00"]],
        "page": "https://cinema.example/admin/reports/businessday/files/7/",
        "attachment": None,
        "size": "7.5",
    },
    MessageKind.FILM_ON_SALE: {
        "film": "Tom & Jerry",
        "rating": "6+",
        "starts": "2026-11-23T19:00:00+03:00",
        "cinema": "Horizon",
        "link": "https://cinema.example",
    },
    MessageKind.SEATS_HELD: {
        "film": "Tom & Jerry",
        "rating": "6+",
        "starts": "2026-11-23T19:00:00+03:00",
        "cinema": "Horizon",
        "hall": "IMAX",
        "seats": [[5, 7], [5, 8]],
        "until": "2026-11-23T14:15:00+03:00",
        "link": "https://cinema.example/o/secret",
    },
    MessageKind.FILM_HIRE_STATEMENT: {
        "distributor": "Mirror",
        "about": "Horizon, 23.11.2026",
        "base": "61000.00",
        "hire": "30500.00",
        "version": 2,
        "attachment": None,
    },
    MessageKind.PHONE_CODE: {"phone_code": "123456"},
    MessageKind.SMS_CHOSEN: {"phone": "+79261234567"},
    MessageKind.FILM_GROSS: {
        "distributor": "Mirror",
        "about": "Horizon, 23.11.2026",
        "admissions": 61,
        "box_office": "61000.00",
        "attachment": None,
    },
}


def message(kind: MessageKind = MessageKind.ORDER_CANCELLED, **given: Any) -> Message:
    given = {
        "recipient": "guest@example.com",
        "occasion": "A-1",
        "language": "en",
        "context": CONTEXTS[kind],
    } | given
    return Message(kind=kind, **given)


def queued(count: int = 1, **given: Any) -> list[Notification]:
    """Queue that many messages as of `NOW`, each to another recipient."""
    queue([message(**{"recipient": f"guest{number}@example.com"} | given) for number in range(count)], at=NOW)
    return list(Notification.objects.order_by("pk"))


def statuses() -> list[Status]:
    return [Status(status) for status in Notification.objects.order_by("pk").values_list("status", flat=True)]


class RefusesSome(EmailBackend):
    """Refuses recipients whose address contains "bad"."""

    def send_messages(self, messages: Any) -> int:
        for one in messages:
            if "bad" in one.to[0]:
                raise SMTPRecipientsRefused({one.to[0]: (550, b"no such user: " + one.to[0].encode())})
        return super().send_messages(messages)


class BusyForSome(EmailBackend):
    """Cannot take letters to recipients whose address contains "bad" for the time being."""

    def send_messages(self, messages: Any) -> int:
        for one in messages:
            if "bad" in one.to[0]:
                raise SMTPRecipientsRefused({one.to[0]: (450, b"try again later")})
        return super().send_messages(messages)


class Unreachable(EmailBackend):
    knocks: ClassVar[int] = 0

    def open(self) -> None:
        type(self).knocks += 1
        raise ConnectionRefusedError(111, "mail.secret.example refused")


class Drops(EmailBackend):
    """Accepts the connection, and closes it in the middle of every message."""

    tries: ClassVar[int] = 0

    def send_messages(self, messages: Any) -> int:
        type(self).tries += 1
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class Told(BaseException):
    """Stands for the signal that stops a process."""


class StopsAfterOne(EmailBackend):
    sent: ClassVar[int] = 0

    def send_messages(self, messages: Any) -> int:
        if type(self).sent:
            raise Told
        type(self).sent += 1
        return super().send_messages(messages)


class NotesTransactions(EmailBackend):
    seen: ClassVar[list[bool]] = []

    def send_messages(self, messages: Any) -> int:
        self.seen.append(connection.in_atomic_block)
        return super().send_messages(messages)


class CountsConnections(EmailBackend):
    opened: ClassVar[int] = 0

    def open(self) -> None:
        type(self).opened += 1


class BrokenGateway:
    """An SMS sender that never gets an answer."""

    def send(self, *, phone: str, text: str, message_id: str) -> None:
        raise TimeoutError(f"no answer about {phone}")

    def close(self) -> None:
        pass
