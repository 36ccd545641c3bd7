"""Each SMS is sent once, and what became of it is known, whatever happens to answers, keys and senders."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cinema import clock
from integrations.sms.twilio import CALLBACK_PATH
from notifications.models import Notification, SmsDelivery
from notifications.services import delivery
from tests.helpers.fakes.mail import NOW, queued
from tests.helpers.fakes.sms_provider import KEY, NOT_NOW, WRONG, Provider, sms_provider

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
PHONE = "+79161234567"


BACKENDS = {
    "sms.ru": "integrations.sms.smsru.SmsRu",
    "smsc": "integrations.sms.smsc.Smsc",
    "twilio": "integrations.sms.twilio.Twilio",
}


@pytest.fixture(params=list(BACKENDS))
def there(request: pytest.FixtureRequest, settings: Any) -> Iterator[Provider]:
    """Each of the three providers in turn."""
    settings.SMS_BACKEND = BACKENDS[request.param]
    settings.SMS_LOGIN, settings.SMS_PASSWORD, settings.SMS_SENDER = "AC1", KEY, "Cinema"
    with sms_provider() as provider:
        settings.SMS_API = provider.url
        yield provider


@pytest.fixture
def smsc(settings: Any) -> Iterator[Provider]:
    settings.SMS_BACKEND, settings.SMS_PASSWORD = BACKENDS["smsc"], KEY
    with sms_provider() as provider:
        settings.SMS_API = provider.url
        yield provider


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)


def a_pass(at: datetime = NOW) -> None:
    call_command("deliver_notifications", at=at.isoformat(), verbosity=0)


def states() -> list[str]:
    return list(SmsDelivery.objects.order_by("pk").values_list("status", flat=True))


def test_an_sms_is_sent_once_and_its_delivery_and_cost_are_found_out(there: Provider) -> None:
    queued(recipient=PHONE)

    a_pass()
    sent = states()
    there.reported()
    a_pass(NOW + 11 * MINUTE)
    calls = len(there.calls)
    a_pass(NOW + DAY)

    [row] = SmsDelivery.objects.all()
    assert [(each.phone, each.text) for each in there.ledger] == [
        (PHONE, "Order A-1 is cancelled: “Stalker”, 23 November, 19:00")
    ]
    assert (sent, row.status, row.parts, row.cost) == (["SENT"], "DELIVERED", 1, Decimal("3.5"))
    assert len(there.calls) == calls  # nothing is asked any more
    assert Notification.objects.get().status == "SENT"


def test_one_number_that_is_refused_stops_no_other(there: Provider) -> None:
    queued(recipient=WRONG)
    queued(recipient=NOT_NOW)
    queued(recipient=PHONE)

    with pytest.raises(CommandError, match="1 failed: SmsRefused"):
        a_pass()

    assert [each.phone for each in there.ledger] == [PHONE]
    assert list(Notification.objects.order_by("pk").values_list("status", flat=True)) == ["FAILED", "QUEUED", "SENT"]
    assert states() == ["REFUSED", "REFUSED", "SENT"]


@pytest.mark.parametrize("trouble", ["down", "busy"])
def test_a_provider_that_is_down_for_hours_gets_everything_later(there: Provider, trouble: str) -> None:
    queued(recipient=PHONE)
    there.next_troubles = [trouble] * 4

    for at in (NOW, NOW + MINUTE, NOW + HOUR, NOW + 4 * HOUR, NOW + 11 * HOUR, NOW + DAY):
        a_pass(at)

    assert (len(there.ledger), states(), Notification.objects.get().status) == (1, ["SENT"], "SENT")


def test_a_key_that_is_no_longer_valid_is_corrected_and_nothing_is_lost(there: Provider) -> None:
    queued(recipient=PHONE)
    there.key = "another"
    a_pass()
    waiting = Notification.objects.get()

    there.key = "key 1"
    a_pass(NOW + 2 * MINUTE)

    assert (waiting.status, waiting.error.split()[0]) == ("QUEUED", "SmsNotTaken")
    assert (len(there.ledger), states()) == (1, ["REFUSED", "SENT"])


def test_a_lost_answer_is_looked_for_where_the_provider_takes_our_number(smsc: Provider) -> None:
    queued(recipient=PHONE)
    smsc.next_troubles = ["lost"]

    a_pass()
    unknown = states()
    a_pass(NOW + 2 * MINUTE)

    assert (unknown, states(), len(smsc.ledger)) == (["SENDING"], ["SENT"], 1)
    assert Notification.objects.get().status == "SENT"


def test_a_sender_that_was_killed_after_sending_sends_no_second_sms(
    smsc: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(recipient=PHONE)

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "store_results", killed)
        with pytest.raises(KeyboardInterrupt):
            a_pass()
    a_pass(NOW + MINUTE)
    claimed = states()
    a_pass(NOW + 6 * MINUTE)

    assert (claimed, states(), len(smsc.ledger)) == (["SENDING"], ["SENT"], 1)


def test_what_is_not_reported_is_asked_about_ever_less_often_and_given_up_after_days(there: Provider) -> None:
    queued(recipient=PHONE)
    a_pass()
    there.ledger[0].state = "a word that nobody knows"
    there.calls.clear()
    passes = [NOW]

    while (at := SmsDelivery.objects.get().next_attempt_at) is not None:
        a_pass(at - TICK)
        passes.append(at)
        a_pass(at)

    assert states() == ["UNKNOWN"]
    waits = [later - sooner for sooner, later in pairwise(passes)]
    assert waits == sorted(waits)
    assert len(there.calls) == len(waits)
    assert 5 < len(waits) < 15
    assert 3 * DAY <= passes[-1] - NOW < 5 * DAY


@pytest.mark.parametrize(
    "form", [{"MessageSid": "\0"}, {"id": "1\0"}, {"data[0]": "sms_status\n\0\n1"}, {"id": "9" * 10_000}]
)
def test_whatever_a_stranger_sends_as_a_report_is_answered(form: dict[str, str]) -> None:
    assert Client().post(CALLBACK_PATH, form).content == b"100"


def test_a_report_makes_us_ask_and_a_forged_one_changes_nothing(there: Provider) -> None:
    queued(recipient=PHONE)
    a_pass()
    number = SmsDelivery.objects.get().external_id
    forms = [
        {"MessageSid": number, "MessageStatus": "delivered"},
        {"id": number, "status": "1", "phone": PHONE},
        {"data[0]": f"sms_status\n{number}\n103"},
    ]

    answers = []
    for form in [*forms, {"MessageSid": "never heard of"}, {}]:
        answers.append(Client().post(CALLBACK_PATH, form).content)
        a_pass(NOW + MINUTE)
    forged = states()
    there.reported()
    SmsDelivery.objects.update(next_attempt_at=NOW + DAY)
    Client().post(CALLBACK_PATH, forms[2])
    a_pass(clock.now())

    assert set(answers) == {b"100"}
    assert forged == ["SENT"]
    assert states() == ["DELIVERED"]


def test_both_ledgers_are_equal_after_a_day_of_trouble(smsc: Provider) -> None:
    for number in range(12):
        queued(recipient=f"+7916123450{number:02}")
    smsc.next_troubles = ["lost", "", "down", "busy", "lost", "", "lost"] * 3

    at = NOW
    while at < NOW + 20 * HOUR:
        a_pass(at)
        at += 15 * MINUTE

    ours = Counter(SmsDelivery.objects.exclude(status="REFUSED").values_list("notification__recipient", flat=True))
    assert Counter(each.phone for each in smsc.ledger) == ours
    assert set(ours.values()) == {1}
