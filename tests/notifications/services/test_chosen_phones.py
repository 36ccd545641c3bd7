"""Customers confirm the phone of their account by a code, get each message once whatever way it goes, and end it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from cinema import clock
from customers.services import Customer, erase_customer
from notifications.models import ChosenPhone, MessageKind, Notification, SmsDelivery, TelegramChat
from notifications.services import deliver
from notifications.services.chosen_phones import confirm, send_code, send_emails_again
from notifications.services.sms import check_reports
from notifications.services.telegram import link, start_link
from tests.helpers.factories import a_paid_order
from tests.helpers.fakes.mail import NOW, queued
from tests.helpers.fakes.sms_provider import KEY, WRONG, Provider, sms_provider
from tests.helpers.users import browser

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, PHONE = "anna@example.org", "+79261234567"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    settings.SMS_BACKEND, settings.SMS_PASSWORD = "integrations.sms.smsc.Smsc", KEY
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with sms_provider() as provider:
        settings.SMS_API = provider.url
        yield provider


@pytest.fixture
def anna() -> User:
    return User.objects.create_user(ANNA, None, phone=PHONE)


def delivered(minutes: int = 0) -> None:
    at = NOW + minutes * MINUTE
    deliver(list(Notification.objects.due(at)), at=at)


def chosen(user: User) -> None:
    """The customer chose SMS; what was sent for it is gone."""
    ChosenPhone.objects.create(user=user, phone=user.phone, expires_at=NOW, confirmed_at=NOW)


def mailed() -> list[str]:
    return [email.to[0] for email in mail.outbox]


def test_a_customer_confirms_the_phone_by_the_code_that_comes_to_it(there: Provider, anna: User) -> None:
    page = browser(anna)
    page.post("/account/sms/", {"choice": "on"})
    delivered()
    [sms] = there.ledger
    found = re.match(r"\d{6}", sms.text)
    assert found
    wrong = page.post("/account/sms/", {"choice": "code", "code": str((int(found[0]) + 1) % 10**6)}, follow=True).text
    shown = page.post("/account/sms/", {"choice": "code", "code": found[0]}, follow=True).text
    delivered()

    assert sms.phone == PHONE
    assert "This code is not right" in wrong
    assert f"by SMS to {PHONE} instead of email" in shown
    assert (mailed(), mail.outbox[0].subject) == ([ANNA], "SMS was chosen for your account")
    assert found[0] not in str(list(ChosenPhone.objects.values()) + list(Notification.objects.values()))


def code_of(user: User) -> str:
    send_code(user, at=NOW)
    return str(Notification.objects.latest("pk").context["phone_code"])


def test_who_calls_somebodys_number_their_own_leaves_the_owner_codes(there: Provider, anna: User) -> None:
    stranger = User.objects.create_user("stranger@example.org", None, phone=PHONE)
    for page, presses in ((browser(stranger), 7), (browser(anna), 1)):
        for _press in range(presses):
            page.post("/account/sms/", {"choice": "on"})

    assert Notification.objects.filter(kind=MessageKind.PHONE_CODE).count() == 5 + 1


def test_four_strangers_who_use_up_the_codes_of_a_number_leave_its_owner_one(
    there: Provider, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = [User.objects.create_user(f"stranger{i}@example.org", None, phone=PHONE) for i in range(6)]

    def sent_to(user: User, *, presses: int = 1) -> int:
        before = Notification.objects.filter(kind=MessageKind.PHONE_CODE).count()
        for _press in range(presses):
            browser(user).post("/account/sms/", {"choice": "on"}, REMOTE_ADDR=f"192.0.2.{user.pk % 250}")
        return Notification.objects.filter(kind=MessageKind.PHONE_CODE).count() - before

    assert [sent_to(each, presses=5) for each in strangers[:4]] == [5, 5, 5, 5]
    assert [sent_to(each) for each in strangers[4:]] == [1, 0]
    assert sent_to(anna) == 0
    monkeypatch.setattr(clock, "now", lambda: NOW + 11 * MINUTE)
    assert sent_to(strangers[0]) == 0
    assert sent_to(anna, presses=2) == 1


def test_whoever_bought_with_the_number_gets_a_code_however_many_strangers_call_it_theirs(
    there: Provider, anna: User
) -> None:
    a_paid_order(customer=anna, phone=PHONE)
    for number in range(5):
        stranger = User.objects.create_user(f"stranger{number}@example.org", None, phone=PHONE)
        for _press in range(5):
            browser(stranger).post("/account/sms/", {"choice": "on"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert Notification.objects.filter(kind=MessageKind.PHONE_CODE).count() == 20 + 1

    browser(anna).post("/account/sms/", {"choice": "on"}, REMOTE_ADDR="192.0.2.99")

    assert Notification.objects.filter(kind=MessageKind.PHONE_CODE).count() == 22


def test_a_code_works_once_for_a_short_time_and_not_after_five_wrong_ones(there: Provider, anna: User) -> None:
    former = code_of(anna)
    code = code_of(anna)

    assert not confirm(anna, former if former != code else "", at=NOW)
    assert not confirm(anna, code, at=NOW + 16 * MINUTE)
    for _attempt in range(4):
        assert not confirm(anna, "no", at=NOW)
    assert not confirm(anna, code, at=NOW)
    assert confirm(anna, code_of(anna), at=NOW)
    assert not confirm(anna, code, at=NOW)


def test_codes_go_with_the_account_also_those_to_a_former_phone(there: Provider, anna: User) -> None:
    send_code(anna, at=NOW)
    User.objects.filter(pk=anna.pk).update(phone="+79160000009")

    erase_customer(Customer(ANNA, User.objects.get(pk=anna.pk)), at=NOW)

    assert not Notification.objects.filter(kind=MessageKind.PHONE_CODE).exists()


def test_nobody_can_send_codes_without_end(there: Provider, anna: User) -> None:
    page = browser(anna)
    for _press in range(8):
        page.post("/account/sms/", {"choice": "on"})

    assert Notification.objects.filter(kind=MessageKind.PHONE_CODE).count() == 5


def test_codes_go_only_to_phones_of_the_countries_where_sms_is_offered(
    there: Provider, anna: User, settings: Any
) -> None:
    User.objects.filter(pk=anna.pk).update(phone="+375291234567")
    page = browser(anna)

    refused = page.post("/account/sms/", {"choice": "on"}, follow=True).text
    none_sent = not Notification.objects.filter(kind=MessageKind.PHONE_CODE).exists()
    settings.SMS_REGIONS = ["RU", "BY"]
    page.post("/account/sms/", {"choice": "on"})

    assert "We send no SMS to phones of this country." in refused
    assert none_sent
    assert Notification.objects.get(kind=MessageKind.PHONE_CODE).recipient == "+375291234567"


def test_a_message_goes_as_an_sms_or_by_email_and_never_both(there: Provider, anna: User) -> None:
    chosen(anna)
    queued(recipient=ANNA, kind=MessageKind.TICKET_REMINDER)
    queued(recipient=ANNA, kind=MessageKind.SIGN_IN, occasion="2")  # a link that signs in stays in the mailbox
    queued(recipient="boris@example.org", kind=MessageKind.TICKET_REMINDER)

    delivered()
    there.reported()
    check_reports(list(SmsDelivery.objects.all()), at=NOW + 11 * MINUTE)

    assert [each.phone for each in there.ledger] == [PHONE]
    assert mailed() == [ANNA, "boris@example.org"]
    assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}
    assert SmsDelivery.objects.get().status == "DELIVERED"


@pytest.mark.parametrize("trouble", ["down", "wrong number"])
def test_what_cannot_go_as_an_sms_goes_by_email(there: Provider, anna: User, trouble: str) -> None:
    if trouble == "down":
        there.next_troubles = ["down"] * 9
    else:
        User.objects.filter(pk=anna.pk).update(phone=WRONG)
        anna.refresh_from_db()
    chosen(anna)
    queued(recipient=ANNA)

    for minutes in (0, 2, 10, 30):
        delivered(minutes)

    assert (there.ledger, mailed()) == ([], [ANNA])
    assert Notification.objects.get().status == "SENT"


def test_beyond_the_daily_budget_it_goes_by_email_at_once(there: Provider, anna: User, settings: Any) -> None:
    settings.SMS_DAILY_BUDGET = "0.00001"
    chosen(anna)
    for number in range(3):
        queued(recipient=ANNA, occasion=str(number))

    delivered()
    delivered(1)
    settings.SMS_DAILY_BUDGET = "0.000001"
    queued(recipient=ANNA, occasion="later")
    delivered(2)

    assert len(there.ledger) + len(mailed()) == 4
    assert len(mailed()) >= 1
    assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}


def test_another_phone_of_the_account_has_to_be_confirmed_first(there: Provider, anna: User) -> None:
    chosen(anna)
    User.objects.filter(pk=anna.pk).update(phone="+79990000000")
    queued(recipient=ANNA)

    delivered()

    assert (there.ledger, mailed()) == ([], [ANNA])


def test_telegram_and_sms_replace_each_other(there: Provider, anna: User, settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "12:AB", "cinema_bot"
    chosen(anna)
    link(start_link(anna, at=NOW).rpartition("=")[2], chat_id=1, at=NOW)
    assert (ChosenPhone.objects.count(), TelegramChat.objects.count()) == (0, 1)

    confirm(anna, code_of(anna), at=NOW)
    assert (ChosenPhone.objects.count(), TelegramChat.objects.count()) == (1, 0)

    send_emails_again([anna])
    assert (ChosenPhone.objects.count(), TelegramChat.objects.count()) == (0, 0)


def test_an_erased_customer_has_no_chosen_phone(anna: User) -> None:
    chosen(anna)

    erase_customer(Customer(ANNA, anna), at=NOW)

    assert not ChosenPhone.objects.exists()
