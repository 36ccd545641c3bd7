"""The lines of fiscal receipts: their amounts add up to the money exactly, and each price divides by its quantity."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from cinema.money import CENT, split
from payments.gateways import ChargeLine
from payments.models import ReceiptLine, Subject, VatOf

NAME_LENGTH = ReceiptLine._meta.get_field("name").max_length


@dataclass(frozen=True)
class SoldItem:
    """What money was taken for, or goes back for: `amount` is for the whole quantity; `starts` is that of a show."""

    name: str
    subject: Subject
    quantity: int
    amount: Decimal
    starts: datetime | None = None


@dataclass(frozen=True)
class Sold:
    """What a receipt is about, in the customer's language. Without items it is an advance payment named `advance`."""

    items: Sequence[SoldItem]
    advance: str

    @property
    def is_advance(self) -> bool:
        return not any(item.amount for item in self.items)

    def lines(self, total: Decimal, vat_of: VatOf) -> list[ReceiptLine]:
        """See `receipt_lines`."""
        return receipt_lines(self.items, total=total, advance=self.advance, vat_of=vat_of)


def receipt_lines(items: Sequence[SoldItem], *, total: Decimal, advance: str, vat_of: VatOf) -> list[ReceiptLine]:
    """Unsaved lines that add up to `total`, taxed at the rates of `vat_of`.

    Where the items add up to another sum, `total` is split in proportion to their amounts. Without items, or where they
    are worth nothing, there is one line, an advance payment named `advance`. No query.
    """
    if not any(item.amount for item in items):
        vat = vat_of(Subject.TICKETS)
        return [ReceiptLine(name=advance, subject=Subject.TICKETS, quantity=1, price=total, vat=vat)]
    shares = split(total, [item.amount for item in items])
    return [row for item, share in zip(items, shares, strict=True) for row in _rows(item, share, vat_of(item.subject))]


def charge_lines(rows: Iterable[ReceiptLine]) -> tuple[ChargeLine, ...]:
    """The same lines for a gateway that prints the receipt itself."""
    return tuple(
        ChargeLine(
            name=row.name,
            quantity=row.quantity,
            amount=row.price * row.quantity,
            vat=row.vat,
            is_service=row.subject == Subject.TICKETS,
        )
        for row in rows
    )


def _rows(item: SoldItem, amount: Decimal, vat: str) -> Iterator[ReceiptLine]:
    """One row, or two with prices a cent apart where the quantity does not divide the amount."""
    price = (amount / item.quantity).quantize(CENT, ROUND_DOWN)
    dearer = int((amount - price * item.quantity) / CENT)
    for quantity, each in ((item.quantity - dearer, price), (dearer, price + CENT)):
        if quantity and each:
            name = item.name[:NAME_LENGTH]
            yield ReceiptLine(name=name, subject=item.subject, quantity=quantity, price=each, vat=vat)
