"""Read the payout file of a payment provider, and compare its lines with our payments and refunds, and gift cards."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import ZERO
from cinema.validators import clean_reason
from payments.models import Gateway, GiftCardMovement, Payment, Refund
from reports.errors import FileReadBefore, LineClarified
from reports.models import PayoutFigures, PayoutFile, PayoutLine
from reports.services import terminals
from reports.services.operations import Operation
from reports.services.terminals import Ours
from screenings.models import Cinema

Kind, Outcome = PayoutLine.Kind, PayoutLine.Outcome
BATCH = 500


def read_payouts(
    operations: Sequence[Operation],
    *,
    gateway: str,
    name: str,
    digest: str,
    skipped: int,
    paid_on: date,
    cinemas: Collection[Cinema] | None = None,
    actor: User | None,
    at: datetime,
) -> PayoutFile:
    """Store the operations that are not known from other files, each with how it agrees with ours.

    An operation that cannot be told from others of its file (`is_distinct`) is a line of its own in each file. One that
    another file may have too, and of which we have no record, is left to a person (`IN_OTHER_FILE`), and not counted in
    the figures.

    `paid_on` is the day of the payout for operations that name none. `cinemas` are those that a file of card terminals
    is about, None for all; its operations are matched by reference, or else by day and amount (`services.terminals`).
    There is no `actor` for a payout that a job has fetched.

    Payments and refunds of ours from the time between the first and the last operation of the file that no file has
    become lines too, until a later file has them. Raises `FileReadBefore` for a file with the same content. A constant
    number of queries for each `BATCH` of operations. Owns its transaction.
    """
    with transaction.atomic():
        file, is_new = PayoutFile.objects.get_or_create(
            gateway=gateway,
            digest=digest,
            defaults={"name": name, "uploaded_by": actor, "uploaded_at": at, "lines_skipped": skipped},
        )
        if not is_new:
            raise FileReadBefore(_("This file was read before. Nothing was changed."))
        for start in range(0, len(operations), BATCH):
            _store(operations[start : start + BATCH], file, paid_on, cinemas)
        _add_figures(file)
        _add_missing(operations, file, cinemas)
        file.lines_known = len(operations) - file.lines_read
        file.save(update_fields=["lines_read", "lines_known"])
        return file


def clarify(line: PayoutLine, *, note: str, actor: User, at: datetime) -> PayoutLine:
    """Record why a line does not agree.

    Raises `ReasonNeeded` without a note, and `LineClarified`. Owns its transaction.
    """
    note = clean_reason(note)
    with transaction.atomic():
        row = PayoutLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        if not row.is_open:
            raise LineClarified(_("There is no open difference here. Reload the page to see what was recorded."))
        row.clarified_at, row.clarified_by, row.note = at, actor, note
        row.save(update_fields=["clarified_at", "clarified_by", "note"])
        return row


def _store(
    operations: Sequence[Operation], file: PayoutFile, paid_on: date, cinemas: Collection[Cinema] | None
) -> None:
    """The operations that are not known, as lines. Those that were missing so far replace the line that said so."""
    known = set(
        PayoutLine.objects.filter(
            gateway=file.gateway, identity__in=[each.identity for each in operations]
        ).values_list("identity", flat=True)
    )
    new = {each.identity: each for each in operations if each.identity not in known}
    with_ours: Iterable[tuple[Operation, Ours | None]]
    if file.gateway == Gateway.CARD_TERMINAL:
        with_ours = terminals.with_ours(list(new.values()), cinemas)
    else:
        with_ours = _with_ours(list(new.values()), file.gateway)
    lines = [_compared(each, ours, file, paid_on) for each, ours in with_ours]
    _doubt({identity for identity, each in new.items() if not each.is_distinct}, lines, file)
    if cinemas is not None and len(cinemas) == 1:
        for line in lines:
            line.cinema_id = line.cinema_id or next(iter(cinemas)).pk
    waiting = {
        each.identity: each
        for each in PayoutLine.objects.filter(
            gateway=file.gateway, identity__in=[_own_identity(line) for line in lines]
        )
    }
    found = []
    for line in lines:
        before = waiting.get(_own_identity(line))
        if before is not None:
            line.pk, line.clarified_at, line.clarified_by_id = before.pk, before.clarified_at, before.clarified_by_id
            line.note = before.note
            found.append(line)
    changed = ["file", "identity", "reference", "card", "at", "amount", "fee", "paid_on", "ours", "outcome"]
    PayoutLine.objects.bulk_update(found, changed)
    PayoutLine.objects.bulk_create([line for line in lines if line.pk is None])
    file.lines_read += len(lines)


def _doubt(indistinct: Collection[str], lines: Iterable[PayoutLine], file: PayoutFile) -> None:
    """Say of lines that are not in our records whether another file has their likes. One query if there are any."""
    unknown = [each for each in lines if each.outcome == Outcome.MISSING_HERE and each.identity in indistinct]
    if not unknown:
        return
    others = PayoutLine.objects.filter(gateway=file.gateway, at__in={each.at for each in unknown}).exclude(file=file)
    likes = {_like(identity) for identity in others.values_list("identity", flat=True)}
    for line in unknown:
        if _like(line.identity) in likes:
            line.outcome = Outcome.IN_OTHER_FILE


def _like(identity: str) -> str:
    """The part of the identity of an operation of a terminal that its likes share."""
    return ":".join(identity.split(":")[:2])


def _with_ours(operations: Sequence[Operation], gateway: str) -> Iterable[tuple[Operation, Payment | Refund | None]]:
    payments = Payment.objects.filter(gateway=gateway, status=Payment.Status.SUCCEEDED).select_related("order")
    refunds = Refund.objects.filter(payment__gateway=gateway).select_related("order")
    uids = [each.uid for each in operations if each.uid]
    references = [each.reference for each in operations]
    of_payments = [each.reference for each in operations if each.kind == Kind.PAYMENT]
    by_reference: dict[tuple[str, Any], Any] = {
        (Kind.PAYMENT, each.external_id): each for each in payments.filter(external_id__in=of_payments)
    }
    by_reference |= {(Kind.REFUND, each.external_id): each for each in refunds.filter(external_id__in=references)}
    by_uid = {each.uid: each for each in payments.filter(uid__in=uids)}
    for each in operations:
        ours = by_uid.get(each.uid) if each.uid and each.kind == Kind.PAYMENT else None
        yield each, ours or by_reference.get((each.kind, each.reference))


def _compared(operation: Operation, ours: Ours | None, file: PayoutFile, paid_on: date) -> PayoutLine:
    line = PayoutLine(
        file=file,
        gateway=file.gateway,
        kind=operation.kind,
        identity=operation.identity,
        reference=operation.reference,
        card=operation.card,
        at=operation.at,
        amount=operation.amount,
        fee=operation.fee,
        paid_on=operation.paid_on or paid_on,
        outcome=Outcome.MISSING_HERE,
    )
    if ours is not None:
        _link(line, ours)
        line.outcome = Outcome.AGREES if line.ours == operation.amount else Outcome.OTHER_AMOUNT
    return line


def _link(line: PayoutLine, ours: Ours) -> None:
    facts = terminals.facts_of(ours)
    line.ours, line.cinema = facts.amount, facts.cinema
    if isinstance(ours, GiftCardMovement):
        line.gift_card = ours
    elif isinstance(ours, Payment):
        line.payment = ours
    else:
        line.refund = ours


def _add_figures(file: PayoutFile) -> None:
    """Add up the lines of the file by cinema and day of the payout. Two queries."""
    sums = (
        PayoutLine.objects.filter(file=file, cinema__isnull=False, paid_on__isnull=False)
        .exclude(outcome=Outcome.IN_OTHER_FILE)
        .order_by()
        .values("cinema_id", "paid_on")
        .annotate(
            payments=Sum("amount", filter=Q(kind=Kind.PAYMENT), default=ZERO),
            refunds=Sum("amount", filter=Q(kind=Kind.REFUND), default=ZERO),
            fees=Sum("fee", default=ZERO),
        )
    )
    PayoutFigures.objects.bulk_create([PayoutFigures(file=file, gateway=file.gateway, **row) for row in sums])


def _own_identity(line: PayoutLine) -> str:
    """The identity of the line that says that the provider's files lack this payment, refund or gift card."""
    if line.gift_card_id is not None:
        return f"ours:{line.kind}:gift-card-{line.gift_card_id}"
    return f"ours:{line.kind}:{line.payment_id or line.refund_id}"


