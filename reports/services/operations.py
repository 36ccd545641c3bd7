"""What a line of a payout file says."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


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
