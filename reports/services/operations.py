"""What a line of a payout file says, and which sign of an amount means what."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from reports.models import PayoutLine


@dataclass(frozen=True)
class Operation:
    """A payment or refund as the provider's file has it. Amounts are positive."""

    identity: str
    kind: str
    reference: str  # the provider's reference of it
    amount: Decimal
    fee: Decimal | None = None
    at: datetime | None = None
    uid: UUID | None = None  # of our payment, where the file has it
    paid_on: date | None = None  # the day of the payout, where the file has it
    day: date | None = None  # the calendar date by the cinema's clock, of operations of a card terminal
    card: str = ""  # the last four digits
    is_distinct: bool = True  # whether `identity` is the same in every file; else it is one of this file alone


def of_sign(kind: str, amount: Decimal, fee: Decimal | None, *, by_word: bool) -> tuple[str, Decimal, Decimal | None]:
    """The kind, the positive amount and the fee of a line whose amount may have a sign.

    Where a word says the kind (`by_word`), the sign of a refund adds nothing: both mean the same. Otherwise a negative
    amount is a refund. The fee of a payment is what the provider keeps, with whatever sign it is written; that of a
    refund is negative where the provider gives it back. Raises `ValueError` for a payment by word with a negative
    amount: it can be read in two ways.
    """
    if amount < 0 and kind == PayoutLine.Kind.PAYMENT:
        if by_word:
            raise ValueError
        kind = PayoutLine.Kind.REFUND
    if kind == PayoutLine.Kind.PAYMENT and fee is not None:
        fee = abs(fee)
    return kind, abs(amount), fee
