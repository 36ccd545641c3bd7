"""How long the jobs take that tell other systems something, with ten thousand rows to send and partners that answer at
once: nearly all of it is one request after the other.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.test import override_settings

from accounts.models import User
from integrations.models import EventType, ListMember, WebhookDelivery, WebhookEvent
from notifications.models import MessageKind, Notification, TelegramChat
from tests.bench.measuring import counted
from tests.helpers.factories import a_cinema
from tests.helpers.fakes.mail import message
from tests.helpers.fakes.newsletter_partner import a_list, newsletter_partner
from tests.helpers.fakes.sms_provider import KEY, sms_provider
from tests.helpers.fakes.telegram_bot import telegram_bot
from tests.helpers.fakes.webhook_receiver import an_endpoint, receiver

Row = tuple[str, str, str, bool]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
QUERIES = 60  # a batch at most, those of the job around it included
SECONDS = 300
MEGABYTES = 100


@dataclass(frozen=True)
class Sender:
    name: str
    job: str
    batch: int
    create: Callable[[int, datetime], None]
    unsent: Callable[[], int]


def rows(number: int, at: datetime) -> Iterator[Row]:
    with ExitStack() as stack:
        hooks, partner, phones, bot = (
            stack.enter_context(each)
            for each in (receiver(), newsletter_partner("UNISENDER"), sms_provider(), telegram_bot())
        )
        stack.enter_context(
            override_settings(
                WEBHOOKS_TO_PRIVATE_ADDRESSES=True,
                MARKETING_API={"UniSender": partner.url},
                SMS_BACKEND="integrations.sms.smsru.SmsRu",
                SMS_PASSWORD=KEY,
                SMS_API=phones.url,
                SMS_DAILY_BUDGET=Decimal(10**6),
                TELEGRAM_BOT_TOKEN="12:AB",
                TELEGRAM_BOT_NAME="bot",
                TELEGRAM_API=bot.url,
            )
        )
        senders = [
            Sender(
                "webhooks", "send_webhooks", 50, lambda n, at: _webhooks(hooks.url, n, at), _unsent(WebhookDelivery)
            ),
            Sender("a marketing list", "sync_marketing_lists", 500, _members, _unsent(ListMember, "ADDING")),
            Sender("SMS", "deliver_notifications", 100, _texts, _unsent(Notification)),
            Sender("Telegram", "deliver_notifications", 100, _chats, _unsent(Notification)),
        ]
        for sender in senders:
            sender.create(number, at)
            yield _measured(sender, number, at)


def _measured(sender: Sender, number: int, at: datetime) -> Row:
    before, begun, passes = _peak(), time.perf_counter(), 0
    with counted() as queries:
        while sender.unsent():
            call_command(sender.job, at=(at + passes * MINUTE).isoformat(), verbosity=0)
            passes += 1
            if passes > 60:
                raise AssertionError(f"{sender.unsent()} are left after an hour")
    took, grew = time.perf_counter() - begun, _peak() - before
    a_batch = len(queries) * sender.batch / number
    measured = f"{took:.0f} s, {a_batch:.0f} queries a batch, {grew:.0f} MB, {passes} passes"
    met = took < SECONDS and a_batch <= QUERIES and grew < MEGABYTES
    return f"senders: {number} to {sender.name}", measured, f"{SECONDS} s", met


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _unsent(model: Any, status: str = "QUEUED") -> Callable[[], int]:
    return lambda: model.objects.filter(status=status).count()


def _webhooks(url: str, number: int, at: datetime) -> None:
    cinema, endpoint = a_cinema(), an_endpoint(url, since=at - DAY)
    events = [
        WebhookEvent(type=EventType.DAY_CLOSED, subject=each, cinema=cinema, at=at, data={"number": each})
        for each in range(number)
    ]
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(event=event, endpoint=endpoint, next_attempt_at=at)
        for event in WebhookEvent.objects.bulk_create(events)
    )


def _members(number: int, at: datetime) -> None:
    news = a_list(next_attempt_at=at + DAY)
    ListMember.objects.bulk_create(
        ListMember(marketing_list=news, email=f"{each}@example.org", status="ADDING", changed_at=at, next_attempt_at=at)
        for each in range(number)
    )


def _texts(number: int, at: datetime) -> None:
    _queue([f"+7926{each:07}" for each in range(number)], at)


def _chats(number: int, at: datetime) -> None:
    people = User.objects.bulk_create(User(email=f"{each}@example.org") for each in range(number))
    TelegramChat.objects.bulk_create(TelegramChat(user=each, chat_id=each.pk) for each in people)
    _queue([each.email for each in people], at)


def _queue(recipients: list[str], at: datetime) -> None:
    said = message(MessageKind.TICKET_REMINDER)
    Notification.objects.bulk_create(
        Notification(
            kind=said.kind,
            recipient=each,
            occasion="one",
            language=said.language,
            context=said.context,
            created_at=at,
            next_attempt_at=at,
        )
        for each in recipients
    )
