from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cinema.status import transition
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts
from notifications.channels import DeliveryChannel, is_email
from notifications.channels.email import EmailChannel
from notifications.channels.sms import SmsChannel
from notifications.models import Notification, Status

BACKOFF = Backoff(
    [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=6),
        timedelta(hours=12),
        timedelta(hours=24),
    ]
)
MAX_ATTEMPTS = BACKOFF.max_attempts

#: A killed sender's work of this long is repeated at most, however slow the server; a fast batch is marked in one go.
MARK_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of an attempt. Equal ones are marked together."""

    status: Status
    error: str = ""
    wait: timedelta | None = None


def deliver(notifications: Collection[Notification], *, at: datetime) -> Counts:
    """Send those of the messages that are still due at `at`; never one after its `not_after`.

    Claims and commits, sends without a transaction, marks. A message that could not be sent is queued again (passed
    over), later each time, and `FAILED` after `MAX_ATTEMPTS`. At least once: a sender killed between sending and
    marking leaves its messages to the next one after its claim. A constant number of queries a batch, and one more
    round for each second that sending takes. Must not be called inside a transaction: it talks to a network.
    """
    limit, marked = TimeLimit(), timedelta()
    sender = new_sender()
    taken = claim_due(notifications, sender=sender, at=at)
    waiting = [notification for notification in reversed(taken) if notification.status == Status.SENDING]
    outcomes: dict[DeliveryResult, list[Notification]] = defaultdict(list)
    channels: dict[type[DeliveryChannel], DeliveryChannel] = {}
    try:
        while waiting:
            elapsed = limit.elapsed
            if elapsed > limit.limit:
                break
            outcome = _attempt(waiting[-1], channels, now=at + elapsed)
            outcomes[outcome].append(waiting.pop())
            if limit.elapsed - marked > MARK_EVERY:
                mark(outcomes, sender=sender, at=at)
                outcomes.clear()
                marked = limit.elapsed
    finally:
        # Also when the process is told to stop: what was sent is not sent again, and what was not does not wait.
        mark(outcomes, sender=sender, at=at)
        release_unsent(waiting, sender=sender, at=at)
        for channel in channels.values():
            channel.close()
    return _counted(taken, asked=len(notifications))


def requeue(notifications: Iterable[Notification], *, at: datetime) -> None:
    """Queue failed messages again, with all attempts before them. Raises `ForbiddenMove` if one has not failed. Owns
    its transaction.
    """
    with transaction.atomic():
        transition(notifications, Status.QUEUED, attempts=0, next_attempt_at=at, error="")


def claim_due(notifications: Iterable[Notification], *, sender: str, at: datetime) -> list[Notification]:
    """Take those of the messages that are due: `SENDING`, they are the sender's alone until its lease ends.

    Those that may not be sent any more come back as well, `OUTDATED` or `FAILED`.
    """
    with transaction.atomic(durable=True):
        keys = [notification.pk for notification in notifications]
        due = claims.lock_due(Notification.objects.due(at).filter(pk__in=keys))
        outdated, exhausted, fit = [], [], []
        for notification in due:
            if notification.not_after and notification.not_after < at:
                outdated.append(notification)
            elif notification.attempts >= MAX_ATTEMPTS:
                exhausted.append(notification)
            else:
                fit.append(notification)
        transition(outdated, Status.OUTDATED, claimed_by="")
        transition(exhausted, Status.FAILED, claimed_by="", error="SenderLost")
        claims.claim(fit, sender=sender, at=at, to=Status.SENDING)
    return due


def mark(outcomes: dict[DeliveryResult, list[Notification]], *, sender: str, at: datetime) -> None:
    """Write down what became of the attempts, but for messages that another sender has taken over meanwhile."""
    if not outcomes:
        return
    with transaction.atomic(durable=True):
        ours = _still_ours([row for rows in outcomes.values() for row in rows], sender=sender)
        for outcome, rows in outcomes.items():
            stamps: dict[str, object] = {"claimed_by": "", "error": outcome.error}
            if outcome.status == Status.SENT:
                stamps["sent_at"] = at
            if outcome.wait is not None:
                stamps["next_attempt_at"] = at + outcome.wait
            transition([row for row in rows if row.pk in ours], outcome.status, **stamps)


def release_unsent(notifications: list[Notification], *, sender: str, at: datetime) -> None:
    """Queue again what there was no time for; it does not count as an attempt."""
    if not notifications:
        return
    with transaction.atomic(durable=True):
        ours = _still_ours(notifications, sender=sender)
        rows = [row for row in notifications if row.pk in ours]
        transition(rows, Status.QUEUED, claimed_by="", next_attempt_at=at, attempts=F("attempts") - 1)


def _attempt(
    notification: Notification, channels: dict[type[DeliveryChannel], DeliveryChannel], *, now: datetime
) -> DeliveryResult:
    if notification.not_after and notification.not_after < now:
        return DeliveryResult(Status.OUTDATED)
    try:
        kind = EmailChannel if is_email(notification.recipient) else SmsChannel
        if kind not in channels:
            channels[kind] = kind()
        channels[kind].send(notification)
    except Exception as failure:
        # Whatever it is, it is this message's affair: the others go on.
        wait = BACKOFF.after(notification.attempts)
        return DeliveryResult(Status.FAILED if wait is None else Status.QUEUED, error=_name(failure), wait=wait)
    return DeliveryResult(Status.SENT)


def _still_ours(notifications: list[Notification], *, sender: str) -> set[int]:
    keys = [notification.pk for notification in notifications]
    return claims.still_claimed(Notification.objects.filter(pk__in=keys, status=Status.SENDING), sender=sender)


def _counted(taken: list[Notification], *, asked: int) -> Counts:
    by_status = Counter(notification.status for notification in taken)
    done, failed = by_status[Status.SENT] + by_status[Status.OUTDATED], by_status[Status.FAILED]
    error = next((notification.error for notification in taken if notification.status == Status.FAILED), "")
    return Counts(done=done, failed=failed, passed_over=asked - done - failed, error=error)


def _name(failure: Exception) -> str:
    """The kind of failure and the server's code; its text may name the recipient."""
    code = getattr(failure, "smtp_code", None)
    if code is None:  # SMTPRecipientsRefused: an answer for each recipient, and there is one
        answers = getattr(failure, "recipients", None)
        code = next((answer[0] for answer in answers.values()), None) if isinstance(answers, dict) else None
    return f"{type(failure).__name__} {code}" if code is not None else type(failure).__name__
