"""Delivers webhooks: each is claimed, posted outside any transaction, and marked with the answer.

An answer that is lost leaves the delivery in the queue, and the next attempt has the same `webhook-id`: the receiver
gets each at least once, and tells repetitions by that id.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
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
FORMER_SECRET = timedelta(days=2)  # signs beside the new one for so long


def send_webhooks(deliveries: Sequence[WebhookDelivery], *, at: datetime) -> Counts:
    """Post those of the deliveries that are still due, each by one sender.

    Once a receiver fails, its others of the batch wait for a later pass, so that it does not hold up the rest. Only
    what is given up counts as failed.
    Must not be called inside a transaction: it talks to a network.
    """
    limit, sender = TimeLimit(), new_sender()
    ours = _claim([each.pk for each in deliveries], sender=sender, at=at)
    counts = Counts(passed_over=len(deliveries) - len(ours))
    silent: set[int] = set()
    for delivery in ours:
        if limit.is_over or delivery.endpoint_id in silent:
            _release(delivery, sender=sender, at=at)
            counts.passed_over += 1
            continue
        answer = post(delivery.endpoint.url, **_request(delivery, at=at + limit.elapsed))
        if not answer.is_success:
            silent.add(delivery.endpoint_id)
        given_up = _note(delivery, answer, sender=sender, at=at)
        again = not (answer.is_success or given_up)
        error = f"{delivery.endpoint}: {answer.text}" if given_up else ""
        counts.add(Counts(done=answer.is_success, passed_over=again, failed=given_up, error=error))
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


def _note(delivery: WebhookDelivery, answer: Answer, *, sender: str, at: datetime) -> bool:
    """Store the answer, unless the claim was lost meanwhile; switch a receiver off that fails for days. Returns whether
    the delivery is given up."""
    with transaction.atomic(durable=True):
        endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=delivery.endpoint_id)
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.QUEUED)
        if not claims.still_claimed(mine, sender=sender):
            return False
        wait = BACKOFF.after(delivery.attempts)
        stamps: dict[str, Any] = {"claimed_by": "", "answer": answer.text[:200]}
        if answer.is_success:
            transition([delivery], Status.SENT, sent_at=at, **stamps)
            changes: dict[str, Any] = {"succeeded_at": at, "failing_since": None}
        else:
            if wait is None:
                transition([delivery], Status.FAILED, **stamps)
            else:
                mine.update(next_attempt_at=at + max(wait, answer.wait or wait), **stamps)
            since = endpoint.failing_since or at
            changes = {"failing_since": since}
            if (answer.is_gone or at - since >= DISABLED_AFTER) and endpoint.disabled_at is None:
                changes["disabled_at"] = at
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)
    return not answer.is_success and wait is None


def _release(delivery: WebhookDelivery, *, sender: str, at: datetime) -> None:
    """Leave a claimed delivery to a later pass; this does not count as an attempt."""
    with transaction.atomic(durable=True):
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.QUEUED)
        if claims.still_claimed(mine, sender=sender):
            mine.update(claimed_by="", next_attempt_at=at + BACKOFF[0], attempts=delivery.attempts - 1)


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
