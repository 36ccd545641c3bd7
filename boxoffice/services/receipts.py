"""Fiscal receipts at the box office: whether they get printed, and the numbers of those of a separate cash register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Model, Q, QuerySet

from accounts.models import User
from cinema.status import ConcurrentChange
from orders.models import Order
from orders.services import receipt_refunds, receipt_sales
from payments.errors import NoRegisterNumber
from payments.fiscal import is_of_till, is_printed_at_till
from payments.models import Payment, Receipt, Refund
from payments.services import number_receipts
from screenings.models import Cinema

Row = TypeVar("Row", bound=Model)
Status = Receipt.Status
LATE_AFTER = timedelta(minutes=10)
VOUCH = "payments.vouch_register"


@dataclass(frozen=True)
class Panel:
    """How the receipts of a cinema are doing: nothing to be done while `is_fine`."""

    is_printed: bool
    register: str
    last_success: datetime | None
    waiting: int
    refused: int
    is_late: bool
    by_hand: Sequence[Sequence[Receipt]]  # those of one order, or of one card, that share a number

    @property
    def is_fine(self) -> bool:
        return self.is_printed and not (self.refused or self.is_late or self.by_hand)


def receipts_of(cinema: Cinema, *, at: datetime) -> Panel | None:
    """The panel of a cinema; None where no receipts are required. Three queries. Reads only."""
    if settings.RECEIPTS_SINCE is None or at < settings.RECEIPTS_SINCE:
        return None
    here = Receipt.objects.filter(cinema=cinema)
    waits = Q(status__in=[Status.QUEUED, Status.REGISTERED])
    found = here.filter(waits | Q(status=Status.FAILED)).aggregate(
        waiting=Count("pk", filter=waits),
        oldest=Min("created_at", filter=waits),
        refused=Count("pk", filter=Q(status=Status.FAILED)),
    )
    by_hand: dict[tuple[str, str], list[Receipt]] = {}
    related = "order", "gift_card_movement__card"
    for receipt in Receipt.objects.by_hand(cinema).select_related(*related).order_by("pk"):
        by_hand.setdefault((receipt.kind, receipt.about), []).append(receipt)
    return Panel(
        is_printed=is_printed_at_till(cinema, at=at),
        register=cinema.cash_register,
        last_success=here.filter(status=Status.SENT).order_by("-pk").values_list("sent_at", flat=True).first(),
        waiting=found["waiting"],
        refused=found["refused"],
        is_late=found["oldest"] is not None and found["oldest"] < at - LATE_AFTER,
        by_hand=list(by_hand.values()),
    )


def numbers_missing(order: Order, *, at: datetime) -> list[str]:
    """Of which kinds of receipts of the order the number of the separate cash register is missing, sales first.

    At most three queries. Reads only.
    """
    if settings.RECEIPTS_SINCE is None or not order.cinema.cash_register:
        return []
    kinds = set(Receipt.objects.filter(order=order, status=Status.BY_HAND).values_list("kind", flat=True))
    if any(is_of_till(each, is_moved=bool(each.moved_from_id)) for each in _unprinted_sales(order, at=at)):
        kinds.add(Receipt.Kind.SALE)
    for each in Refund.objects.without_receipt(at).filter(order=order).select_related("payment"):
        if each.payment is not None and is_of_till(each.payment, is_moved=each.is_moved):
            kinds.add(Receipt.Kind.REFUND)
    return [kind for kind in Receipt.Kind.values if kind in kinds]


def _unprinted_sales(order: Order, *, at: datetime) -> Sequence[Payment]:
    return list(Payment.objects.without_receipt(at).filter(order=order).order_by("pk"))


def keep_number(order: Order, *, kind: str, number: str, at: datetime) -> None:
    """Keep the number that the separate cash register printed on the receipt of an order, of its sale or refund.

    It does not wait for the job that makes receipts. Raises `ReceiptNumberNeeded`, and `ConcurrentChange` where none is
    missing. Owns its transaction.
    """
    with transaction.atomic():
        if payments := _locked(Payment.objects.without_receipt(at).filter(order=order)):
            receipt_sales(payments, at=at)
        if refunds := _locked(Refund.objects.without_receipt(at).filter(order=order)):
            receipt_refunds(refunds, at=at)
        receipts = list(Receipt.objects.filter(order=order, kind=kind, status=Status.BY_HAND).order_by("pk"))
        if not receipts:
            raise ConcurrentChange(str(order))
        number_receipts(receipts, number=number, at=at)


def _locked(rows: QuerySet[Row]) -> list[Row]:
    """Those of the rows that still have no receipt once they are locked: the job may just have made it."""
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return [row for row in locked if row.receipted_at is None]  # type: ignore[attr-defined]


def vouch_for_register(cinema: Cinema, *, number: str, actor: User) -> None:
    """State that a separate cash register prints the receipts of the box office; empty: that none does any more.

    The history of the cinema keeps who said so. Raises `NoRegisterNumber`. Owns its transaction.
    """
    number = number.strip()
    if number and not re.fullmatch(r"[0-9A-Za-z-]{1,20}", number, re.ASCII):
        raise NoRegisterNumber
    with transaction.atomic():
        row = Cinema.objects.select_for_update(of=("self",), no_key=True).get(pk=cinema.pk)
        row.cash_register = number
        row._history_user = actor  # type: ignore[attr-defined]
        row.save(update_fields=["cash_register"])