def _add_missing(operations: Sequence[Operation], file: PayoutFile, cinemas: Collection[Cinema] | None) -> None:
    """Lines for what succeeded between the first and the last operation of its kind, and is in no file. Two queries."""
    if file.gateway == Gateway.CARD_TERMINAL:
        _add_lines(terminals.missing(operations, cinemas), file)
        return
    for kind, model, path, on_line in (
        (Kind.PAYMENT, Payment, "gateway", "payment"),
        (Kind.REFUND, Refund, "payment__gateway", "refund"),
    ):
        instants = [each.at for each in operations if each.kind == kind and each.at is not None]
        if not instants:
            continue
        rows: Any = model.objects.filter(
            **{path: file.gateway},
            status=model.Status.SUCCEEDED,
            succeeded_at__range=(min(instants), max(instants)),
            amount__gt=0,
        ).select_related("order")
        if model is Refund:
            rows = rows.filter(handed_out=False)
        _add_lines(rows.filter(~Exists(PayoutLine.objects.filter(**{on_line: OuterRef("pk")}))), file)


def _add_lines(missing: Iterable[Ours], file: PayoutFile) -> None:
    """Lines that say that the provider's files lack these."""
    lines = []
    for ours in missing:
        facts = terminals.facts_of(ours)
        line = PayoutLine(
            file=file,
            gateway=file.gateway,
            kind=facts.kind,
            reference=facts.reference,
            at=facts.at,
            outcome=Outcome.MISSING_THERE,
        )
        _link(line, ours)
        line.identity = _own_identity(line)
        lines.append(line)
    PayoutLine.objects.bulk_create(lines, batch_size=BATCH)
