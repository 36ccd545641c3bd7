from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import F

from accounts.services.entitlement import staff_who_see
from cinema.status import transition
from house_rules.scope import rules_scope
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts
from notifications.channels import DeliveryChannel, is_email
from notifications.channels.email import EmailChannel
from notifications.channels.sms import NoSmsProvider, SmsChannel, SmsReport
from notifications.channels.telegram import TelegramChannel
from notifications.models import ABOVE_BUDGET, OVER_BUDGET, Notification, SmsDelivery, Status
from notifications.services import sms, telegram
from notifications.services.chosen_phones import find_phones
from notifications.services.failures import describe, is_permanent
from notifications.services.queueing import SECRETS

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

#: Results are stored this often, so that at most this much work is repeated if a sender is killed.
MARK_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of an attempt. Messages with equal results are updated together."""

    status: Status
    error: str = ""
    wait: timedelta | None = None
    channel: str = ""  # of a message that was sent


@rules_scope()
def deliver(notifications: Collection[Notification], *, at: datetime) -> Counts:
    """Send the messages that are still due at `at`; none is sent after its `not_after`, or to somebody who has lost the
    right to see it (`only_for`).

    Claims the messages and commits, sends them outside any transaction, and stores the results. A message that could
    not be sent is queued again with growing waits (and counted as passed over), and `FAILED` after `MAX_ATTEMPTS`; if
    the server refused it for good, it is `FAILED` at once. Without an SMS provider, messages to phone numbers are
    `FAILED` too, for staff to see, but that is no failure of the job. Messages are sent at least once: those of a
    killed sender are sent again when its claim expires. A constant number of queries per batch, plus one round of
    updates for each second that sending takes. Must not be called inside a transaction: it talks to a network.
    """
    limit, marked = TimeLimit(), timedelta()
    sender = new_sender()
    claimed = claim_due(notifications, sender=sender, at=at)
    unsent = [notification for notification in reversed(claimed) if notification.status == Status.SENDING]
    results: dict[DeliveryResult, list[Notification]] = defaultdict(list)
    channels = _Channels(sms.open_rows(sms.phones(reversed(unsent)), at=at), telegram.chats(unsent))
    try:
        while unsent:
            elapsed = limit.elapsed
            if elapsed > limit.limit:
                break
            result = _attempt(unsent[-1], channels, now=at + elapsed)
            results[result].append(unsent.pop())
            if limit.elapsed - marked > MARK_EVERY:
                store_results(results, sender=sender, at=at, texts=channels.take_answers())
                results.clear()
                marked = limit.elapsed
    finally:
        # Also when the process is stopped: sent messages must not be sent again, and the others must not wait.
        store_results(results, sender=sender, at=at, texts=channels.take_answers())
        release_unsent(unsent, sender=sender, at=at)
        telegram.forget_lost(channels.lost_chats)
        channels.close()
    return _counts(claimed, asked=len(notifications))


def requeue(notifications: Iterable[Notification], *, at: datetime) -> None:
    """Queue failed messages again, with the full number of attempts. Raises `ForbiddenMove` if one has not failed.

    Owns its transaction.
    """
    with transaction.atomic():
        transition(notifications, Status.QUEUED, attempts=0, next_attempt_at=at, error="")


def claim_due(notifications: Iterable[Notification], *, sender: str, at: datetime) -> list[Notification]:
    """Claim the messages that are due at `at` and set them to `SENDING`; returns them.

    Also returns those that may no longer be sent, which are now `OUTDATED` or `FAILED`.
    """
    with transaction.atomic(durable=True):
        keys = [notification.pk for notification in notifications]
        due = claims.lock_due(Notification.objects.due(at).filter(pk__in=keys))
        outdated, exhausted, sendable = [], [], []
        lost = _without_right(due)
        for notification in due:
            if (notification.not_after and notification.not_after < at) or notification.pk in lost:
                outdated.append(notification)
            elif notification.attempts >= MAX_ATTEMPTS:
                exhausted.append(notification)
            else:
                sendable.append(notification)
        transition(outdated, Status.OUTDATED, claimed_by="")
        _remove_secrets(outdated)
        transition(exhausted, Status.FAILED, claimed_by="", error="SenderLost")
        find_phones(sendable)
        over_budget = sms.over_budget(sms.phones(sendable), at=at)
        for each in chain(*over_budget):
            each.phone = ""
        waiting, too_dear = ([each for each in rows if not is_email(each.recipient)] for rows in over_budget)
        sendable = [each for each in sendable if each not in waiting and each not in too_dear]  # others go by e-mail
        _put_off(waiting, until=sms.tomorrow(at))
        transition(too_dear, Status.FAILED, claimed_by="", error=ABOVE_BUDGET)
        claims.claim(sendable, sender=sender, at=at, to=Status.SENDING)
    return due


def _put_off(notifications: list[Notification], *, until: datetime) -> None:
    """Leave the messages in the queue until then; this does not count as an attempt."""
    if not notifications:
        return
    transition([each for each in notifications if each.status == Status.SENDING], Status.QUEUED, claimed_by="")
    keys = [each.pk for each in notifications]
    Notification.objects.filter(pk__in=keys).update(next_attempt_at=until, error=OVER_BUDGET)


def store_results(
    results: dict[DeliveryResult, list[Notification]],
    *,
    sender: str,
    at: datetime,
    texts: dict[int, tuple[SmsDelivery, SmsReport]] | None = None,
) -> None:
    """Store the results of attempts, and answers about SMS (`texts`, by the message's key), except for messages that
    another sender has taken over in the meantime.
    """
    if not results:
        return
    with transaction.atomic(durable=True):
        claimed = _still_claimed([row for rows in results.values() for row in rows], sender=sender)
        for result, rows in results.items():
            stamps: dict[str, object] = {"claimed_by": "", "error": result.error}
            if result.status == Status.SENT:
                stamps |= {"sent_at": at, "channel": result.channel}
            if result.wait is not None:
                stamps["next_attempt_at"] = at + result.wait
            stored = [row for row in rows if row.pk in claimed]
            transition(stored, result.status, **stamps)
            if result.status in (Status.SENT, Status.OUTDATED):
                _remove_secrets(stored)
        sms.store_answers([answer for key, answer in (texts or {}).items() if key in claimed], at=at)


def release_unsent(notifications: list[Notification], *, sender: str, at: datetime) -> None:
    """Queue again the messages that were not tried for lack of time; this does not count as an attempt."""
    if not notifications:
        return
    with transaction.atomic(durable=True):
        claimed = _still_claimed(notifications, sender=sender)
        rows = [row for row in notifications if row.pk in claimed]
        transition(rows, Status.QUEUED, claimed_by="", next_attempt_at=at, attempts=F("attempts") - 1)


class _Channels:
    """The channels of a batch, each opened with its first message."""

    def __init__(self, texts: dict[int, SmsDelivery], chats: dict[int, int]) -> None:
        self._texts, self._chats = texts, chats
        self._telegram = TelegramChannel(chats)
        self._email: EmailChannel | None = None
        self._sms: SmsChannel | None = None

    def of(self, notification: Notification) -> DeliveryChannel:
        if notification.pk in self._chats:
            return self._telegram
        if is_email(notification.recipient) and not notification.phone:
            self._email = self._email or EmailChannel()
            return self._email
        self._sms = self._sms or SmsChannel(self._texts)
        return self._sms

    def take_answers(self) -> dict[int, tuple[SmsDelivery, SmsReport]]:
        """What was said about SMS since it was last asked."""
        answers = self._sms.answers if self._sms else {}
        found = {key: (self._texts[key], report) for key, report in answers.items()}
        answers.clear()
        return found

    @property
    def lost_chats(self) -> set[int]:
        return self._telegram.lost

    def close(self) -> None:
        for channel in (self._email, self._sms, self._telegram):
            if channel is not None:
                channel.close()


def _attempt(notification: Notification, channels: _Channels, *, now: datetime) -> DeliveryResult:
    if notification.not_after and notification.not_after < now:
        return DeliveryResult(Status.OUTDATED)
    try:
        channel = channels.of(notification)
        channel.send(notification)
    except Exception as failure:
        # Whatever the error, it must not stop the other messages.
        has_email = bool(notification.phone) and is_email(notification.recipient)  # it can still go there
        wait = None if is_permanent(failure) and not has_email else BACKOFF.after(notification.attempts)
        error = describe(failure, recipient=notification.recipient)
        return DeliveryResult(Status.FAILED if wait is None else Status.QUEUED, error=error, wait=wait)
    return DeliveryResult(Status.SENT, channel=channel.name)


def _without_right(notifications: Iterable[Notification]) -> set[int]:
    """Messages for staff who may no longer see what is in them. One query for each set of permissions and cinemas."""
    groups: dict[tuple[tuple[str, ...], tuple[int, ...]], list[Notification]] = defaultdict(list)
    for each in notifications:
        if each.only_for is not None:
            groups[tuple(each.only_for["permissions"]), tuple(each.only_for["cinemas"])].append(each)
    lost: set[int] = set()
    for (permissions, cinemas), rows in groups.items():
        people = staff_who_see(permissions, cinemas=cinemas).filter(email__in=[row.recipient for row in rows])
        addresses = set(people.values_list("email", flat=True))
        lost |= {row.pk for row in rows if row.recipient not in addresses}
    return lost


def _remove_secrets(notifications: list[Notification]) -> None:
    """Remove links and codes from messages that will not be sent again: they let a reader act as the recipient."""
    for notification in notifications:
        notification.context = {name: value for name, value in notification.context.items() if name not in SECRETS}
    Notification.objects.bulk_update(notifications, ["context"])


def _still_claimed(notifications: list[Notification], *, sender: str) -> set[int]:
    keys = [notification.pk for notification in notifications]
    return claims.still_claimed(Notification.objects.filter(pk__in=keys, status=Status.SENDING), sender=sender)


def _counts(claimed: list[Notification], *, asked: int) -> Counts:
    by_status = Counter(notification.status for notification in claimed)
    failures = [row.error for row in claimed if row.status == Status.FAILED and row.error != NoSmsProvider.__name__]
    done = by_status[Status.SENT] + by_status[Status.OUTDATED] + by_status[Status.FAILED] - len(failures)
    failed, error = len(failures), next(iter(failures), "")
    return Counts(done=done, failed=failed, passed_over=asked - done - failed, error=error)
