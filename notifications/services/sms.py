"""SMS in the outbox: their rows at the provider, the daily budget, and whether they arrived."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cinema.status import transition
from jobs import claims
from jobs.claims import Backoff, new_sender
from jobs.steps import Counts
from notifications import rendering
from notifications.channels.sms import SmsReport, can_tell, parts, sms_backend
from notifications.models import Notification, SmsDay, SmsDelivery
from notifications.services.chosen_phones import find_phones

Status = SmsDelivery.Status
CHECKS = Backoff(
    [timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(hours=12)]
)
#: Operators report within a day or two, if they do at all.
GIVEN_UP_AFTER = timedelta(days=3)
FIGURES = ["external_id", "parts", "cost", "currency"]


def phones(notifications: Iterable[Notification]) -> list[Notification]:
    """Those that go out as SMS."""
    return [each for each in notifications if each.phone]


# --- Sending


def over_budget(
    notifications: Collection[Notification], *, at: datetime
) -> tuple[list[Notification], list[Notification]]:
    """Reserve what these SMS will cost, and return those for which today's money is not enough, and those for which
    that of no day would be.

    At most four queries, none without a budget. Must be called inside a transaction (the messages are locked).
    """
    waiting: list[Notification] = []
    too_dear: list[Notification] = []
    if not settings.SMS_DAILY_BUDGET or not notifications:
        return waiting, too_dear
    budget, day = Decimal(settings.SMS_DAILY_BUDGET), _lock_day(at)
    price = _price_of_part()
    for each in notifications:
        expected = price * _parts_of(each)
        needed = max(expected, Decimal("0.00001"))
        if needed > budget:
            too_dear.append(each)
        elif day.spent + needed > budget:
            waiting.append(each)
        else:
            day.spent += expected
    day.save(update_fields=["spent"])
    return waiting, too_dear


def tomorrow(at: datetime) -> datetime:
    """The first instant of the next day in the zone `TIME_ZONE`."""
    local = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return timezone.make_aware(local + timedelta(days=1))


def open_rows(notifications: Collection[Notification], *, at: datetime) -> dict[int, SmsDelivery]:
    """The row of each of these messages' SMS, by the message's key: the one whose answer was lost, or a new one.

    Three queries, none without messages. Owns its transaction.
    """
    if not notifications:
        return {}
    with transaction.atomic(durable=True):
        lost = SmsDelivery.objects.filter(notification__in=[each.pk for each in notifications], status=Status.SENDING)
        rows = {row.notification_id: row for row in lost}
        for row in rows.values():
            row.attempts += 1
        SmsDelivery.objects.bulk_update(rows.values(), ["attempts"])
        fresh = [SmsDelivery(notification=each, sent_at=at) for each in notifications if each.pk not in rows]
        return rows | {row.notification_id: row for row in SmsDelivery.objects.bulk_create(fresh)}


def store_answers(answers: Collection[tuple[SmsDelivery, SmsReport]], *, at: datetime) -> None:
    """Store what the provider answered, correct the day's spending, and plan when to ask whether they arrived.

    A constant number of queries a batch. Must be called inside a transaction (the messages are locked).
    """
    rows = [row for row, _report in answers]
    for row, report in answers:
        row.attempts, row.sent_at = 0, at
        row.next_attempt_at = at + CHECKS[0] if report.status == Status.SENT and report.external_id else None
    _store(answers, ["attempts", "sent_at", "next_attempt_at"])
    if settings.SMS_DAILY_BUDGET and rows:
        # Reserved with the price of a part as it was known before these.
        day, price = _lock_day(at), _price_of_part(before=min(row.pk for row in rows))
        day.spent += sum((row.cost - price * (row.parts or 1) for row in rows if row.cost is not None), Decimal(0))
        day.spent = max(day.spent, Decimal(0))
        day.save(update_fields=["spent"])


def _store(reports: Collection[tuple[SmsDelivery, SmsReport]], columns: list[str]) -> None:
    """Write the columns of the rows and what the reports say, then their statuses. One query for each status more."""
    by_status: dict[str, list[SmsDelivery]] = defaultdict(list)
    for row, report in reports:
        row.external_id = report.external_id or row.external_id
        row.parts = report.parts or row.parts
        if report.cost is not None:
            row.cost, row.currency = report.cost, report.currency or row.currency
        if report.status != row.status:
            by_status[report.status].append(row)
    SmsDelivery.objects.bulk_update([row for row, _report in reports], [*FIGURES, *columns])
    for status, rows in by_status.items():
        transition(rows, status)


def _lock_day(at: datetime) -> SmsDay:
    date = timezone.localdate(at)
    SmsDay.objects.bulk_create([SmsDay(date=date)], ignore_conflicts=True)
    return SmsDay.objects.select_for_update().get(date=date)


def _price_of_part(*, before: int | None = None) -> Decimal:
    """What a part of the last SMS cost whose price is known. The first of all is expected to cost nothing."""
    known = SmsDelivery.objects.filter(cost__isnull=False, parts__gt=0).order_by("-pk")
    last = (known if before is None else known.filter(pk__lt=before)).first()
    return last.cost / last.parts if last and last.cost is not None and last.parts else Decimal(0)


def _parts_of(notification: Notification) -> int:
    try:
        return parts(rendering.render_text(notification))
    except Exception:  # it fails again when it is sent, and is marked then
        return 1


# --- Whether they arrived


def check_reports(rows: Collection[SmsDelivery], *, at: datetime) -> Counts:
    """Ask the provider about those of the SMS that are still due, one request for many.

    What is not known yet is asked again later, for `GIVEN_UP_AFTER`. If the provider cannot be reached, nothing has
    failed: the SMS went out. A constant number of queries a batch. Must not be called inside a transaction: it talks
    to a network.
    """
    sender = new_sender()
    with transaction.atomic(durable=True):
        ours = claims.lock_due(SmsDelivery.objects.to_check(at).filter(pk__in=[row.pk for row in rows]))
        asked = list(SmsDelivery.objects.filter(pk__in=[row.pk for row in ours]).select_related("notification"))
        claims.claim(asked, sender=sender, at=at)
    find_phones([row.notification for row in asked])
    found = _ask({row.external_id: row.notification.phone for row in asked}) if asked else {}
    with transaction.atomic(durable=True):
        mine = claims.still_claimed(SmsDelivery.objects.filter(pk__in=[row.pk for row in asked]), sender=sender)
        reports = [(row, _final(row, found.get(row.external_id), at=at)) for row in asked if row.pk in mine]
        for row, report in reports:
            wait = CHECKS[min(row.attempts, len(CHECKS)) - 1]
            row.claimed_by, row.next_attempt_at = "", at + wait if report.status == Status.SENT else None
        _store(reports, ["next_attempt_at", "claimed_by"])
    done = sum(report.status != Status.SENT for _row, report in reports)
    return Counts(done=done, passed_over=len(rows) - done)


def hint(external_ids: Collection[str], *, at: datetime) -> None:
    """Somebody says that there is news of these SMS: the next pass asks the provider. Owns its transaction."""
    rows = SmsDelivery.objects.filter(external_id__in=external_ids, status=Status.SENT, claimed_by="")
    rows.filter(next_attempt_at__gt=at).update(next_attempt_at=at)


def _ask(asked: dict[str, str]) -> Any:
    backend = None
    try:
        backend = sms_backend()
        return backend.reports(asked) if can_tell(backend) else {}
    except Exception:
        return {}
    finally:
        if backend is not None:
            backend.close()


def _final(row: SmsDelivery, report: SmsReport | None, *, at: datetime) -> SmsReport:
    """What was found out. What has not been for `GIVEN_UP_AFTER` is `UNKNOWN`."""
    report = report or SmsReport()
    if report.status == Status.SENT and at - row.sent_at >= GIVEN_UP_AFTER:
        return replace(report, status=Status.UNKNOWN)
    return report
