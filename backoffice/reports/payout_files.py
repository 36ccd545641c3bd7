"""Parses payout files of payment providers: which columns they have, and what a line of them is."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.framework.import_export import files
from backoffice.framework.import_export.files import Unreadable
from backoffice.framework.import_export.names import name_key
from cinema.money import CENT, MAX_AMOUNT
from payments.models import Gateway
from reports.models import PayoutLine
from reports.services.operations import Operation, of_sign

MOST_ROWS = 20_000
MOST_BYTES = 5_000_000
LONGEST_LINE = 20_000  # characters; of the headings, and of the lines above them
TIMES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,120}")  # no name, no address, no formula
AMOUNT = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,2})?", re.ASCII)
MOSCOW = ZoneInfo("Europe/Moscow")  # YooKassa's registries have Moscow time


@dataclass(frozen=True)
class Source:
    """A kind of file: its gateway, and the headings of its columns as the provider documents them.

    A column without a heading here has none that is documented: the person who uploads the file names it.
    """

    title: str | Promise
    gateway: str
    columns: Mapping[str, str]
    zone: tzinfo
    kind: str = ""  # of all lines; otherwise the category of each line says it
    kinds: Mapping[str, str] = field(default_factory=dict)  # by category; lines of others are skipped
    optional: Mapping[str, str] = field(default_factory=dict)  # columns that a file may lack


SOURCES = {
    "yookassa_payments": Source(
        gettext_lazy("YooKassa: payments"),
        Gateway.YOOKASSA,
        {"reference": "Идентификатор платежа", "amount": "Сумма платежа", "currency": "Валюта платежа"},
        MOSCOW,
        PayoutLine.Kind.PAYMENT,
    ),
    "yookassa_refunds": Source(gettext_lazy("YooKassa: refunds"), Gateway.YOOKASSA, {}, MOSCOW, PayoutLine.Kind.REFUND),
    "stripe": Source(
        gettext_lazy("Stripe: payout reconciliation, itemized"),
        Gateway.STRIPE,
        {
            "identity": "balance_transaction_id",
            "category": "reporting_category",
            "reference": "source_id",
            "uid": "payment_metadata[payment]",
            "amount": "gross",
            "fee": "fee",
            "currency": "currency",
            "time": "created_utc",
        },
        UTC,
        kinds={"charge": PayoutLine.Kind.PAYMENT, "refund": PayoutLine.Kind.REFUND},
        optional={"paid_on": "automatic_payout_effective_at_utc"},
    ),
}


@dataclass(frozen=True)
class Parsed:
    operations: Sequence[Operation]
    skipped: int
    digest: str


def parse(content: bytes, source: Source, named: Mapping[str, str]) -> Parsed:
    """The operations of a file. `named` are headings of columns that a person entered; they replace the known ones.

    Lines above the headings and below the last operation are allowed, such as a title and totals. Raises `Unreadable`
    for anything else that cannot be read: a file is read whole or not at all.
    """
    columns = {**source.columns, **{column: heading for column, heading in named.items() if heading}}
    for column in ("reference", "amount"):
        if column not in columns:
            raise Unreadable(_("Enter the headings of the columns with the reference and the amount."))
    digest = hashlib.sha256(content).hexdigest()
    rows = files.stream(from_headings(content, columns["reference"]), [name_key(each) for each in columns.values()])
    _number, headers = next(rows)
    places = {name_key(header): place for place, header in enumerate(headers)}
    if repeated := [each for each in columns.values() if [*map(name_key, headers)].count(name_key(each)) > 1]:
        raise Unreadable(_("The column “%(name)s” appears twice. Remove one.") % {"name": repeated[0]})
    missing = [heading for heading in columns.values() if name_key(heading) not in places]
    if missing:
        raise Unreadable(_("The file has no column “%(heading)s”.") % {"heading": missing[0]})
    optional = {column: heading for column, heading in source.optional.items() if name_key(heading) in places}
    at = {column: places[name_key(heading)] for column, heading in {**optional, **columns}.items()}
    operations: list[Operation] = []
    skipped = 0
    for number, cells in rows:
        row = {column: cells[place] if place < len(cells) else "" for column, place in at.items()}
        kind = source.kind or source.kinds.get(row["category"], "")
        if not row["amount"] or not kind:  # a total, or an operation that is neither a payment nor a refund
            skipped += 1
            continue
        operations.append(_operation(number, row, kind, source))
        if len(operations) > MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)s rows. Split it.") % {"most": files.grouped(MOST_ROWS)})
    if not operations:
        raise Unreadable(_("The file has no payments and no refunds."))
    if len({each.identity for each in operations}) < len(operations):
        raise Unreadable(_("The file has the same reference more than once."))
    return Parsed(operations, skipped, digest)


def _operation(number: int, row: Mapping[str, str], kind: str, source: Source) -> Operation:
    reference = row["reference"]
    if not (REFERENCE.fullmatch(reference) and REFERENCE.fullmatch(row.get("identity", "-"))):
        raise in_row(number, _("“%(text)s” is not a reference of the provider") % {"text": reference[:40]})
    if row.get("currency", settings.CURRENCY).upper() != settings.CURRENCY:
        raise in_row(number, _("the currency is not %(currency)s") % {"currency": settings.CURRENCY})
    fee = _amount(number, row["fee"]) if row.get("fee") else None
    kind, amount, fee = signed(number, row["amount"], kind, _amount(number, row["amount"]), fee, by_word=True)
    return Operation(
        identity=row.get("identity") or f"{kind}:{reference}",
        kind=kind,
        reference=reference,
        amount=amount,
        fee=fee,
        at=_instant(number, row["time"], source.zone) if row.get("time") else None,
        uid=_uid(row.get("uid", "")),
        paid_on=_instant(number, row["paid_on"], source.zone).date() if row.get("paid_on") else None,
    )


def signed(
    number: int, text: str, kind: str, amount: Decimal, fee: Decimal | None, *, by_word: bool
) -> tuple[str, Decimal, Decimal | None]:
    """`of_sign` for a row of a file."""
    try:
        return of_sign(kind, amount, fee, by_word=by_word)
    except ValueError as error:
        raise in_row(number, _("“%(text)s” is negative, but the row is a payment") % {"text": text[:40]}) from error


def _amount(number: int, text: str) -> Decimal:
    """An amount with a decimal point or comma, spaces between thousands, and at most two places.

    Nothing else, so that none can be read in two ways: `1,000` is a thousand in one language and one in another.
    """
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").replace(",", ".")
    amount = Decimal(plain) if AMOUNT.fullmatch(plain) else None
    if amount is None or abs(amount) > MAX_AMOUNT:
        raise in_row(number, _("“%(text)s” is not an amount") % {"text": text[:40]})
    return amount.quantize(CENT)


def _instant(number: int, text: str, zone: tzinfo) -> datetime:
    for pattern in TIMES:
        try:
            instant = datetime.strptime(text, pattern).replace(tzinfo=zone)
        except ValueError:
            continue
        if 2000 <= instant.year < 2200:
            return instant.astimezone(UTC)
    raise in_row(number, _("“%(text)s” is not a date with a time") % {"text": text[:40]})


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def in_row(number: int, problem: str) -> Unreadable:
    return Unreadable(_("Row %(row)d: %(problem)s. Nothing was read.") % {"row": number, "problem": problem})


def from_headings(content: bytes, heading: str) -> bytes:
    """A CSV file without the lines above its headings, one of which is `heading`."""
    if content.startswith(b"PK"):
        return content
    text, start = files.decode(content), 0
    wanted = name_key(heading)
    for _line in range(20):
        line, mark, _rest = text[start : start + LONGEST_LINE].partition("\n")
        if wanted in name_key(line):
            return text[start:].encode()
        if not mark:
            break
        start += len(line) + 1
    raise Unreadable(_("The file has no column “%(heading)s”.") % {"heading": heading})
