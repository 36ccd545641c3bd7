"""Puts messages into the outbox, from which a job sends them.

The context of each kind is JSON: strings, integers, lists. Instants are ISO 8601 strings with the cinema's UTC offset
("2026-11-23T19:00:00+03:00") and are shown in that local time; money is a decimal string ("350.00").

| kind                  | context                                                                             |
|-----------------------|-------------------------------------------------------------------------------------|
| ORDER_PAID            | the order, amount, pickup_code ("" without snacks), codes: list of [name, code],    |
|                       | attached as QR codes, gift_cards: list of [last four characters, what it paid]      |
| ORDER_LINK            | the order                                                                           |
| SIGN_IN               | link, minutes (how long it works)                                                   |
| STAFF_PASSWORD        | link, hours (how long it works), by (who sent it)                                   |
| STAFF_ACCOUNT         | change ("ADDRESS" or "SECOND_FACTOR"), by (who made it); or "PIN" (typed wrongly),  |
|                       | by (the name of the device)                                                         |
| ORDER_OVERDUE         | the order, amount, cancelled_at (instant)                                           |
| ORDER_CANCELLED       | the order                                                                           |
| SESSION_CANCELLED     | the order with only the cancelled screenings, the return, disputed (refunded once   |
|                       | the bank has decided a dispute), waits (refunded once a second person approves);    |
|                       | may have choose_until (instant): until then a voucher may be chosen instead         |
| VOUCHER               | number, link (to the order's page), cinema, address, amount, voucher_code,          |
|                       | valid_until (instant), points                                                       |
| SESSION_TIME_CHANGED  | the order with only the screenings whose start is another one now                   |
| SESSION_CHANGED       | the order with only the changed screenings as they are now (none if no seat was     |
|                       | left), versions (format, language and subtitles before and after; [] if they stay), |
|                       | change ("MOVED", "SWAPPED", "DELAYED" or "CORRECTED"), was (the screenings   |
|                       | as they were, a list as showings), refund_until (instant), choice (link to keep or  |
|                       | return the tickets), the return                                                     |
| ADDRESS_CHANGED       | number, cinema, address ("" if there is none), by_staff (or by whoever has the link) |
| NEWS_CONFIRMATION     | link, wording (what was agreed to), site (its name)                                 |
| TELEGRAM_LINKED       | nothing                                                                             |
| PHONE_CODE            | phone_code                                                                          |
| SMS_CHOSEN            | phone                                                                               |
| ORDER_REFUNDED        | the order with only the refunded items, the return                                  |
| SNACKS_REPLACED       | the order with only the snacks that are given instead, ordered (a list as         |
|                       | snacks: what ran out)                                                               |
| LATE_PAYMENT_REFUNDED | the order, amount                                                                   |
| TICKET_REMINDER       | number, film, rating, starts (instant), cinema, address, hall, seats: list of [row, |
|                       | number], link                                                                       |
| POINTS_EXPIRING       | points, expires (instant), link (to the shop)                                       |
| TIER_ENDING           | tier, spent, threshold, missing (amounts; "": nobody gets it now), ends (instant),  |
|                       | link (to the shop)                                                                  |
| LOW_STOCK             | cinema, item, stock, threshold, suggested                                           |
| REFUNDS_TO_APPROVE    | cinema, film, starts (instant), amount, asked_by, reason, page (of the request)     |
| CASH_FOUND            | cinema, handed_in_at (instant), amount (as entered), found (amount), by (who found) |
| SCHEDULED_REPORT      | title, about (cinemas and dates), figures: list of [name, text], page (of the file), |
|                       | attachment: None, or storage, name (in it), filename, content_type; size (in words) |
| GIFT_CARD             | amount, gift_code (as it is printed), cinemas: names of those that take it          |
| FILM_ON_SALE          | film, rating, starts (instant of the first screening), cinema, link (to the film's  |
|                       | page)                                                                               |
| SEATS_HELD            | film, rating, starts (instant), cinema, hall, seats: list of [row, number], until   |
|                       | (instant), link                                                                     |
| FILM_HIRE_STATEMENT   | distributor, about (cinema and dates), base, hire (in words), version, attachment   |
| FILM_GROSS            | distributor, about (cinema and date), admissions, box_office (in words), attachment |

"The order" means: number, link (to its page), cinema, address ("" if there is none), showings: list of {film, rating
("" if there is none), starts (instant), hall, seats: list of [row, number]}, and snacks: list of [name, quantity].
Of a cancelled or changed screening the context may have `others`: a list of {film, starts, cinema, link} to offer.
"The return" means: amount, way (the gateway by which it goes back: "cash" and "card_terminal" wait at the box office),
before (what the gateway had returned earlier), and points. What is "0.00" or 0 is not mentioned. If several payments
are paid back, the context may have `further`: a list of {amount, way}.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from notifications.models import MessageKind, Notification, Status

# The keys of that table, checked when a message is created.
ORDER_KEYS = frozenset({"number", "link", "cinema", "address", "showings", "snacks"})
RETURN_KEYS = frozenset({"amount", "way", "before", "points"})
CONTEXT_KEYS: Mapping[MessageKind, frozenset[str]] = {
    MessageKind.ORDER_PAID: ORDER_KEYS | {"amount", "pickup_code", "codes", "gift_cards"},
    MessageKind.ORDER_LINK: ORDER_KEYS,
    MessageKind.SIGN_IN: frozenset({"link", "minutes"}),
    MessageKind.STAFF_PASSWORD: frozenset({"link", "hours", "by"}),
    MessageKind.STAFF_ACCOUNT: frozenset({"change", "by"}),
    MessageKind.ORDER_OVERDUE: ORDER_KEYS | {"amount", "cancelled_at"},
    MessageKind.ORDER_CANCELLED: ORDER_KEYS,
    MessageKind.SESSION_CANCELLED: ORDER_KEYS | RETURN_KEYS | {"disputed", "waits"},
    MessageKind.VOUCHER: frozenset(
        {"number", "link", "cinema", "address", "amount", "voucher_code", "valid_until", "points"}
    ),
    MessageKind.SESSION_TIME_CHANGED: ORDER_KEYS,
    MessageKind.SESSION_CHANGED: ORDER_KEYS | RETURN_KEYS | {"change", "was", "versions", "refund_until", "choice"},
    MessageKind.ADDRESS_CHANGED: frozenset({"number", "cinema", "address", "by_staff"}),
    MessageKind.NEWS_CONFIRMATION: frozenset({"link", "wording", "site"}),
    MessageKind.TELEGRAM_LINKED: frozenset(),
    MessageKind.PHONE_CODE: frozenset({"phone_code"}),
    MessageKind.SMS_CHOSEN: frozenset({"phone"}),
    MessageKind.ORDER_REFUNDED: ORDER_KEYS | RETURN_KEYS,
    MessageKind.SNACKS_REPLACED: ORDER_KEYS | {"ordered"},
    MessageKind.LATE_PAYMENT_REFUNDED: ORDER_KEYS | {"amount"},
    MessageKind.TICKET_REMINDER: frozenset(
        {"number", "film", "rating", "starts", "cinema", "address", "hall", "seats", "link"}
    ),
    MessageKind.POINTS_EXPIRING: frozenset({"points", "expires", "link"}),
    MessageKind.TIER_ENDING: frozenset({"tier", "spent", "threshold", "missing", "ends", "link"}),
    MessageKind.LOW_STOCK: frozenset({"cinema", "item", "stock", "threshold", "suggested"}),
    MessageKind.REFUNDS_TO_APPROVE: frozenset({"cinema", "film", "starts", "amount", "asked_by", "reason", "page"}),
    MessageKind.CASH_FOUND: frozenset({"cinema", "handed_in_at", "amount", "found", "by"}),
    MessageKind.SCHEDULED_REPORT: frozenset({"title", "about", "figures", "page", "attachment", "size"}),
    MessageKind.GIFT_CARD: frozenset({"amount", "gift_code", "cinemas"}),
    MessageKind.FILM_ON_SALE: frozenset({"film", "rating", "starts", "cinema", "link"}),
    MessageKind.SEATS_HELD: frozenset({"film", "rating", "starts", "cinema", "hall", "seats", "until", "link"}),
    MessageKind.FILM_HIRE_STATEMENT: frozenset({"distributor", "about", "base", "hire", "version", "attachment"}),
    MessageKind.FILM_GROSS: frozenset({"distributor", "about", "admissions", "box_office", "attachment"}),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message for one recipient, an e-mail address or a phone number, about one occasion.

    Raises `ValueError` if the context lacks a key, since a message with a gap in its text would be sent unnoticed.
    """

    kind: MessageKind
    recipient: str
    occasion: str
    language: str
    context: Mapping[str, Any] = field(default_factory=dict)
    not_after: datetime | None = None
    cinema: int | None = None  # the primary key of the cinema that it is about; None: the whole chain
    only_for: Mapping[str, Any] | None = None  # see `Notification.only_for`

    def __post_init__(self) -> None:
        if missing := CONTEXT_KEYS[self.kind] - self.context.keys():
            raise ValueError(f"{self.kind}: the context lacks {', '.join(sorted(missing))}")


