"""Random histories with partners that lose answers, are busy, or down for days by a clock of their own, whose keys end,
who refuse some and report late, twice and forged, and with senders that are killed: in the end the partner's ledger and
ours are equal.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import MarketingConsent, User
from accounts.services.consents import record_consent
from cinema import clock
from customers.services import Customer, erase_customer
from integrations.models import ListMember, MarketingList, WebhookDelivery, WebhookEndpoint
from integrations.services import marketing, webhook_delivery
from integrations.services.webhook_delivery import send_again, switch_on
from notifications.models import MessageKind, Notification, SmsDelivery, TelegramChat
from notifications.services import delivery, requeue
from orders.models import Order
from orders.services import cancel
from reports.models import CustomerFigures, Engagement
from screenings.models import Session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_order
from tests.helpers.fakes.mail import NOW, queued
from tests.helpers.fakes.newsletter_partner import There, a_list, newsletter_partner
from tests.helpers.fakes.sms_provider import Provider, sms_provider
from tests.helpers.fakes.telegram_bot import telegram_bot
from tests.helpers.fakes.webhook_receiver import an_endpoint, receiver
from tests.helpers.sampling import seeds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite, pytest.mark.slow, pytest.mark.exhaustive]

SEEDS = seeds(1, 4)
EVENTS = 60
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@contextmanager
def killed_in(module: Any, function: str) -> Iterator[None]:
    """The process ends before it can note what it was answered."""

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with patch.object(module, function, killed), suppress(KeyboardInterrupt, CommandError):
        yield


def days_down(there: Any, rng: random.Random, at: datetime) -> None:
    """From now on the partner is down, by its own clock, which is some minutes ahead or behind."""
    there.clock.down_until = at + rng.randint(1, 4) * DAY


def set_clock(there: Any, at: datetime) -> None:
    there.clock.now = at + 3 * MINUTE


def play(rng: random.Random, events: dict[Callable[[], None], int], *, times: int = EVENTS) -> None:
    """So many events, each as often as its weight says."""
    for event in rng.choices(list(events), list(events.values()), k=times):
        event()


# --- Newsletters


class ListHistory:
    """Readers agree, withdraw, unsubscribe at the partner and are erased, while the list is synchronised."""

    PEOPLE = ("Anna@Example.org", "boris@example.org", "clara@example.org", "dora@example.org", "refused@example.org")

    def __init__(self, there: There, seed: int) -> None:
        self.there, self.rng, self.at = there, random.Random(seed), NOON
        there.refused = {"refused@example.org"}

    def events(self) -> dict[Callable[[], None], int]:
        return {
            self.agree: 8, self.withdraw: 3, self.unsubscribe: 3, self.erase: 2, self.trouble: 4, self.lose_key: 1,
            self.hint: 2, self.killed: 2, self.run: 14, self.down: 1,
        }  # fmt: skip

    def agree(self) -> None:
        email = self.rng.choice(self.PEOPLE)
        order = an_order(self.session, email=email, at=NOON)
        cancel(order, reason="STAFF", at=NOON)
        known = CustomerFigures.objects.filter(order__email=email)
        if known.exists():
            known.update(order=order)
        else:
            CustomerFigures.objects.create(
                order=order, first_visit=NOON.date(), last_visit=NOON.date(), year_visits=1, customer_group="NEW"
            )
        self._say(email, is_given=True, order=order.pk)

    def withdraw(self) -> None:
        self._say(self.rng.choice(self.PEOPLE), is_given=False)

    def _say(self, email: str, **said: Any) -> None:
        record_consent(email, channel="EMAIL", place="ACCOUNT", is_proved=True, at=self.at, **said)

    def unsubscribe(self) -> None:
        if self.there.contacts:
            self.there.unsubscribe(self.rng.choice(sorted(self.there.contacts)))

    def erase(self) -> None:
        erase_customer(Customer(self.rng.choice(self.PEOPLE)), at=self.at)

    def trouble(self) -> None:
        kind = self.rng.choice(["lost", "down", "busy", "bare"])
        self.there.next_troubles += [kind] * self.rng.randint(1, 5)

    def down(self) -> None:
        days_down(self.there, self.rng, self.at)

    def lose_key(self) -> None:
        self.there.key = "another"
        self.run()
        self.there.key = "key-us1"

    def hint(self) -> None:
        with patch.object(clock, "now", lambda: self.at):
            Client().post(f"/lists/{MarketingList.objects.get().uid}/", {"type": "unsubscribe", "data[email]": "x"})

    def killed(self) -> None:
        with killed_in(marketing, "_note"):
            self.run()

    def run(self) -> None:
        self.at += self.rng.choice([16 * MINUTE, 5 * HOUR, 26 * HOUR])
        self._pass()

    def _pass(self) -> None:
        set_clock(self.there, self.at)
        Engagement.objects.update_or_create(
            pk=Engagement.ONE, defaults={"date": timezone.localdate(self.at), "as_of": self.at}
        )
        call_command("sync_marketing_lists", at=self.at.isoformat(), verbosity=0)

    def play(self) -> None:
        self.session = a_session(a_hall(a_cinema(), rows=["s" * 20] * 3), start=NOON + 90 * DAY)
        play(self.rng, self.events())
        self.there.next_troubles.clear()
        self.there.clock.down_until = None
        for _ in range(12):
            self.at += 12 * HOUR
            self._pass()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("partner", ["UNISENDER", "MAILCHIMP", "BREVO"])
def test_a_list_ends_like_the_consents_and_like_the_partner_s(partner: str, seed: int, settings: Any) -> None:
    names = {"UNISENDER": "UniSender", "MAILCHIMP": "Mailchimp", "BREVO": "Brevo"}
    with newsletter_partner(partner) as there:
        settings.MARKETING_API = {names[partner]: there.url}
        a_list(partner)
        history = ListHistory(there, seed)

        history.play()

    rows = dict(ListMember.objects.values_list("email", "status"))
    agreed = {each.lower() for each in _readers()}
    assert set(rows.values()) <= {"ON_LIST", "LEFT", "UNSUBSCRIBED", "REFUSED"}
    assert sorted(email for email, status in rows.items() if status == "ON_LIST") == there.on_list
    assert set(there.on_list) <= agreed
    left_out = {email for email in agreed if rows.get(email) in ("UNSUBSCRIBED", "REFUSED")}
    assert agreed == set(there.on_list) | left_out
    assert set(there.contacts) <= set(rows)  # whoever was erased here is not there


def _readers() -> set[str]:
    known = set(CustomerFigures.objects.exclude(order__email="").values_list("order__email", flat=True))
    current = MarketingConsent.objects.news().filter(channel="EMAIL").current().filter(is_given=True)
    return known & set(current.values_list("recipient", flat=True))


# --- Messages


class MessageHistory:
    """Messages to phones and chats, each to somebody else, or of another occasion."""

    def __init__(self, there: Any, seed: int, recipients: Callable[[int], dict[str, Any]]) -> None:
        self.there, self.rng, self.at, self.number, self.recipients = there, random.Random(seed), NOW, 0, recipients
        self.renewed_at: datetime | None = None

    def queue(self) -> None:
        self.number += 1
        queued(occasion=f"A-{self.number}", **self.recipients(self.number))
        Notification.objects.filter(occasion=f"A-{self.number}").update(next_attempt_at=self.at)

    def trouble(self) -> None:
        self.there.next_troubles += [self.rng.choice(["lost", "down", "busy"])] * self.rng.randint(1, 4)

    def down(self) -> None:
        days_down(self.there, self.rng, self.at)

    def expire(self) -> None:
        """The key ends, by their clock, in the midst of what follows; a person enters the new one days later."""
        self.there.clock.key_expires_at = self.at + self.rng.randint(1, 30) * HOUR
        self.renewed_at = self.at + 2 * DAY

    def report(self) -> None:
        """Reports come late, twice, and forged."""
        known = list(SmsDelivery.objects.exclude(external_id="").values_list("external_id", flat=True))
        for each in ["forged", *self.rng.sample(known, min(2, len(known))) * 2]:
            Client().post("/sms/callback/", {"MessageSid": each, "MessageStatus": "failed"})

    def killed(self) -> None:
        with killed_in(delivery, "store_results"):
            self.run()

    def run(self) -> None:
        self.at += self.rng.choice([2 * MINUTE, 40 * MINUTE, 7 * HOUR])
        self._pass()

    def _pass(self) -> None:
        set_clock(self.there, self.at)
        if self.renewed_at is not None and self.at >= self.renewed_at:
            self.there.clock.key_expires_at = self.renewed_at = None
        with suppress(CommandError):  # some were given up
            call_command("deliver_notifications", at=self.at.isoformat(), verbosity=0)

    def play(self) -> None:
        often = {self.queue: 8, self.trouble: 3, self.killed: 1, self.run: 6}
        play(self.rng, {**often, self.down: 1, self.expire: 1, self.report: 2})
        self.there.next_troubles.clear()
        self.there.clock.down_until = self.there.clock.key_expires_at = None
        for _ in range(8):
            requeue(Notification.objects.filter(status="FAILED"), at=self.at)  # by staff
            self.at += 13 * HOUR
            self._pass()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("backend", ["smsru.SmsRu", "smsc.Smsc", "twilio.Twilio"])
def test_each_sms_is_sent_and_what_became_of_it_is_known(
    backend: str, seed: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    settings.SMS_BACKEND, settings.SMS_LOGIN, settings.SMS_PASSWORD = f"integrations.sms.{backend}", "AC1", "key 1"
    with sms_provider() as there:
        settings.SMS_API = there.url
        history = MessageHistory(there, seed, lambda number: {"recipient": f"+7926{number:07}"})

        history.play()
        sent = Counter(each.phone for each in there.ledger)
        states = _states_there(there)

    assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}
    assert set(sent) == set(Notification.objects.values_list("recipient", flat=True))
    assert set(sent.values()) == {1} or backend != "smsc.Smsc"  # the only one that can be asked by our number
    known = SmsDelivery.objects.filter(status__in=["SENT", "DELIVERED", "UNDELIVERED", "UNKNOWN"])
    assert set(known.values_list("external_id", flat=True)) <= states


def _states_there(there: Provider) -> set[str]:
    return {each.id for each in there.ledger}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_message_comes_to_the_chat_or_by_email(seed: int, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "12:AB", "cinema_bot"
    people = [User.objects.create_user(f"reader{number}@example.org", None) for number in range(4)]
    for number, person in enumerate(people[:3]):
        TelegramChat.objects.create(user=person, chat_id=number + 1, linked_at=NOW)
    with telegram_bot() as bot:
        settings.TELEGRAM_API = bot.url
        bot.blocked_by = {3}
        kind = MessageKind.TICKET_REMINDER
        history = MessageHistory(bot, seed, lambda number: {"recipient": people[number % 4].email, "kind": kind})

        history.play()
        in_chats = Counter(f"reader{chat - 1}@example.org" for chat, _text in bot.ledger)

    by_mail = Counter(email.to[0] for email in mail.outbox)
    wanted = Counter(Notification.objects.values_list("recipient", flat=True))
    assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}
    assert {
        email: max(number - in_chats[email] - by_mail[email], 0) for email, number in wanted.items()
    } == dict.fromkeys(wanted, 0)
    assert in_chats["reader2@example.org"] == in_chats["reader3@example.org"] == 0
    assert TelegramChat.objects.filter(chat_id__in=[1, 2]).count() == 2


# --- Webhooks


class HookHistory:
    """Orders are paid while a receiver fails in every way; a person switches it on again and repeats what failed."""

    def __init__(self, there: Any, seed: int, session: Session) -> None:
        self.there, self.rng, self.at, self.session = there, random.Random(seed), NOON, session

    def sell(self) -> None:
        a_paid_order(self.session, at=self.at)

    def trouble(self) -> None:
        self.there.next_answers += [self.rng.choice([0, 500, 429, 301, 410])] * self.rng.randint(1, 6)

    def killed(self) -> None:
        with killed_in(webhook_delivery, "_note"):
            self.run()

    def down(self) -> None:
        days_down(self.there, self.rng, self.at)

    def mend(self) -> None:
        for endpoint in WebhookEndpoint.objects.filter(disabled_at__isnull=False):
            switch_on(endpoint, at=self.at)
        for each in WebhookDelivery.objects.filter(status="FAILED"):
            send_again(each, at=self.at)

    def run(self) -> None:
        self.at += self.rng.choice([2 * MINUTE, 40 * MINUTE, 9 * HOUR])
        self._pass()

    def _pass(self) -> None:
        set_clock(self.there, self.at)
        with suppress(CommandError):
            call_command("send_webhooks", at=self.at.isoformat(), verbosity=0)

    def play(self) -> None:
        play(self.rng, {self.sell: 6, self.trouble: 3, self.killed: 1, self.mend: 1, self.run: 6, self.down: 1})
        self.there.next_answers.clear()
        self.there.clock.down_until = None
        self.mend()
        for _ in range(4):
            self.at += 25 * HOUR
            self._pass()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_receiver_knows_every_order_by_one_id(seed: int, settings: Any) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    session = a_session(a_hall(a_cinema(), rows=["s" * 20] * 2), start=NOON + 60 * DAY)
    with receiver() as there:
        an_endpoint(there.url, types=["order.paid"])
        history = HookHistory(there, seed, session)

        history.play()

    told = sorted(content["data"]["number"] for content in there.ledger.values())
    assert told == sorted(Order.objects.values_list("number", flat=True))
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"SENT"}
    assert len(there.calls) >= len(told) > 5
