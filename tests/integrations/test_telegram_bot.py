"""Customers link a chat once, get each message once whatever way it goes, and end it by a word."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from cinema import clock
from customers.services import Customer, erase_customer
from integrations.telegram_bot import hook_secret
from notifications.models import MessageKind, Notification, TelegramChat
from notifications.services import deliver
from notifications.services.telegram import start_link
from tests.helpers.factories import NOON, a_paid_order
from tests.helpers.fakes.mail import NOW, queued
from tests.helpers.fakes.telegram_bot import Bot, telegram_bot
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, CHAT = "anna@example.org", 4711


@pytest.fixture
def bot(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "12:AB", "cinema_bot"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with telegram_bot() as there:
        settings.TELEGRAM_API = there.url
        yield there


@pytest.fixture
def anna() -> User:
    return User.objects.create_user(ANNA, None)


def write(text: str, *, chat: int = CHAT, kind: str = "private", **headers: str) -> Any:
    headers = headers or {"X-Telegram-Bot-Api-Secret-Token": hook_secret()}
    update = {"update_id": 1, "message": {"chat": {"id": chat, "type": kind}, "text": text}}
    return Client().post("/telegram/", update, content_type="application/json", headers=headers)


def linked(user: User, *, at: datetime = NOW) -> None:
    write(f"/start {start_link(user, at=at).rpartition('=')[2]}")
    Notification.objects.all().delete()  # the notice to the owner


def sent() -> tuple[list[str], int]:
    return [email.to[0] for email in mail.outbox], Notification.objects.filter(status="SENT").count()


def test_a_customer_connects_by_a_link_that_works_once_and_for_a_short_time(
    bot: Bot, anna: User, monkeypatch: Any
) -> None:
    page = browser(anna).post("/account/telegram/", {"choice": "on"}, follow=True).content.decode()
    token = page.partition("https://t.me/cinema_bot?start=")[2].partition('"')[0]
    answer = write(f"/start {token}").json()
    again = write(f"/start {token}").json()  # Telegram repeats what it tells us
    stolen = write(f"/start {token}", chat=999).json()
    late = start_link(anna, at=NOW).rpartition("=")[2]
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=16))
    too_late = write(f"/start {late}", chat=999).json()

    assert (answer["method"], answer["chat_id"]) == ("sendMessage", CHAT)
    assert (
        answer["text"]
        == again["text"]
        == "Done! Tickets and reminders come here now. Send “stop” to get them by email again."
    )
    assert (
        stolen["text"]
        == too_late["text"]
        == ("This link is no longer valid. Get a new one in your profile on our site.")
    )
    assert TelegramChat.objects.get().chat_id == CHAT
    assert token not in str(TelegramChat.objects.values())


def test_the_owner_is_told_by_email_when_a_chat_is_connected(bot: Bot, anna: User) -> None:
    token = start_link(anna, at=NOW).rpartition("=")[2]
    for _repeated in range(2):
        write(f"/start {token}")

    deliver(list(Notification.objects.all()), at=NOW)

    assert (bot.ledger, sent()) == ([], ([ANNA], 1))
    assert mail.outbox[0].subject == "Telegram was connected to your account"


def test_a_new_password_ends_it(bot: Bot, anna: User) -> None:
    anna.set_password("wide open space")
    anna.save()
    linked(anna)

    browser(anna).post("/account/password/", {"old": "wide open space", "new": "another open space"})

    assert not TelegramChat.objects.exists()


def test_another_address_of_the_account_and_its_end_end_it(bot: Bot, anna: User) -> None:
    boris = User.objects.create_user("boris@example.org", None)
    linked(anna)
    write(f"/start {start_link(boris, at=NOW).rpartition('=')[2]}", chat=CHAT + 1)
    owner = browser(someone("owner", all_cinemas=True), password_at=NOW)

    owner.post(f"/admin/accounts/user/{anna.pk}/change/", {"email": "new@example.org", "preferred_language": "en"})
    owner.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [boris.pk], "confirmed": "yes"})

    anna.refresh_from_db()
    boris.refresh_from_db()
    assert (anna.email, boris.is_active) == ("new@example.org", False)
    assert not TelegramChat.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        '{"message": {"chat": {"id": 5, "type": "private"}, "text": "/start \\ud800"}}',
        '{"message": {"chat": {"id": 5, "type": "private"}, "text": "/start \\u0000"}}',
        '{"message": {"chat": {"id": 1e999, "type": "private"}, "text": "stop"}}',
        '{"message": {"chat": {"id": 1000000000000000000000000000000, "type": "private"}, "text": "stop"}}',
        "[" * 100_000,
    ],
    ids=["half a character", "NUL", "infinite", "large", "deep"],
)
def test_whatever_is_written_to_the_bot_is_answered(bot: Bot, body: str) -> None:
    """Telegram repeats what was not answered, and holds back all that comes after it."""
    secret = {"X-Telegram-Bot-Api-Secret-Token": hook_secret()}

    assert Client().post("/telegram/", body, content_type="application/json", headers=secret).status_code == 200


def test_a_message_goes_to_telegram_or_by_email_and_never_both(bot: Bot, anna: User) -> None:
    linked(anna)
    queued(recipient=ANNA, kind=MessageKind.TICKET_REMINDER)
    queued(recipient=ANNA, kind=MessageKind.SIGN_IN, occasion="2")  # a link that signs in stays in the mailbox
    queued(recipient="boris@example.org", kind=MessageKind.TICKET_REMINDER)

    deliver(list(Notification.objects.all()), at=NOW)

    assert [chat for chat, _text in bot.ledger] == [CHAT]
    assert "Tom & Jerry" in bot.ledger[0][1]
    assert sent() == ([ANNA, "boris@example.org"], 3)


def test_a_chat_is_sent_to_the_page_of_the_order_for_the_codes(bot: Bot, anna: User) -> None:
    linked(anna)
    order = a_paid_order(email=ANNA)

    deliver(list(Notification.objects.filter(kind=MessageKind.ORDER_PAID)), at=NOON)

    [(_chat, text)] = bot.ledger
    assert order.link in text
    assert "attached" not in text


def test_one_word_ends_it(bot: Bot, anna: User) -> None:
    linked(anna)
    answer = write("Стоп").json()["text"]
    queued(recipient=ANNA)

    deliver(list(Notification.objects.all()), at=NOW)

    assert answer == "Stopped. You’ll get messages about your orders by email."
    assert (bot.ledger, sent()) == ([], ([ANNA], 1))


def test_whoever_has_blocked_the_bot_gets_emails_again(bot: Bot, anna: User) -> None:
    linked(anna)
    bot.blocked_by = {CHAT}
    queued(recipient=ANNA)

    for minutes in (0, 2):
        deliver(list(Notification.objects.all()), at=NOW + timedelta(minutes=minutes))

    assert not TelegramChat.objects.exists()
    assert sent() == ([ANNA], 1)


def test_when_telegram_asks_to_wait_the_whole_batch_waits(bot: Bot, anna: User) -> None:
    linked(anna)
    bot.next_troubles = ["busy"]
    for number in range(3):
        queued(recipient=ANNA, occasion=f"{number}")

    deliver(list(Notification.objects.all()), at=NOW)
    calls = len(bot.calls)
    deliver(list(Notification.objects.all()), at=NOW + timedelta(minutes=2))

    assert calls == 1
    assert (len(bot.ledger), sent()) == (3, ([], 3))


def test_while_telegram_is_down_messages_go_by_email(bot: Bot, anna: User) -> None:
    linked(anna)
    bot.next_troubles = ["down"] * 9
    queued(recipient=ANNA)

    for minutes in (0, 2, 10):
        deliver(list(Notification.objects.all()), at=NOW + timedelta(minutes=minutes))

    assert (bot.ledger, sent()) == ([], ([ANNA], 1))
    assert TelegramChat.objects.get().chat_id == CHAT


def test_nobody_else_can_write_to_the_webhook(bot: Bot, anna: User, settings: Any) -> None:
    token = start_link(anna, at=NOW).rpartition("=")[2]

    forged = write(f"/start {token}", **{"X-Telegram-Bot-Api-Secret-Token": "guess"}).status_code
    in_a_group = write(f"/start {token}", kind="group")
    settings.TELEGRAM_BOT_TOKEN = ""

    assert (forged, in_a_group.content) == (403, b"")
    assert TelegramChat.objects.get().chat_id is None
    assert write("/start").status_code == 404


def test_an_erased_customer_has_no_chat(bot: Bot, anna: User) -> None:
    linked(anna)

    erase_customer(Customer(ANNA, anna), at=NOW)

    assert not TelegramChat.objects.exists()


def test_telegram_is_told_where_to_write(bot: Bot, settings: Any) -> None:
    settings.SITE_URL = "https://cinema.example"

    call_command("set_telegram_webhook", verbosity=0)

    [(method, data)] = bot.calls
    assert (method, data["url"], data["secret_token"]) == (
        "setWebhook",
        "https://cinema.example/telegram/",
        hook_secret(),
    )