#: Contents that let whoever reads them act as the recipient, or that only the recipient may see: removed once a message
#: can no longer be sent.
SECRETS = frozenset(
    {"link", "choice", "codes", "pickup_code", "gift_code", "voucher_code", "phone_code", "figures", "attachment"}
)


def queue(messages: Iterable[Message], *, at: datetime) -> None:
    """Store the messages in the outbox: they are sent if, and only if, the caller's transaction commits.

    A message with the same kind, recipient and occasion as a stored one is ignored, and so is one without a recipient
    (a guest at the box office leaves no address). One query per batch on PostgreSQL, none if there are no messages.
    Must be called inside a transaction (the rows that the messages are about are locked).
    """
    sent = [message for message in messages if message.recipient and message.recipient.strip()]
    if connection.vendor == "postgresql" and len(sent) > 1:
        _insert([_columns(message) for message in sent], at=at)
    else:
        stamps = {"created_at": at, "next_attempt_at": at}
        rows = [Notification(**_columns(message), **stamps) for message in sent]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _columns(message: Message) -> dict[str, Any]:
    return {
        "kind": message.kind,
        "recipient": message.recipient.strip(),
        "occasion": message.occasion,
        "language": message.language,
        "context": message.context,
        "cinema_id": message.cinema,
        "only_for": message.only_for,
        "not_after": message.not_after,
    }


