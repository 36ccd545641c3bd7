from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cinema import clock
from cinema.status import ForbiddenMove
from jobs.claims import CLAIM_DURATION, SENDING_LIMIT
from jobs.models import QuarantinedRow
from jobs.steps import Counts
from notifications.channels.sms import MemoryBackend
from notifications.models import MessageKind, Notification, Status
from notifications.services import deliver, queue, requeue
from notifications.services.delivery import BACKOFF, MAX_ATTEMPTS, claim_due
from tests.helpers.fakes import mail as fake_mail
from tests.helpers.fakes.mail import LATER, NOW, message, queued, statuses

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def texts(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """The SMS that were sent, as (phone, text, message_id)."""
    settings.SMS_BACKEND = "notifications.channels.sms.MemoryBackend"
    monkeypatch.setattr(MemoryBackend, "outbox", [])
    return MemoryBackend.outbox


@pytest.fixture
def use_mail_backend(settings: Any) -> Any:
    """A function that sets the mail backend to a class of tests.helpers.fakes.mail."""

    def choose(backend: type) -> None:
        settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__qualname__}"

    return choose


# --- What is sent


def test_a_queued_message_is_sent_once_and_marked() -> None:
    rows = queued()

    assert deliver(rows, at=NOW) == Counts(done=1)
    assert deliver(rows, at=LATER) == Counts(passed_over=1)

    assert [email.to for email in mail.outbox] == [["guest0@example.com"]]
    assert mail.outbox[0].subject == "Order A-1 is cancelled: “Stalker”, 23 November, 19:00"
    sent = Notification.objects.get()
    assert (sent.status, sent.attempts, sent.sent_at, sent.claimed_by, sent.error) == (Status.SENT, 1, NOW, "", "")


def test_a_phone_number_gets_an_sms_of_one_line(texts: list[tuple[str, str, str]]) -> None:
    [row] = queued(kind=MessageKind.TICKET_REMINDER, recipient="+79991234567")

    deliver([row], at=NOW)

    assert mail.outbox == []
    [(phone, text, message_id)] = texts
    assert phone == "+79991234567"
    assert "Tom & Jerry" in text
    assert "\n" not in text
    assert f"<{message_id}>" == row.message_id


def test_the_console_shows_only_two_digits_of_a_number(settings: Any, capsys: Any) -> None:
    settings.SMS_BACKEND = "notifications.channels.sms.ConsoleBackend"

    deliver(queued(recipient="+79991234567"), at=NOW)

    assert capsys.readouterr().out == "SMS to …67: Order A-1 is cancelled: “Stalker”, 23 November, 19:00\n"


def test_older_messages_are_sent_first() -> None:
    rows = queued(5)

    deliver(list(reversed(rows)), at=NOW)

    assert [email.to[0] for email in mail.outbox] == [row.recipient for row in rows]


def test_a_sender_takes_only_what_it_was_given() -> None:
    first, _second = queued(2)

    deliver([first], at=NOW)

    assert statuses() == [Status.SENT, Status.QUEUED]


def test_a_subject_cannot_inject_a_header() -> None:
    context = fake_mail.CONTEXTS[MessageKind.TICKET_REMINDER] | {"film": "Jaws\r\nBcc: everybody@example.com"}
    [row] = queued(kind=MessageKind.TICKET_REMINDER, context=context)

    deliver([row], at=NOW)

    email = message_from_bytes(mail.outbox[0].message().as_bytes())
    assert email["Bcc"] is None
    assert email["To"] == "guest0@example.com"


def test_tickets_are_attached_as_images() -> None:
    [row] = queued(kind=MessageKind.ORDER_PAID)

    deliver([row], at=NOW)

    email = message_from_bytes(mail.outbox[0].message().as_bytes())
    body, *drawn = email.get_payload()
    assert [each.get_content_type() for each in body.get_payload()] == ["text/plain", "text/html"]
    assert [each.get_filename() for each in drawn] == ["A-1-5-7.png", "A-1-5-8.png"]
    [one, other] = [each.get_payload(decode=True) for each in drawn]
    assert one.startswith(b"\x89PNG")
    assert one != other


def test_an_address_with_a_line_break_is_rejected_and_others_are_sent() -> None:
    rows = queued(recipient="a@example.com\nBcc: b@example.com") + queued(occasion="A-2")[1:]

    deliver(rows, at=NOW)

    assert statuses() == [Status.QUEUED, Status.SENT]


