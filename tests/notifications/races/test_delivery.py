from collections import Counter
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from cinema.status import ConcurrentChange
from notifications.models import Notification
from notifications.services import delivery
from tests.helpers.fakes import mail as fake_mail
from tests.helpers.fakes.mail import NOW, queued, statuses

SENDERS = 4
MESSAGES = 60


def sent_by_simultaneous_senders() -> Counter[str]:
    """How many messages each recipient got from several senders that read the same due messages."""
    queued(MESSAGES)
    read = Barrier(SENDERS, timeout=20)

    def send() -> None:
        try:
            due = list(Notification.objects.due(NOW).order_by("pk"))
            read.wait()
            delivery.deliver(due, at=NOW)
        except ConcurrentChange:  # expected when the claim is removed
            pass
        finally:
            connection.close()

    senders = [Thread(target=send) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return Counter(email.to[0] for email in mail.outbox)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_simultaneous_senders_send_nothing_twice() -> None:
    sent = sent_by_simultaneous_senders()

    assert len(sent) == MESSAGES
    assert set(sent.values()) == {1}
    assert set(statuses()) == {"SENT"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_claim_simultaneous_senders_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim_without_check(notifications: Any, *, sender: str, at: Any) -> list[Notification]:
        Notification.objects.filter(pk__in=[row.pk for row in notifications]).update(status="SENDING")
        for row in notifications:
            row.status = "SENDING"
        return list(notifications)

    monkeypatch.setattr(delivery, "claim_due", claim_without_check)

    assert max(sent_by_simultaneous_senders().values()) > 1


@pytest.mark.django_db(transaction=True)
def test_mail_is_sent_outside_a_transaction(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "tests.helpers.fakes.mail.NotesTransactions"
    monkeypatch.setattr(fake_mail.NotesTransactions, "seen", [])

    delivery.deliver(queued(3), at=NOW)

    assert fake_mail.NotesTransactions.seen == [False] * 3


@pytest.mark.django_db(transaction=True)
def test_delivering_inside_a_transaction_is_refused() -> None:
    rows = queued()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        delivery.deliver(rows, at=NOW)

    assert (mail.outbox, statuses()) == ([], ["QUEUED"])
