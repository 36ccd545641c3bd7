"""Senders of webhooks, marketing lists, SMS and Telegram messages, with receivers that keep ledgers of their own.

Two senders at once tell each thing once, in every interleaving. Negative control: without row locks and without the
check of the claim, something is told twice. A sender that is killed anywhere loses nothing, and its successor repeats
what was not noted, under the same id. A large batch takes as many queries as a small one.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cinema import clock
from integrations.models import EventType, ListMember, WebhookDelivery, WebhookEvent
from integrations.services.marketing import send_changes
from integrations.services.webhook_delivery import send_webhooks
from jobs import claims
from jobs.claims import CLAIM_DURATION
from notifications.models import Notification, SmsDelivery, TelegramChat
from notifications.services import deliver, queue
from notifications.services.sms import check_reports
from tests.helpers.factories import a_cinema
from tests.helpers.fakes.mail import NOW, message, queued
from tests.helpers.fakes.newsletter_partner import Contact, There, a_list, newsletter_partner
from tests.helpers.fakes.sms_provider import KEY, sms_provider
from tests.helpers.fakes.telegram_bot import telegram_bot
from tests.helpers.fakes.webhook_receiver import Receiver, an_endpoint, receiver
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import delete_all_rows
from tests.reliability.interleaving import every_schedule, without_row_locks
from tests.reliability.scenario import AT, DAY, MINUTE

AFTER_CLAIM = AT + CLAIM_DURATION + MINUTE


@dataclass(frozen=True)
class Sender:
    """`create` makes so many rows of each kind, `send` is one batch, `told` what the ledger at the other end has."""

    create: Callable[[int], None]
    send: Callable[[datetime], Any]
    forget: Callable[[], None]
    told: Callable[[], Counter[str]]
    rows: Callable[[], Counter[str]]


def _webhooks(there: Receiver) -> Sender:
    def create(number: int) -> None:
        cinema, endpoint = a_cinema(), an_endpoint(there.url, since=AT - DAY)
        events = [
            WebhookEvent(type=EventType.DAY_CLOSED, subject=each, cinema=cinema, at=AT, data={"number": each})
            for each in range(number)
        ]
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(event=event, endpoint=endpoint, next_attempt_at=AT)
            for event in WebhookEvent.objects.bulk_create(events)
        )

    return Sender(
        create=create,
        send=lambda at: send_webhooks(list(WebhookDelivery.objects.due(at).order_by("pk")), at=at),
        forget=there.calls.clear,
        told=lambda: Counter(str(content["data"]["number"]) for _id, content, *_rest in there.calls),
        rows=lambda: Counter(WebhookDelivery.objects.values_list("status", flat=True)),
    )


def _lists(there: There) -> Sender:
    """Members to add, to remove and to delete; the partner knows the last two."""

    def create(number: int) -> None:
        news = a_list(next_attempt_at=AT + DAY)
        ListMember.objects.bulk_create(
            ListMember(
                marketing_list=news, email=f"{status}{each}@example.org".lower(), status=status, changed_at=AT,
                next_attempt_at=AT,
            )
            for status in ListMember.OPEN
            for each in range(number)
        )  # fmt: skip

    def forget() -> None:
        there.told.clear()
        there.contacts.clear()
        known = ListMember.objects.exclude(status=ListMember.Status.ADDING).values_list("email", flat=True)
        there.contacts.update({email: Contact() for email in known})

    return Sender(
        create=create,
        send=lambda at: send_changes(list(ListMember.objects.to_send(at).order_by("pk")), at=at),
        forget=forget,
        told=lambda: Counter(there.told),
        rows=lambda: Counter(ListMember.objects.values_list("status", flat=True)),
    )


def _messages(ledger: list[Any], recipients: Callable[[int], list[str]]) -> Sender:
    """Messages to people of each of whom the ledger at the other end says in an entry that it got one."""

    def create(number: int) -> None:
        queue([message(recipient=each, occasion=each) for each in recipients(number)], at=AT)

    return Sender(
        create=create,
        send=lambda at: deliver(list(Notification.objects.due(at).order_by("pk")), at=at),
        forget=ledger.clear,
        told=lambda: Counter(str(getattr(each, "phone", each)) for each in ledger),
        rows=lambda: Counter(
            [*Notification.objects.values_list("status", flat=True), *SmsDelivery.objects.values_list("status")]
        ),
    )


def phone_numbers(number: int) -> list[str]:
    return [f"+7926{each:07}" for each in range(number)]


def people_with_a_chat(number: int) -> list[str]:
    people = User.objects.bulk_create(User(email=f"{each}@example.org") for each in range(number))
    TelegramChat.objects.bulk_create(TelegramChat(user=each, chat_id=chat) for chat, each in enumerate(people, 1))
    return [each.email for each in people]


@pytest.fixture(params=["webhooks", "lists", "sms", "chat"])
def sender(request: pytest.FixtureRequest, settings: Any, empty_database: None) -> Iterator[Sender]:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    settings.SMS_BACKEND, settings.SMS_PASSWORD = "integrations.sms.smsru.SmsRu", KEY
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "12:AB", "bot"
    with (
        receiver() as hooks,
        newsletter_partner("UNISENDER") as partner,
        sms_provider() as phones,
        telegram_bot() as bot,
    ):
        settings.MARKETING_API = {"UniSender": partner.url}
        settings.SMS_API, settings.TELEGRAM_API = phones.url, bot.url
        senders = {
            "webhooks": lambda: _webhooks(hooks),
            "lists": lambda: _lists(partner),
            "sms": lambda: _messages(phones.ledger, phone_numbers),
            "chat": lambda: _messages(bot.ledger, people_with_a_chat),
        }
        yield senders[request.param]()


def _restored(sender: Sender) -> Callable[[], None]:
    """Each call makes the same rows again, and empties the ledger."""

    def restore() -> None:
        delete_all_rows()
        sender.create(2)
        sender.forget()

    return restore


@contextmanager
def without_protections() -> Iterator[None]:
    """Rows are claimed whoever has claimed them."""

    def claim(rows: Any, *, sender: str, at: datetime, to: str | None = None) -> None:
        keys = [row.pk for row in rows]
        for row in rows:
            row.attempts += 1
            row.status = to or row.status
        stamps = {"claimed_by": sender, "next_attempt_at": at + CLAIM_DURATION, "attempts": F("attempts") + 1}
        stamps |= {"status": to} if to else {}
        type(rows[0])._base_manager.filter(pk__in=keys).update(**stamps) if rows else None

    with without_row_locks(), patch.object(claims, "claim", claim):
        yield


def wrong_ends(sender: Sender) -> Iterator[int]:
    """The points at which a second sender makes something told twice or not at all, or fails."""
    restore = _restored(sender)
    restore()
    sender.send(AT)
    expected = (sender.told(), sender.rows())
    assert set(expected[0].values()) == {1}
    for schedule in every_schedule(lambda: sender.send(AT), lambda: sender.send(AT), restore_snapshot=restore):
        failed = any(isinstance(each, Exception) for each in (schedule.first, schedule.second))
        if failed or (sender.told(), sender.rows()) != expected:
            yield schedule.point


@pytest.mark.postgres
def test_two_senders_at_once_tell_each_thing_once(sender: Sender) -> None:
    assert list(wrong_ends(sender)) == []


@pytest.mark.postgres
def test_without_locks_and_claims_two_senders_tell_something_twice(sender: Sender) -> None:
    with without_protections():
        assert next(wrong_ends(sender), None) is not None


def test_a_sender_that_is_killed_anywhere_loses_nothing_and_its_successor_ends_alike(sender: Sender) -> None:
    restore = _restored(sender)
    restore()
    points = count_crash_points(lambda: sender.send(AT))
    told, rows = sender.told(), sender.rows()
    broken = []

    for point in range(1, points + 1):
        restore()
        run_and_kill(lambda: sender.send(AT), at_point=point)
        sender.send(AFTER_CLAIM)
        if sender.told().keys() != told.keys() or max(sender.told().values()) > 2 or sender.rows() != rows:
            broken.append(point)

    assert points > 5
    assert broken == []


def test_a_large_batch_takes_as_many_queries_as_a_small_one(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)  # answers of webhooks are stored once a second
    queries = []
    for number in (2, 60):
        delete_all_rows()
        sender.create(number)
        sender.forget()
        with CaptureQueriesContext(connection) as captured:
            sender.send(AT)
        queries.append(len(captured))
        assert sender.told().total() >= number

    assert queries[0] == queries[1] < 30


@pytest.mark.parametrize("channel", ["sms", "chat"])
def test_many_messages_take_as_many_queries_as_few(
    channel: str, settings: Any, empty_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent, and for SMS also asked about, with a budget."""
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    settings.SMS_BACKEND, settings.SMS_PASSWORD = "integrations.sms.smsru.SmsRu", KEY
    settings.SMS_DAILY_BUDGET, settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = Decimal(10**6), "12:AB", "bot"
    queries = []
    with sms_provider() as phones, telegram_bot() as bot:
        settings.SMS_API, settings.TELEGRAM_API = phones.url, bot.url
        for number in (2, 60):
            delete_all_rows()
            recipients = phone_numbers if channel == "sms" else people_with_a_chat
            for each in recipients(number):
                queued(recipient=each, occasion=each)
            with CaptureQueriesContext(connection) as captured:
                deliver(list(Notification.objects.order_by("pk")), at=NOW)
                check_reports(list(SmsDelivery.objects.order_by("pk")), at=NOW + 20 * MINUTE)
            queries.append(len(captured))
            assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}

    assert len(phones.ledger if channel == "sms" else bot.ledger) == 62
    assert queries[0] == queries[1] < 40