# --- Time


def test_nothing_is_sent_after_not_after() -> None:
    rows = queued(not_after=NOW)

    assert deliver(rows, at=NOW + SECOND) == Counts(done=1)

    assert mail.outbox == []
    assert (statuses(), Notification.objects.get().attempts) == ([Status.OUTDATED], 0)


def test_a_message_is_still_sent_exactly_at_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)

    deliver(queued(not_after=NOW), at=NOW)

    assert statuses() == [Status.SENT]


def test_a_message_that_expires_while_others_are_sent_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1000, 2))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    rows = queued(3, not_after=NOW + timedelta(seconds=9))

    deliver(rows, at=NOW)

    assert statuses() == [Status.SENT, Status.SENT, Status.OUTDATED]
    assert len(mail.outbox) == 2


def test_a_message_is_not_due_before_its_next_attempt() -> None:
    rows = queued()

    deliver(rows, at=NOW - SECOND)

    assert (statuses(), mail.outbox) == ([Status.QUEUED], [])


def test_a_sender_out_of_time_releases_the_rest_without_counting_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10_000, int(SENDING_LIMIT.total_seconds()) // 2))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    rows = queued(5)

    assert deliver(rows, at=NOW) == Counts(done=1, passed_over=4)
    assert statuses() == [Status.SENT] + [Status.QUEUED] * 4
    assert set(Notification.objects.filter(status=Status.QUEUED).values_list("attempts", flat=True)) == {0}

    monkeypatch.undo()
    deliver(rows, at=NOW)
    assert len(mail.outbox) == 5


# --- Failure


def test_each_failure_waits_longer_until_the_message_has_failed(use_mail_backend: Any) -> None:
    use_mail_backend(fake_mail.BusyForSome)
    [row] = queued(recipient="bad@example.com")
    at = NOW

    for number, wait in enumerate(BACKOFF, start=1):
        assert deliver([row], at=at) == Counts(passed_over=1)
        row.refresh_from_db()
        assert (row.status, row.attempts, row.next_attempt_at) == (Status.QUEUED, number, at + wait)
        at += wait
    assert deliver([row], at=at) == Counts(failed=1, error="SMTPRecipientsRefused 450 try again later")

    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.FAILED, MAX_ATTEMPTS)
    assert list(BACKOFF) == sorted(BACKOFF)
    assert deliver([row], at=at + timedelta(days=365)) == Counts(passed_over=1)


def test_a_refusal_for_good_is_a_failure_at_once(use_mail_backend: Any) -> None:
    use_mail_backend(fake_mail.RefusesSome)
    [row] = queued(recipient="bad@example.com")

    assert deliver([row], at=NOW) == Counts(failed=1, error="SMTPRecipientsRefused 550 no such user: …")

    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == (Status.FAILED, 1, "SMTPRecipientsRefused 550 no such user: …")


def test_without_an_sms_provider_a_message_to_a_phone_fails_at_once_and_not_the_job(settings: Any, capsys: Any) -> None:
    settings.SMS_BACKEND = ""

    assert deliver(queued(recipient="+79991234567"), at=NOW) == Counts(done=1)

    failed = Notification.objects.get()
    assert (failed.status, failed.error) == (Status.FAILED, "NoSmsProvider")

    assert capsys.readouterr().out == ""