def _insert(rows: list[dict[str, Any]], *, at: datetime) -> None:
    """What `bulk_create` would do, in a fraction of its time: one JSON parameter, no instances. A job queues thousands.

    What differs between the messages comes from the JSON; the other columns have their defaults.
    """
    fields = {field.attname: field for field in Notification._meta.concrete_fields if not field.primary_key}
    given = ", ".join(rows[0])
    types = ", ".join(f"{name} {fields[name].db_type(connection)}" for name in rows[0])
    same = {name: field.get_default() for name, field in fields.items() if name not in rows[0]}
    same |= {"created_at": at, "next_attempt_at": at}
    del same["uid"]  # each has its own
    sql = f"""
        INSERT INTO {Notification._meta.db_table} (uid, {given}, {", ".join(same)})
        SELECT gen_random_uuid(), {given}, {", ".join("%s" for _name in same)}
        FROM jsonb_to_recordset(%s) AS message ({types})
        ON CONFLICT DO NOTHING"""  # noqa: S608 (names of our own columns)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*same.values(), json.dumps(rows, default=datetime.isoformat)])


def ever_notified(recipients: Collection[str], *, kind: str) -> set[str]:
    """Those of the recipients to whom a message of this kind was ever queued. One query. Reads only."""
    sent = Notification.objects.filter(kind=kind, recipient__in=recipients)
    return set(sent.order_by().values_list("recipient", flat=True).distinct()) if recipients else set()


def was_queued(kind: str, *, recipient: str, after: datetime, occasion: str = "") -> bool:
    """Whether such a message was queued after that instant and not given up; with `occasion`, one that starts with it.
    Reads only.
    """
    given_up = (Status.FAILED, Status.OUTDATED)
    queued = Notification.objects.filter(kind=kind, recipient=recipient, created_at__gt=after)
    return queued.filter(occasion__startswith=occasion).exclude(status__in=given_up).exists()
