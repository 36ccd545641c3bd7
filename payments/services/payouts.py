"""Refunds on their way to a gateway: claimed by one sender, marked with the result, retried, or paid out by staff.

A claim ends by itself, so that a sender that was killed blocks no one. Whoever takes over does not know whether the
first request arrived, and asks the gateway before sending it again.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import ZERO
from cinema.status import transition
from jobs import claims
from jobs.claims import Backoff
from jobs.steps import Counts
from payments.errors import GatewayError, GatewayRefused, PaymentDisputed, RefundedAlready, RefundStillToSend
from payments.gateways import RefundReport, State
from payments.locks import lock_orders_of
from payments.models import MANUAL_GATEWAYS, CashMovement, Gateway, Refund, Shift
from payments.services.cash import book, lock_open_shift
from payments.services.disputes import disputed_orders
from payments.services.ledger import balances

BACKOFF = Backoff(
    [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]
)
MAX_ATTEMPTS = BACKOFF.max_attempts


def claim_refunds(keys: Collection[int], *, sender: str, at: datetime) -> tuple[list[Refund], Counts]:
    """Claim those of the refunds that are due for `sender`, until its claim ends.

    One that exceeds what is left of its payment fails here, before the gateway is asked; the counts tell of these. Owns
    its transaction.
    """
    fit, tally = [], Counts()
    with transaction.atomic(durable=True):
        lock_orders_of(Refund.objects.filter(pk__in=keys))
        due = list(Refund.objects.to_send(at).filter(pk__in=keys).select_related("payment__moved_from").order_by("pk"))
        left = balances([refund.order_id for refund in due])
        for refund in due:
            if left[refund.order_id].left.get(refund.payment_id or 0, -refund.amount) < ZERO:
                transition([refund], Refund.Status.FAILED, claimed_by="", error="more than is left")
                tally.add(Counts(failed=1, error="more than is left"))
            else:
                fit.append(refund)
        claims.claim(fit, sender=sender, at=at)
    return fit, tally


def record_refund_report(refund: Refund, report: RefundReport, *, sender: str, at: datetime) -> Refund:
    """Store what the gateway answered to a claimed refund; returns the refund as it is now. Owns its transaction."""
    if report.state == State.FAILED:
        return _mark(refund, sender=sender, status=Refund.Status.FAILED, uid=uuid.uuid4(), error="failed there")
    refund.external_id = report.external_id
    if report.state == State.OPEN:
        return wait_for_refund(refund, sender=sender, at=at)
    return _mark(
        refund,
        sender=sender,
        status=Refund.Status.SUCCEEDED,
        external_id=report.external_id,
        succeeded_at=at,
        next_attempt_at=None,
        error="",
    )


def wait_for_refund(refund: Refund, *, sender: str, at: datetime) -> Refund:
    """Ask again later about a claimed refund that the gateway accepted: it is never given up. Owns its transaction."""
    wait = BACKOFF.after(refund.attempts) or BACKOFF[-1]
    return _mark(refund, sender=sender, external_id=refund.external_id, next_attempt_at=at + wait, error="")


def record_refund_error(refund: Refund, error: GatewayError, *, sender: str, at: datetime) -> Refund:
    """Try a claimed refund again later, or mark it as failed after `MAX_ATTEMPTS`. Owns its transaction.

    A refund that was certainly not made gets a new `uid`: for a day, a gateway repeats its answer to the old one.
    """
    stamps: dict[str, Any] = {"uid": uuid.uuid4()} if isinstance(error, GatewayRefused) else {}
    if (wait := BACKOFF.after(refund.attempts)) is not None:
        return _mark(refund, sender=sender, next_attempt_at=at + wait, error=error.answer, **stamps)
    return _mark(refund, sender=sender, status=Refund.Status.FAILED, next_attempt_at=None, error=error.answer, **stamps)


def _mark(refund: Refund, *, sender: str, status: str | None = None, **stamps: Any) -> Refund:
    """Write the result, unless a webhook or another sender was faster; returns the refund as it is now."""
    with transaction.atomic(durable=True):
        lock_orders_of(Refund.objects.filter(pk=refund.pk))
        row = Refund.objects.get(pk=refund.pk)
        if row.status == Refund.Status.REQUESTED and row.claimed_by == sender:
            stamps["claimed_by"] = ""
            if status is None:
                Refund.objects.filter(pk=row.pk).update(**stamps)
            else:
                transition([row], status, **stamps)
            row.refresh_from_db()
    return row


# --- By staff


def send_again(refund: Refund, *, at: datetime, despite_dispute: bool = False) -> None:
    """Have a failed refund tried again; the gateway is asked first. Raises `ForbiddenMove` if it has not failed, and
    `PaymentDisputed` unless it is to be sent `despite_dispute`. Owns its transaction.
    """
    with transaction.atomic():
        lock_orders_of(Refund.objects.filter(pk=refund.pk))
        row = Refund.objects.select_related("order").get(pk=refund.pk)
        _refuse_while_disputed(row, despite_dispute)
        stamps = {"attempts": 1, "next_attempt_at": at, "error": "", "despite_dispute": despite_dispute}
        transition([row], Refund.Status.REQUESTED, **stamps)


def mark_paid_out(
    refund: Refund,
    *,
    at: datetime,
    actor: User | None = None,
    despite_dispute: bool = False,
    shift: Shift | None = None,
) -> None:
    """Record that the money of a refund was handed out, or sent back on the terminal.

    For payments taken by hand, and where a gateway failed. In a `shift` it leaves its drawer, unless the card terminal
    or the bank sends it back; raises `ShiftNotOpen` or `NotEnoughCash`. Raises `RefundStillToSend` while a gateway is
    to send it, `RefundedAlready` if it went back before, and `PaymentDisputed` unless it was paid `despite_dispute`.
    Owns its transaction.
    """
    with transaction.atomic():
        lock_orders_of(Refund.objects.filter(pk=refund.pk))
        row = Refund.objects.select_related("payment", "order").get(pk=refund.pk)
        by_hand = row.payment is None or row.payment.gateway in MANUAL_GATEWAYS
        if row.status == Refund.Status.REQUESTED and not by_hand:
            raise RefundStillToSend(_("The payment provider will send this refund. Don’t pay it out yourself."))
        if row.status == Refund.Status.SUCCEEDED:
            raise RefundedAlready(_("This refund has already been completed. There is nothing to pay out."))
        _refuse_while_disputed(row, despite_dispute)
        stamps: dict[str, Any] = {"succeeded_at": at, "handed_out": True, "paid_out_by": actor}
        stamps["despite_dispute"] = despite_dispute
        if shift is not None:
            stamps["shift"] = _take_from(lock_open_shift(shift), row, at=at, actor=actor)
        transition([row], Refund.Status.SUCCEEDED, **stamps, next_attempt_at=None, error="")


def _take_from(shift: Shift, refund: Refund, *, at: datetime, actor: User | None) -> Shift:
    without_cash = {Gateway.CARD_TERMINAL, Gateway.BANK_TRANSFER}
    if refund.amount and (refund.payment is None or refund.payment.gateway not in without_cash):
        kind = CashMovement.Kind.REFUND
        book(shift.drawer, kind=kind, amount=-refund.amount, shift=shift, refund=refund, at=at, actor=actor)
    return shift


def _refuse_while_disputed(refund: Refund, despite_dispute: bool) -> None:
    if not despite_dispute and disputed_orders([refund.order_id]):
        raise PaymentDisputed(refund.order)
