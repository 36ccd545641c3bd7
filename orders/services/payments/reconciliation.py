"""Polls gateways about open payments, in case their webhooks do not arrive."""

from collections.abc import Sequence
from datetime import datetime

from jobs.claims import TimeLimit
from jobs.steps import Counts
from orders.services.payments.gateway import poll
from payments.errors import GatewayUnavailable
from payments.models import Payment


def reconcile(payments: Sequence[Payment], *, at: datetime) -> Counts:
    """Ask the gateways about the payments and book the answers, as `settle_payment` does.

    A gateway that does not answer is left alone for the rest of the batch; its payments are asked about next time. Must
    not be called inside a transaction: it talks to a network.
    """
    limit = TimeLimit()  # the rest waits for the next pass, so that the job's lease is renewed in time
    tally = Counts()
    away: set[str] = set()
    for payment in payments:
        if payment.gateway in away or limit.is_over:
            tally.passed_over += 1
            continue
        try:
            poll(payment, at=at)
        except GatewayUnavailable as error:
            away.add(payment.gateway)
            tally.add(Counts(passed_over=1, error=f"{payment.gateway} is away: {error.answer}"))
        else:
            payment.events.filter(handled_at__isnull=True).update(handled_at=at)
            tally.done += 1
    return tally
