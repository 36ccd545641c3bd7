"""Money on its way back: each refund is sent once, asked about when its answer was lost, in the end left to a person.

A sender claims refunds and commits, speaks with the gateway outside any transaction, and marks each. A claim ends by
itself, so a sender that was killed blocks nobody; who takes over does not know what became of the first attempt, and
asks the gateway before anything is sent again.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from cinema.money import ZERO
from cinema.status import transition
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts
from orders.locks import lock_orders
from orders.services.payments.gateway import apply_report
from orders.services.receipts.lines import lines_to_refund
from payments.errors import GatewayError, GatewayRefused
from payments.gateways import RefundReport, RefundRequest, State, client
from payments.models import Refund
from payments.services import balances

BACKOFF = Backoff(
    [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]
)
MAX_ATTEMPTS = BACKOFF.max_attempts


def send_refunds(refunds: Sequence[Refund], *, at: datetime) -> Counts:
    """Send those of the refunds that are still to be sent, each once.

    One that the gateway accepted but has not done yet, or that failed and is tried again later, is passed over. Must
    not be called inside a transaction: it talks to a network.
    """
    limit, sender = TimeLimit(), new_sender()
    ours, tally = claim([refund.pk for refund in refunds], sender=sender, at=at)
    tally.passed_over += len(refunds) - len(ours) - tally.failed
    for refund in ours:
        if limit.is_over:
            tally.passed_over += 1  # its claim ends in a few minutes
            continue
        status, error = _send(refund, sender=sender, at=at)
        tally.add(
            Counts(
                done=status == Refund.Status.SUCCEEDED,
                passed_over=status == Refund.Status.REQUESTED,
                failed=status == Refund.Status.FAILED,
                error=error if status == Refund.Status.FAILED else "",
            )
        )
    return tally


def claim(keys: Collection[int], *, sender: str, at: datetime) -> tuple[list[Refund], Counts]:
    """Take those of the refunds that are due; they are the sender's alone until its claim ends.

    One that would send more than is left of its payment fails here, before the gateway hears of it.
    """
    fit, tally = [], Counts()
    with transaction.atomic(durable=True):
        asked = Refund.objects.filter(pk__in=keys).values_list("order", flat=True)
        lock_orders(list(asked))
        due = list(Refund.objects.to_send(at).filter(pk__in=keys).select_related("payment").order_by("pk"))
        left = balances([refund.order_id for refund in due])
        for refund in due:
            if left[refund.order_id].left.get(refund.payment_id or 0, -refund.amount) < ZERO:
                transition([refund], Refund.Status.FAILED, claimed_by="", error="more than is left")
                tally.add(Counts(failed=1, error="more than is left"))
            else:
                fit.append(refund)
        claims.claim(fit, sender=sender, at=at)
    return fit, tally


def _send(refund: Refund, *, sender: str, at: datetime) -> tuple[str, str]:
    """What became of the refund, and why where it failed."""
    assert refund.payment is not None
    try:
        gateway = client(refund.payment.gateway)
        if refund.attempts > 1 or refund.external_id:
            apply_report(refund.payment, gateway.fetch(refund.payment.external_id), at=at, sender=sender)
            refund.refresh_from_db()
            if refund.status != Refund.Status.REQUESTED:
                return refund.status, refund.error
            if refund.external_id:  # accepted, and still on its way
                return _wait(refund, sender=sender, at=at)
        report = gateway.refund(
            RefundRequest(
                uid=refund.uid,
                external_id=refund.payment.external_id,
                amount=refund.amount,
                currency=settings.CURRENCY,
                email=refund.order.email,
                lines=lines_to_refund(refund),
            )
        )
    except GatewayError as error:
        return _failed(refund, error, sender=sender, at=at)
    return _done(refund, report, sender=sender, at=at)


def _done(refund: Refund, report: RefundReport, *, sender: str, at: datetime) -> tuple[str, str]:
    if report.state == State.FAILED:
        return _mark(refund, sender=sender, status=Refund.Status.FAILED, uid=uuid.uuid4(), error="failed there")
    refund.external_id = report.external_id
    if report.state == State.OPEN:
        return _wait(refund, sender=sender, at=at)
    return _mark(
        refund,
        sender=sender,
        status=Refund.Status.SUCCEEDED,
        external_id=report.external_id,
        succeeded_at=at,
        next_attempt_at=None,
        error="",
    )


def _wait(refund: Refund, *, sender: str, at: datetime) -> tuple[str, str]:
    wait = BACKOFF.after(refund.attempts) or BACKOFF[-1]  # accepted there: it is never given up
    return _mark(refund, sender=sender, external_id=refund.external_id, next_attempt_at=at + wait, error="")


def _failed(refund: Refund, error: GatewayError, *, sender: str, at: datetime) -> tuple[str, str]:
    """Try again later, or give up. What was certainly not done gets a new name: a gateway repeats, for a day, what it
    answered to the old one."""
    stamps: dict[str, Any] = {"uid": uuid.uuid4()} if isinstance(error, GatewayRefused) else {}
    if (wait := BACKOFF.after(refund.attempts)) is not None:
        return _mark(refund, sender=sender, next_attempt_at=at + wait, error=error.answer, **stamps)
    return _mark(refund, sender=sender, status=Refund.Status.FAILED, next_attempt_at=None, error=error.answer, **stamps)


def _mark(refund: Refund, *, sender: str, status: str | None = None, **stamps: Any) -> tuple[str, str]:
    """Write down what became of it, unless a webhook or another sender was faster."""
    with transaction.atomic(durable=True):
        lock_orders([refund.order_id])
        row = Refund.objects.get(pk=refund.pk)
        if row.status == Refund.Status.REQUESTED and row.claimed_by == sender:
            stamps["claimed_by"] = ""
            if status is None:
                Refund.objects.filter(pk=row.pk).update(**stamps)
            else:
                transition([row], status, **stamps)
            row.refresh_from_db()
    return row.status, row.error


# --- What a person does about one that failed


def send_again(refund: Refund, *, at: datetime) -> None:
    """Have a failed refund tried again; the gateway is asked first. Raises `ForbiddenMove` if it has not failed. Owns
    its transaction.
    """
    with transaction.atomic():
        lock_orders([refund.order_id])
        row = Refund.objects.get(pk=refund.pk)
        transition([row], Refund.Status.REQUESTED, attempts=1, next_attempt_at=at, error="")
