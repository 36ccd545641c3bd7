"""Parses an acquirer's files of card terminal operations, by the columns that a person chose.

Cells are read as those of imports: an amount or a date that can be read in two ways is refused.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from backoffice.framework.import_export import files
from backoffice.framework.import_export.files import Unreadable
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.widgets import DateWidget, NumberWidget
from backoffice.reports.payout_files import MOST_ROWS, REFERENCE, Parsed, from_headings, in_row, signed
from cinema.local_time import is_valid_year
from reports.models import PayoutLayout, PayoutLine
from reports.services.operations import Operation

COLUMNS = ("time", "amount", "fee", "reference", "card", "kind")
NEEDED = ("time", "amount")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")
LAST_DIGITS = re.compile(r"(\d{4})\D*$")
DATES = DateWidget()
AMOUNTS = NumberWidget(PayoutLine._meta.get_field("amount"))
LINES_LOOKED_AT = 20  # for headings below a title
Kind = PayoutLine.Kind


def headings_of(content: bytes) -> list[str]:
    """The headings of the columns of a file; a CSV file may have a title above them. Raises `Unreadable`."""
    if not content.startswith(b"PK"):
        lines = files.decode(content).splitlines(keepends=True)[:LINES_LOOKED_AT]
        widths = [_width(line) for line in lines]
        if max(widths, default=0) < len(NEEDED):
            raise Unreadable(_("This file is not a table. Save it as CSV or XLSX."))
        content = "".join(lines[widths.index(max(widths)) :]).encode()
    _number, headings = next(files.stream(content, ()))
    found = [heading for heading in headings if heading]
    if len({name_key(each) for each in found}) < len(found):
        raise Unreadable(_("Two columns of the file have the same heading."))
    return found


def _width(line: str) -> int:
    """How many cells of a line have a text; a title above the headings may have empty cells beside it."""
    return max(sum(bool(cell.strip()) for cell in line.split(each)) for each in files.DELIMITERS)


def parse(content: bytes, layout: PayoutLayout, *, zone: ZoneInfo, place: str = "") -> Parsed:
    """The operations of a file; `zone` is that of its times. Raises `Unreadable`: it is read whole or not at all.

    Operations of different places are never taken for the same one, nor are those of two files that have neither a
    reference nor an exact time: two terminals sell the same for the same price on the same day.
    """
    digest = hashlib.sha256(place.encode() + content).hexdigest()
    columns: Mapping[str, str] = layout.columns
    rows = files.stream(from_headings(content, columns["amount"]), [name_key(each) for each in columns.values()])
    _number, headers = next(rows)
    index_of = {name_key(header): index for index, header in enumerate(headers)}
    for heading in columns.values():
        if [*map(name_key, headers)].count(name_key(heading)) > 1:
            raise Unreadable(_("The column “%(name)s” appears twice. Remove one.") % {"name": heading})
        if name_key(heading) not in index_of:
            raise Unreadable(_("The file has no column “%(heading)s”.") % {"heading": heading})
    words = {Kind.REFUND: _words(layout.refund_words), Kind.PAYMENT: _words(layout.payment_words)}
    operations: list[Operation] = []
    seen: Counter[tuple[Any, ...]] = Counter()
    skipped = 0
    for number, cells in rows:
        row = {
            column: cells[index] if (index := index_of[name_key(heading)]) < len(cells) else ""
            for column, heading in columns.items()
        }
        kind, by_word = _kind(row, words)
        if not row["amount"] or not row["time"] or kind is None:  # a total, or neither a payment nor a refund
            skipped += 1
            continue
        operations.append(_operation(number, row, kind, zone, (place, digest), seen, by_word=by_word))
        if len(operations) > MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)s rows. Split it.") % {"most": files.grouped(MOST_ROWS)})
    if not operations:
        raise Unreadable(_("The file has no payments and no refunds."))
    return Parsed(operations, skipped, digest)


def _operation(
    number: int,
    row: Mapping[str, str],
    kind: str,
    zone: ZoneInfo,
    of: tuple[str, str],
    seen: Counter[tuple[Any, ...]],
    *,
    by_word: bool,
) -> Operation:
    """`of` are the place and the digest of the file."""
    place, digest = of
    day, at = _instant(number, row["time"], zone)
    reference = row.get("reference", "")
    if reference and not REFERENCE.fullmatch(reference):
        raise in_row(number, _("“%(text)s” is not a reference of the provider") % {"text": reference[:40]})
    digits = LAST_DIGITS.search(row.get("card", ""))
    card = digits[1] if digits else ""
    fee = _amount(number, row["fee"]) if row.get("fee") else None
    kind, amount, fee = signed(number, row["amount"], kind, _amount(number, row["amount"]), fee, by_word=by_word)
    # An operation is the same in two files if all that is known of it is, and its number among equal ones.
    known = (place, kind, at, amount, reference, card)
    seen[known] += 1
    text = "|".join(map(str, known))
    identity = f"terminal:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
    is_distinct = bool(reference) or _is_exact(at.astimezone(zone).time(), card)
    return Operation(
        identity=f"{identity}:{seen[known]}" if is_distinct else f"{identity}:{digest[:40]}:{seen[known]}",
        kind=kind,
        reference=reference,
        amount=amount,
        fee=fee,
        at=at,
        day=day,
        card=card,
        is_distinct=is_distinct,
    )


def _kind(row: Mapping[str, str], words: Mapping[PayoutLine.Kind, Sequence[str]]) -> tuple[str | None, bool]:
    """What the row is, None if it is neither a payment nor a refund, and whether a word of the layout says so."""
    if "kind" not in row:
        return Kind.PAYMENT, False
    word = name_key(row["kind"])
    for kind in (Kind.REFUND, Kind.PAYMENT):
        if word in words[kind]:
            return kind, True
    return Kind.PAYMENT if word and not words[Kind.PAYMENT] else None, False


def _words(text: str) -> list[str]:
    return [name_key(word) for word in text.split(",") if word.strip()]


def _amount(number: int, text: str) -> Decimal:
    try:
        amount = AMOUNTS.clean(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError as error:
        raise in_row(number, str(error).rstrip(".")) from error
    if amount is None or abs(amount) > PayoutLine._meta.get_field("amount").highest:
        raise in_row(number, _("“%(text)s” is not an amount") % {"text": text[:40]})
    return Decimal(amount)


def _is_exact(at: time, card: str) -> bool:
    """Whether a time of the day is exact enough to identify an operation: it has seconds, or there is a card. Workbooks
    add seconds of zero to a time in minutes, and midnight to a date.
    """
    return at.second > 0 or (at != time() and card != "")


def _instant(number: int, text: str, zone: ZoneInfo) -> tuple[date, datetime]:
    """The date of a cell, and the instant; without a time the beginning of the date."""
    first, _space, rest = text.replace("T", " ").partition(" ")
    try:
        day = DATES.clean(first)
    except ValueError as error:
        raise in_row(number, str(error).rstrip(".")) from error
    clock = CLOCK.fullmatch(rest.strip()) if rest.strip() else None
    try:
        hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
        at = time(hour, minute, second)
    except ValueError:
        clock, at = None, time()
    if day is None or not is_valid_year(day) or (rest.strip() and clock is None):
        raise in_row(number, _("“%(text)s” is not a date with a time") % {"text": text[:40]})
    return day, datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
