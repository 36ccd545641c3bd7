"""The daily budget of SMS."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from notifications.channels.sms import SmsRefused, SmsReport
from notifications.models import Notification, SmsDay, SmsDelivery
from notifications.services import deliver, requeue
from notifications.services.sms import check_reports
from tests.helpers.fakes.mail import NOW, queued, statuses

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class Dear:
    """Takes three roubles for each."""

    sent: ClassVar[list[str]] = []

    def send_numbered(self, *, number: int, phone: str, text: str) -> SmsReport:
        if phone.endswith("0000"):
            raise SmsRefused("no such number")
        self.sent.append(phone)
        return SmsReport(external_id=f"{number}", cost=Decimal(3), currency="RUB")

    def find(self, *, number: int, phone: str) -> None:
        return None

    def reports(self, asked: Any) -> dict[str, SmsReport]:
        raise TimeoutError

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dear, "sent", [])
    settings.SMS_BACKEND = f"{__name__}.Dear"
    settings.SMS_DAILY_BUDGET = "10"


def texts(count: int, *, start: int = 1) -> list[Notification]:
    for number in range(start, start + count):
        queued(recipient=f"+7916123{number:04}")
    return list(Notification.objects.order_by("pk"))


def test_what_the_daily_budget_does_not_pay_for_waits_for_the_next_day() -> None:
    deliver(texts(1), at=NOW)  # the price of a part is known from the first

    deliver(texts(4, start=2), at=NOW)
    today = len(Dear.sent)
    deliver(list(Notification.objects.all()), at=NOW + timedelta(hours=1))
    same_day = len(Dear.sent)
    deliver(list(Notification.objects.all()), at=NOW + DAY)

    assert (today, same_day, len(Dear.sent)) == (3, 3, 5)
    assert set(statuses()) == {"SENT"}
    assert [(day.spent) for day in SmsDay.objects.order_by("date")] == [Decimal(9), Decimal(6)]


def test_a_waiting_message_says_why_and_counts_no_attempt() -> None:
    deliver(texts(1), at=NOW)
    deliver(texts(4, start=2), at=NOW)

    waiting = Notification.objects.filter(status="QUEUED")

    assert set(waiting.values_list("error", "attempts")) == {("daily SMS budget used up", 0)}


def test_what_costs_more_than_the_budget_of_any_day_fails_at_once_and_says_so(settings: Any) -> None:
    deliver(texts(1), at=NOW)
    settings.SMS_DAILY_BUDGET = "2"

    counts = deliver(texts(1, start=2), at=NOW)
    raised = Notification.objects.get(status="FAILED")
    settings.SMS_DAILY_BUDGET = "10"
    requeue([raised], at=NOW)
    deliver([raised], at=NOW)

    assert (counts.failed, counts.error) == (1, "dearer than the daily SMS budget")
    assert set(statuses()) == {"SENT"}


def test_what_was_refused_costs_nothing() -> None:
    deliver(texts(1), at=NOW)
    deliver(texts(1, start=0), at=NOW)

    assert SmsDay.objects.get().spent == 3
    assert list(SmsDelivery.objects.order_by("pk").values_list("status", flat=True)) == ["SENT", "REFUSED"]


def test_a_provider_that_does_not_answer_is_asked_again_later() -> None:
    deliver(texts(1), at=NOW)
    later = NOW + timedelta(minutes=10)

    check_reports(list(SmsDelivery.objects.all()), at=later)

    row = SmsDelivery.objects.get()
    assert (row.status, row.next_attempt_at, row.claimed_by) == ("SENT", later + timedelta(minutes=10), "")