def test_addresses_with_national_domains_are_sent_in_punycode(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Кино <kassa@кино.рф>"

    deliver(queued(recipient="anna@почта.рф"), at=NOW)

    message = mail.outbox[0].message()
    assert message["Message-ID"].endswith("@xn--h1adke.xn--p1ai>")
    assert message["From"].endswith("<kassa@xn--h1adke.xn--p1ai>")
    assert message["To"] == "anna@xn--80a1acny.xn--p1ai"
    assert message.as_bytes().partition(b"\n\n")[0].isascii()


def test_the_stored_error_names_no_recipient(use_mail_backend: Any, settings: Any) -> None:
    use_mail_backend(fake_mail.RefusesSome)
    settings.SMS_BACKEND = "tests.helpers.fakes.mail.BrokenGateway"
    rows = queued(recipient="bad@example.com") + queued(recipient="+79991234567")[1:]

    deliver(rows, at=NOW)

    errors = Notification.objects.order_by("pk").values_list("error", flat=True)
    assert list(errors) == ["SMTPRecipientsRefused 550 no such user: …", "TimeoutError"]


def test_one_bad_address_does_not_stop_the_others(use_mail_backend: Any) -> None:
    use_mail_backend(fake_mail.RefusesSome)
    queue([message(recipient=f"{name}@example.com") for name in ("a", "bad", "c")], at=NOW)

    deliver(Notification.objects.all(), at=NOW)

    assert statuses() == [Status.SENT, Status.FAILED, Status.SENT]


def test_a_message_that_cannot_be_rendered_does_not_stop_the_others() -> None:
    rows = queued(2, kind=MessageKind.POINTS_EXPIRING)
    Notification.objects.filter(pk=rows[0].pk).update(context={"points": 1, "expires": "yesterday"})

    deliver(rows, at=NOW)

    assert statuses() == [Status.QUEUED, Status.SENT]
    assert Notification.objects.order_by("pk")[0].error == "ValueError"


def test_an_unreachable_mail_server_is_tried_once_per_batch(use_mail_backend: Any, monkeypatch: Any) -> None:
    use_mail_backend(fake_mail.Unreachable)
    monkeypatch.setattr(fake_mail.Unreachable, "knocks", 0)

    assert deliver(queued(10), at=NOW) == Counts(passed_over=10)

    assert fake_mail.Unreachable.knocks == 1
    assert statuses() == [Status.QUEUED] * 10


def test_a_mail_server_that_keeps_disconnecting_is_given_up_for_the_batch(
    use_mail_backend: Any, monkeypatch: Any
) -> None:
    use_mail_backend(fake_mail.Drops)
    monkeypatch.setattr(fake_mail.Drops, "tries", 0)

    deliver(queued(10), at=NOW)

    assert fake_mail.Drops.tries == 3


def test_after_an_outage_every_message_is_sent_once(use_mail_backend: Any) -> None:
    rows = queued(10)
    use_mail_backend(fake_mail.Unreachable)
    deliver(rows, at=NOW)
    use_mail_backend(fake_mail.CountsConnections)

    deliver(rows, at=LATER)

    assert sorted(email.to[0] for email in mail.outbox) == sorted(row.recipient for row in rows)


def test_a_failed_message_is_sent_after_it_is_queued_again() -> None:
    rows = queued()
    Notification.objects.update(status=Status.FAILED, attempts=MAX_ATTEMPTS, error="TimeoutError")
    [row] = Notification.objects.all()

    requeue([row], at=LATER)

    row.refresh_from_db()
    assert (row.status, row.attempts, row.next_attempt_at, row.error) == (Status.QUEUED, 0, LATER, "")
    deliver(rows, at=LATER)
    assert statuses() == [Status.SENT]


def test_a_sent_message_cannot_be_queued_again() -> None:
    rows = queued()
    deliver(rows, at=NOW)

    with pytest.raises(ForbiddenMove):
        requeue(Notification.objects.all(), at=LATER)

    assert statuses() == [Status.SENT]


# --- Senders that are killed


def test_the_messages_of_a_killed_sender_are_claimed_again_when_its_claim_expires() -> None:
    rows = queued(2)
    claim_due(rows, sender="killed", at=NOW)

    assert deliver(rows, at=NOW + CLAIM_DURATION - SECOND) == Counts(passed_over=2)
    assert deliver(rows, at=NOW + CLAIM_DURATION) == Counts(done=2)

    assert len(mail.outbox) == 2
    assert set(Notification.objects.values_list("attempts", flat=True)) == {2}


def test_a_message_that_kills_every_sender_is_given_up() -> None:
    [row] = queued()
    at = NOW
    for _ in range(MAX_ATTEMPTS):
        assert claim_due([row], sender="killed", at=at)
        at += CLAIM_DURATION

    assert deliver([row], at=at) == Counts(failed=1, error="SenderLost")

    assert (statuses(), mail.outbox) == ([Status.FAILED], [])


def test_a_message_keeps_its_id_at_every_attempt(use_mail_backend: Any) -> None:
    [row] = queued()
    deliver([row], at=NOW)
    Notification.objects.update(status=Status.SENDING, next_attempt_at=LATER)  # killed before it stored the result

    deliver([row], at=LATER)

    first, second = (email.message()["Message-ID"] for email in mail.outbox)
    assert first == second == row.message_id
    assert first.startswith("<")


def test_different_messages_have_different_ids() -> None:
    first, second = queued(2)

    assert first.message_id != second.message_id


def test_a_stopped_sender_stores_its_results_and_releases_the_rest(use_mail_backend: Any, monkeypatch: Any) -> None:
    use_mail_backend(fake_mail.StopsAfterOne)
    monkeypatch.setattr(fake_mail.StopsAfterOne, "sent", 0)

    with pytest.raises(fake_mail.Told):
        deliver(queued(3), at=NOW)

    assert statuses() == [Status.SENT, Status.QUEUED, Status.QUEUED]


def test_a_sender_that_returns_late_does_not_change_messages_another_took_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [row] = queued()

    def sleep_through_the_lease(self: Any, messages: Any) -> int:
        Notification.objects.update(claimed_by="another", next_attempt_at=LATER)
        return 1

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", sleep_through_the_lease)

    assert deliver([row], at=NOW) == Counts(passed_over=1)

    row.refresh_from_db()
    assert (row.status, row.claimed_by, row.next_attempt_at) == (Status.SENDING, "another", LATER)


# --- Cost


def test_a_batch_costs_a_constant_number_of_queries() -> None:
    def cost(count: int, occasion: str) -> int:
        queued(count, occasion=occasion)
        with CaptureQueriesContext(connection) as queries:
            deliver(list(Notification.objects.due(NOW)), at=NOW)
        return len(queries)

    assert cost(2, "few") == cost(60, "many")
    assert len(mail.outbox) == 62


def test_failures_of_one_kind_cost_a_constant_number_of_queries(use_mail_backend: Any) -> None:
    use_mail_backend(fake_mail.Unreachable)

    def cost(count: int, occasion: str) -> int:
        queued(count, occasion=occasion)
        with CaptureQueriesContext(connection) as queries:
            deliver(list(Notification.objects.due(NOW)), at=NOW)
        return len(queries)

    assert cost(2, "few") == cost(60, "many")


def test_a_batch_uses_one_connection(use_mail_backend: Any, monkeypatch: Any) -> None:
    use_mail_backend(fake_mail.CountsConnections)
    monkeypatch.setattr(fake_mail.CountsConnections, "opened", 0)

    deliver(queued(20), at=NOW)

    assert (fake_mail.CountsConnections.opened, len(mail.outbox)) == (1, 20)


def test_an_index_is_used_to_find_due_messages() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # PostgreSQL would rightly scan a small table

    plan = Notification.objects.due(NOW).order_by().explain()  # as the job does, which sorts the keys itself

    assert "notification_due" in plan


# --- The job


def test_the_job_delivers_messages_due_at_the_given_instant(capsys: Any) -> None:
    queued(3)

    call_command("deliver_notifications", "--at", (NOW - SECOND).isoformat())
    assert statuses() == [Status.QUEUED] * 3
    call_command("deliver_notifications", "--at", NOW.isoformat(), "--batch-size", "2")

    assert statuses() == [Status.SENT] * 3
    assert "3 done, 0 passed over, 0 failed" in capsys.readouterr().out


def test_a_dry_run_lists_due_messages_without_recipients_and_sends_nothing(capsys: Any) -> None:
    queued(3)
    before = list(Notification.objects.order_by("pk").values())

    call_command("deliver_notifications", "--at", NOW.isoformat(), "--dry-run")

    said = capsys.readouterr().out
    assert "3 due" in said
    assert "example.com" not in said
    assert (mail.outbox, list(Notification.objects.order_by("pk").values())) == ([], before)


def test_a_message_that_failed_for_good_fails_the_pass_and_is_not_quarantined(use_mail_backend: Any) -> None:
    use_mail_backend(fake_mail.RefusesSome)
    queued(recipient="bad@example.com")
    Notification.objects.update(attempts=MAX_ATTEMPTS - 1)

    with pytest.raises(CommandError, match="1 failed"):
        call_command("deliver_notifications", "--at", NOW.isoformat())

    assert statuses() == [Status.FAILED]
    assert QuarantinedRow.objects.count() == 0


def test_a_sent_message_keeps_neither_links_nor_codes() -> None:
    row, *_rest = queued(context={**message().context, "link": "https://cinema.example/order/secret/"})

    deliver([row], at=NOW)

    row.refresh_from_db()
    assert row.status == Status.SENT
    assert "link" not in row.context
    assert "number" in row.context
