"""What a gateway's report of a refund means for our refunds: which one it is about, and the status it gets."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from cinema.status import transition
from payments.gateways import RefundReport, State
from payments.models import Refund

logger = logging.getLogger(__name__)

PART = "/"  # joins the gateway's refund id and ours when one of its refunds covers several of ours


def refunds_of_report(report: RefundReport, ours: Sequence[Refund], sender: str) -> list[Refund]:
    """Which of our refunds of a payment the report is about: those that it names (of money that was moved to other
    orders, one for each of them), otherwise one that was not sent.

    Empty if the refund was made at the gateway without us. Reads only.
    """
    found = [each for each in ours if _is_named(each, report) or report.uid == str(each.uid)]
    if found or report.state != State.DONE:
        return found
    # Staff made it in the gateway's dashboard, since ours did not get through.
    return [each for each in unsent_refunds(ours, sender) if each.amount == report.amount][:1]


def _is_named(refund: Refund, report: RefundReport) -> bool:
    return report.external_id == refund.external_id.partition(PART)[0]


def unsent_refunds(ours: Sequence[Refund], sender: str) -> list[Refund]:
    """Our refunds that wait to be sent and are not being sent by another process; failed ones first. Reads only."""
    waiting = [
        each
        for each in ours
        if each.status != Refund.Status.SUCCEEDED and not each.external_id and each.claimed_by in ("", sender)
    ]
    return sorted(waiting, key=lambda each: (each.status != Refund.Status.FAILED, each.pk))


def apply_refund_report(refund: Refund, report: RefundReport, *, at: datetime) -> None:
    """Set our refund to the status that the gateway reports.

    Must be called inside a transaction (the order is locked).
    """
    if report.state == State.DONE and refund.status != Refund.Status.SUCCEEDED:
        _settle(refund, report.external_id, at=at)
    elif report.state == State.FAILED and refund.status != Refund.Status.FAILED:
        if not refund.external_id or _is_named(refund, report):
            logger.error("Refund %s failed at the gateway", refund.pk)
            transition(
                [refund],
                Refund.Status.FAILED,
                uid=uuid4(),  # the old name is that of the attempt that failed
                external_id="",
                succeeded_at=None,
                claimed_by="",
                error="failed there",
            )
    elif report.state == State.OPEN and not refund.external_id:
        Refund.objects.filter(pk=refund.pk).update(external_id=report.external_id)
        refund.external_id = report.external_id


def settle_refund_in_part(refund: Refund, external_id: str, *, at: datetime) -> None:
    """Mark our refund as made by a part of the gateway's refund with this id.

    Must be called inside a transaction (the order is locked).
    """
    _settle(refund, f"{external_id}{PART}{refund.pk}", at=at)


def _settle(refund: Refund, external_id: str, *, at: datetime) -> None:
    transition([refund], Refund.Status.SUCCEEDED, external_id=external_id, succeeded_at=at, claimed_by="", error="")
