"""Batches of promo codes: made from a pattern, exported once, and stopped."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from allocations.errors import BatchSizeRefused, CodeNotStopped, CodesExported, PatternIsSecret
from allocations.models import BatchCode, CodeBatch
from cinema.codes import random_code
from cinema.validators import clean_line
from orders.models import Promocode

CODE_LENGTH = 10  # 50 random bits
#: How long whoever asked for the file may fetch it: a download that broke off is repeated.
FETCHED_WITHIN = timedelta(minutes=10)

#: What each code has of its pattern.
TERMS = (
    *("discount_percent", "discount_amount", "valid_from", "valid_until", "cinema_id", "film_id", "weekdays"),
    *("tickets_only", "least_total", "once_per_customer"),
)
AT_ONCE = 500


def make_codes(pattern: Promocode, *, name: str, size: int, prefix: str = "", at: datetime, actor: User) -> CodeBatch:
    """Make codes for one order each, all or none. A later change of the pattern does not change them.

    Raises `BatchSizeRefused`, and `PatternIsSecret` for the code of a voucher or of another batch. Owns its
    transaction. A constant number of queries for each 500 codes.
    """
    if not 1 <= size <= CodeBatch.MOST:
        raise BatchSizeRefused(CodeBatch.MOST)
    if is_of_one_guest(pattern):
        raise PatternIsSecret
    terms = {field: getattr(pattern, field) for field in TERMS}
    with transaction.atomic():
        batch = CodeBatch.objects.create(name=clean_line(name), pattern=pattern, size=size, made_at=at, made_by=actor)
        codes = [Promocode(code=code, max_uses=1, **terms) for code in sorted(_new_codes(prefix, size))]
        made = Promocode.objects.bulk_create(codes, batch_size=AT_ONCE)
        BatchCode.objects.bulk_create([BatchCode(batch=batch, promocode=each) for each in made], batch_size=AT_ONCE)
    return batch


def is_of_one_guest(promocode: Promocode) -> bool:
    """Whether it is a voucher, or a code of a batch: whoever reads it can use it up. Three queries, unless the kinds
    were read with it. Reads only.
    """
    return any(hasattr(promocode, kind) for kind in ("printed_voucher", "instead_of_money", "of_batch"))


def _new_codes(prefix: str, size: int) -> set[str]:
    """Codes that nobody has, in capitals, as `find_promocode` looks for them."""
    start = f"{prefix.strip().upper()}-" if prefix.strip() else ""
    found: set[str] = set()
    while len(found) < size:
        fresh = {start + random_code(CODE_LENGTH) for _missing in range(size - len(found))}
        found |= fresh - _known(fresh)
    return found


def _known(codes: Iterable[str]) -> set[str]:
    listed = list(codes)
    chunks = (listed[begin : begin + AT_ONCE] for begin in range(0, len(listed), AT_ONCE))
    return {
        code for chunk in chunks for code in Promocode.objects.filter(code__in=chunk).values_list("code", flat=True)
    }


def begin_export(batch: CodeBatch, *, at: datetime, actor: User) -> None:
    """Let the actor, and nobody else ever, fetch the codes for `FETCHED_WITHIN`. Raises `CodesExported`. Owns its
    transaction.
    """
    if not CodeBatch.objects.filter(pk=batch.pk, exported_at=None).update(exported_at=at, exported_by=actor):
        raise CodesExported


def exported_codes(batch: CodeBatch, *, at: datetime, actor: User) -> list[str]:
    """The codes, for the person who began their export, as long as it is open. Raises `CodesExported`. Reads only."""
    if batch.exported_at is None or batch.exported_by_id != actor.pk or at >= batch.exported_at + FETCHED_WITHIN:
        raise CodesExported
    codes = Promocode.objects.filter(of_batch__batch=batch, is_active=True, used_count=0)
    return list(codes.order_by("code").values_list("code", flat=True))


def stop_codes(batch: CodeBatch, *, code: str = "", at: datetime, actor: User) -> int:
    """Stop the codes that have no order, or only this `code`. Returns their number. Orders that have one keep their
    discount.

    Raises `CodeNotStopped` if there is none to stop. Owns its transaction. At most three queries.
    """
    with transaction.atomic():
        unused = Promocode.objects.filter(of_batch__batch=batch, is_active=True, used_count=0)
        if code:
            unused = unused.filter(code=code.strip().upper())
        rows = unused.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk")
        if not (stopped := len(rows)):
            raise CodeNotStopped
        unused.update(is_active=False)  # the batch says who stopped it, and its history, which code
        if not code:
            CodeBatch.objects.filter(pk=batch.pk, stopped_at=None).update(stopped_at=at, stopped_by=actor)
    return stopped
