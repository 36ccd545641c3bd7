"""What others call to tell somebody something.

The context of each kind is plain data: strings, whole numbers, lists. Instants are ISO 8601 strings with the
offset of the cinema ("2026-11-23T19:00:00+03:00") and are shown as they stand; money is a decimal string ("350.00").

| kind                  | context                                                                             |
|-----------------------|-------------------------------------------------------------------------------------|
| ORDER_PAID            | the order, amount, pickup_code ("" without snacks), codes: list of [name, code] that |
|                       | go along as QR codes                                                                |
| ORDER_LINK            | the order                                                                           |
| SIGN_IN               | link, minutes (how long it works)                                                   |
| ORDER_OVERDUE         | the order, amount, cancelled_at (instant)                                           |
| ORDER_CANCELLED       | the order                                                                           |
| SESSION_CANCELLED     | the order with the cancelled screenings alone, amount, points                       |
| ORDER_REFUNDED        | the order with what was refunded alone, amount, points                              |
| LATE_PAYMENT_REFUNDED | the order, amount                                                                   |
| TICKET_REMINDER       | number, film, starts (instant), cinema, address, hall, seats: list of [row, number], |
|                       | link                                                                                |
| POINTS_EXPIRING       | points, expires (instant), link (to the shop)                                       |
| LOW_STOCK             | cinema, item, stock, threshold, suggested                                           |

The order is number, link (to its page), cinema, address ("" where there is none), showings: list of {film, starts
(instant), hall, seats: list of [row, number]}, and snacks: list of [name, quantity].
`amount` may be "0.00" and `points` 0: nothing is said of what does not come back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications.models import MessageKind, Notification

# The same table for the machine.
ORDER = frozenset({"number", "link", "cinema", "address", "showings", "snacks"})
FACTS: Mapping[MessageKind, frozenset[str]] = {
    MessageKind.ORDER_PAID: ORDER | {"amount", "pickup_code", "codes"},
    MessageKind.ORDER_LINK: ORDER,
    MessageKind.SIGN_IN: frozenset({"link", "minutes"}),
    MessageKind.ORDER_OVERDUE: ORDER | {"amount", "cancelled_at"},
    MessageKind.ORDER_CANCELLED: ORDER,
    MessageKind.SESSION_CANCELLED: ORDER | {"amount", "points"},
    MessageKind.ORDER_REFUNDED: ORDER | {"amount", "points"},
    MessageKind.LATE_PAYMENT_REFUNDED: ORDER | {"amount"},
    MessageKind.TICKET_REMINDER: frozenset({"number", "film", "starts", "cinema", "address", "hall", "seats", "link"}),
    MessageKind.POINTS_EXPIRING: frozenset({"points", "expires", "link"}),
    MessageKind.LOW_STOCK: frozenset({"cinema", "item", "stock", "threshold", "suggested"}),
}


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell one recipient, an e-mail address or a phone number, about one occasion.

    A context that lacks a fact is a ValueError: a letter with a gap in it would go out unnoticed.
    """

    kind: MessageKind
    recipient: str
    occasion: str
    language: str
    context: Mapping[str, Any] = field(default_factory=dict)
    not_after: datetime | None = None

    def __post_init__(self) -> None:
        if missing := FACTS[self.kind] - self.context.keys():
            raise ValueError(f"{self.kind}: the context lacks {', '.join(sorted(missing))}")


def queue(messages: Iterable[Message], *, at: datetime) -> None:
    """Write the messages into the outbox: they are sent if, and only if, the caller's transaction commits.

    A message whose kind, recipient and occasion are known is not written again. One without a recipient is dropped: a
    guest at the till leaves no address. One query for a batch on PostgreSQL, none when there is nothing to tell. Must
    be called inside a transaction (the rows that the messages are about are locked).
    """
    Notification.objects.bulk_create(
        [
            Notification(
                kind=message.kind,
                recipient=message.recipient.strip(),
                occasion=message.occasion,
                language=message.language,
                context=message.context,
                not_after=message.not_after,
                created_at=at,
                next_attempt_at=at,
            )
            for message in messages
            if message.recipient and message.recipient.strip()
        ],
        ignore_conflicts=True,
    )
