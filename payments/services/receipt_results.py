"""What became of receipts that the service took: printed, refused by the till, or still waiting for it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from cinema.status import transition_matching
from jobs.claims import TimeLimit
from jobs.steps import Counts
from payments.errors import GatewayError, GatewayRefused, NotPrinted
from payments.fiscal import sender
from payments.models import Receipt
from payments.services.receipts import IS_DOWN, MAX_ATTEMPTS

ASK_AGAIN_AFTER = timedelta(minutes=1), timedelta(hours=1)  # the shortest and the longest wait
#: Services forget results after 32 days; then only their support knows.
FORGOTTEN_AFTER = timedelta(days=31)


def check_receipts(receipts: Sequence[Receipt], *, at: datetime) -> Counts:
    """Ask the service what became of registered receipts, as many as it answers within a batch's time.

    A receipt that could not be printed gets a new number, since the old one only brings back the same answer, and
    fails; one that merely waited too long for a till is queued again. Staff can send a failed one again. Must not be
    called inside a transaction: it talks to a network.
    """
    tally, limit = Counts(), TimeLimit()
    through = sender()
    silent = 0
    for number, receipt in enumerate(receipts):
        if silent == IS_DOWN or limit.is_over:
            tally.passed_over += len(receipts) - number
            break
        # Of the same registration: meanwhile another copy may have asked, and staff have sent the receipt again.
        row = Receipt.objects.filter(pk=receipt.pk, status=Receipt.Status.REGISTERED, external_id=receipt.external_id)
        try:
            printed = through.result(receipt)
        except NotPrinted as error:
            again = error.again and receipt.attempts < MAX_ATTEMPTS
            status = Receipt.Status.QUEUED if again else Receipt.Status.FAILED
            stamps = {"uid": uuid.uuid4(), "error": error.answer, "next_attempt_at": at if again else None}
            transition_matching(row, status, **stamps)
            tally.add(Counts(passed_over=1) if again else Counts(failed=1, error=error.answer))
        except GatewayRefused as error:
            transition_matching(row, Receipt.Status.FAILED, error=error.answer, next_attempt_at=None)
            tally.add(Counts(failed=1, error=error.answer))
        except GatewayError as error:
            row.update(error=error.answer, next_attempt_at=_next(receipt, at=at))
            tally.passed_over += 1
            silent += 1
        else:
            silent = 0
            if printed is not None:
                transition_matching(
                    row, Receipt.Status.SENT, printed=printed, sent_at=at, error="", next_attempt_at=None
                )
                tally.done += 1
            elif _age(receipt, at=at) > FORGOTTEN_AFTER:
                transition_matching(row, Receipt.Status.FAILED, error="no result", next_attempt_at=None)
                tally.add(Counts(failed=1, error="no result"))
            else:
                row.update(error="", next_attempt_at=_next(receipt, at=at))
                tally.passed_over += 1
    return tally


def hint_printed(external_id: str, *, at: datetime) -> None:
    """Let the next pass ask for this receipt: the service says that it is done with it. Owns its transaction."""
    waiting = Receipt.objects.filter(external_id=external_id, status=Receipt.Status.REGISTERED)
    waiting.filter(next_attempt_at__gt=at).update(next_attempt_at=at)


def receipts_to_look_at(order: int) -> list[Receipt]:
    """The printed receipts of an order that the guest can see at the operator. One query at most. Reads only."""
    if settings.RECEIPTS_SINCE is None:
        return []
    printed = Receipt.objects.filter(order=order, status=Receipt.Status.SENT).exclude(printed={}).order_by("pk")
    return [receipt for receipt in printed if receipt.url]


def _age(receipt: Receipt, *, at: datetime) -> timedelta:
    return at - (receipt.registered_at or at)


def _next(receipt: Receipt, *, at: datetime) -> datetime:
    shortest, longest = ASK_AGAIN_AFTER
    return at + min(max(_age(receipt, at=at) / 2, shortest), longest)
