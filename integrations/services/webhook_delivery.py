"""Delivers webhooks: each is claimed, posted outside any transaction, and marked with the answer.

An answer that is lost leaves the delivery in the queue, and the next attempt has the same `webhook-id`: the receiver
gets each at least once, and tells repetitions by that id.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cinema.status import transition
from integrations.errors import WebhooksOnAlready
from integrations.models import WebhookDelivery, WebhookEndpoint
from integrations.webhooks.client import Answer, post
from integrations.webhooks.signing import new_secret, signature
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts

Status = WebhookDelivery.Status
BACKOFF = Backoff(
    [
        *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5)),
        *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
    ]
)
DISABLED_AFTER = timedelta(days=3)  # of failures without a success
MARK_EVERY = timedelta(seconds=1)  # answers are stored so often
FORMER_SECRET = timedelta(days=2)  # signs beside the new one for so long


def send_webhooks(deliveries: Sequence[WebhookDelivery], *, at: datetime) -> Counts:
    """Post those of the deliveries that are still due, each by one sender.

    Once a receiver fails, its others of the batch wait for a later pass, so that it does not hold up the rest. Only
    what is given up counts as failed. A constant number of queries a batch, plus one round of updates for each second
    that posting takes: a sender that is killed repeats at most what it posted since.
    Must not be called inside a transaction: it talks to a network.
    """
    limit, marked, sender = TimeLimit(), timedelta(), new_sender()
    left = _claim([each.pk for each in deliveries], sender=sender, at=at)
    counts = Counts(passed_over=len(deliveries) - len(left))
    answers: list[tuple[WebhookDelivery, Answer]] = []
    waiting: list[WebhookDelivery] = []
    silent: set[int] = set()
    try:
        while left and not limit.is_over:
            delivery = left.pop(0)
            if delivery.endpoint_id in silent:
                waiting.append(delivery)
                continue
            answer = post(delivery.endpoint.url, **_request(delivery, at=at + limit.elapsed))
            answers.append((delivery, answer))
            if not answer.is_success:
                silent.add(delivery.endpoint_id)
            if limit.elapsed - marked > MARK_EVERY:
                counts.add(_note(answers, sender=sender, at=at))
                answers, marked = [], limit.elapsed
    finally:  # also when the process is stopped
        counts.add(_note(answers, sender=sender, at=at))
        counts.passed_over += _release([*waiting, *left], sender=sender, at=at)
    return counts


def _claim(keys: Sequence[int], *, sender: str, at: datetime) -> list[WebhookDelivery]:
    with transaction.atomic(durable=True):
        free = WebhookDelivery.objects.filter(pk__in=keys, status=Status.QUEUED, next_attempt_at__lte=at)
        locked = [row.pk for row in claims.lock_due(free)]
        rows = list(
            WebhookDelivery.objects.due(at).filter(pk__in=locked).select_related("event", "endpoint").order_by("pk")
        )
        claims.claim(rows, sender=sender, at=at)
    return rows


def _request(delivery: WebhookDelivery, *, at: datetime) -> dict[str, Any]:
    event, endpoint = delivery.event, delivery.endpoint
    content = {"type": event.type, "timestamp": event.at.isoformat(), "data": event.data}
    body = json.dumps(content, ensure_ascii=False).encode()
    keys = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until and endpoint.former_until > at:
        keys.append(endpoint.former_secret)
    timestamp = int(at.timestamp())
    return {
        "body": body,
        "headers": {
            "Content-Type": "application/json",
            "User-Agent": "cinema-webhooks/1",
            "webhook-id": event.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(keys, message_id=event.message_id, timestamp=timestamp, body=body),
        },
    }


def _note(answers: Sequence[tuple[WebhookDelivery, Answer]], *, sender: str, at: datetime) -> Counts:
    """Store the answers, unless a claim was lost meanwhile; switch receivers off that fail for days."""
    if not answers:
        return Counts()
    with transaction.atomic(durable=True):
        known = WebhookEndpoint.objects.filter(pk__in={each.endpoint_id for each, _answer in answers}).order_by("pk")
        endpoints = {each.pk: each for each in known.select_for_update(of=("self",))}
        mine = _still_mine([each for each, _answer in answers], sender=sender)
        noted = [(each, answer) for each, answer in answers if each.pk in mine]
        given_up = []
        for delivery, answer in noted:
            _judge(endpoints[delivery.endpoint_id], answer, at=at)
            wait = BACKOFF.after(delivery.attempts)
            delivery.answer = answer.text[:200]
            if not answer.is_success and wait is None:
                given_up.append(delivery)
            elif not answer.is_success and wait is not None:
                delivery.next_attempt_at = at + max(wait, answer.wait or wait)
        sent = [each for each, answer in noted if answer.is_success]
        transition(sent, Status.SENT, sent_at=at)
        transition(given_up, Status.FAILED)
        for delivery, _answer in noted:
            delivery.claimed_by = ""
        WebhookDelivery.objects.bulk_update(
            [each for each, _answer in noted], ["answer", "next_attempt_at", "claimed_by"]
        )
        WebhookEndpoint.objects.bulk_update(endpoints.values(), ["succeeded_at", "failing_since", "disabled_at"])
    error = f"{given_up[0].endpoint}: {given_up[0].answer}" if given_up else ""
    done, failed = len(sent), len(given_up)
    return Counts(done=done, failed=failed, passed_over=len(answers) - done - failed, error=error)


def _judge(endpoint: WebhookEndpoint, answer: Answer, *, at: datetime) -> None:
    """What an answer says of its receiver."""
    if answer.is_success:
        endpoint.succeeded_at, endpoint.failing_since = at, None
        return
    endpoint.failing_since = endpoint.failing_since or at
    if (answer.is_gone or at - endpoint.failing_since >= DISABLED_AFTER) and endpoint.disabled_at is None:
        endpoint.disabled_at = at


def _release(deliveries: Sequence[WebhookDelivery], *, sender: str, at: datetime) -> int:
    """Leave claimed deliveries to a later pass; this does not count as an attempt. Returns how many they were."""
    if deliveries:
        with transaction.atomic(durable=True):
            rows = WebhookDelivery.objects.filter(pk__in=_still_mine(deliveries, sender=sender))
            rows.update(claimed_by="", next_attempt_at=at + BACKOFF[0], attempts=F("attempts") - 1)
    return len(deliveries)


def _still_mine(deliveries: Sequence[WebhookDelivery], *, sender: str) -> set[int]:
    rows = WebhookDelivery.objects.filter(pk__in=[each.pk for each in deliveries], status=Status.QUEUED)
    return claims.still_claimed(rows, sender=sender)


# --- By staff


def send_again(delivery: WebhookDelivery, *, at: datetime) -> None:
    """Queue a delivery that was sent or has failed once more. Raises `ForbiddenMove` if it is waiting. Owns its
    transaction.
    """
    with transaction.atomic():
        row = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        transition([row], Status.QUEUED, next_attempt_at=at, attempts=0, answer="")


def switch_on(endpoint: WebhookEndpoint, *, at: datetime) -> None:
    """Send to a receiver again that was switched off after failures; what waits is sent with the next pass.

    Raises `WebhooksOnAlready`. Owns its transaction.
    """
    with transaction.atomic():
        rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False)
        if not rows.update(disabled_at=None, failing_since=None):
            raise WebhooksOnAlready(_("This receiver is on already."))
        waiting = WebhookDelivery.objects.filter(endpoint=endpoint.pk, status=Status.QUEUED, claimed_by="")
        waiting.update(next_attempt_at=at, attempts=0)


def renew_secret(endpoint: WebhookEndpoint, *, at: datetime) -> str:
    """Give the receiver a new secret and return it; the former one signs too for `FORMER_SECRET`.

    Owns its transaction.
    """
    secret = new_secret()
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
        WebhookEndpoint.objects.filter(pk=row.pk).update(
            secret=secret, former_secret=row.secret, former_until=at + FORMER_SECRET
        )
    return secret
