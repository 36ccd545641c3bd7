"""Fetch payouts from the provider that has an API for them, and read them in as if somebody had uploaded their file."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from jobs.command import Counts
from payments.errors import GatewayError
from payments.gateways.stripe_payouts import Payout, Settled, payouts, settled_by
from payments.models import Gateway
from reports.errors import FileReadBefore
from reports.models import PayoutFile, PayoutLine
from reports.services.operations import Operation, of_sign
from reports.services.payouts import read_payouts

#: Older payouts are left to files: whoever connects a provider late uploads them.
LOOKED_BACK = timedelta(days=45)
KINDS = {"charge": PayoutLine.Kind.PAYMENT, "refund": PayoutLine.Kind.REFUND}


def fetch_payouts(*, at: datetime) -> Counts:
    """Read in Stripe's payouts that are not known yet, each whole or not at all; nothing without its key.

    Must not be called inside a transaction: it talks to a network. A payout that was fetched before, also by another
    copy at the same time, changes nothing.
    """
    counts = Counts()
    if not settings.STRIPE_SECRET_KEY:
        return counts
    try:
        for payout in unknown_payouts(at):
            counts.add(_read(payout, settled_by(payout), at=at))
    except GatewayError as error:
        counts.add(Counts(failed=1, error=f"Stripe: {error}"))
    return counts


def unknown_payouts(at: datetime) -> list[Payout]:
    """Those that have arrived and were not fetched yet, by one query. Raises `GatewayError`.

    Must not be called inside a transaction: it talks to a network.
    """
    found = payouts(at - LOOKED_BACK)
    read = PayoutFile.objects.filter(gateway=Gateway.STRIPE, digest__in=[each.id for each in found])
    known = set(read.values_list("digest", flat=True))
    return [payout for payout in found if payout.id not in known]


def _read(payout: Payout, settled: Sequence[Settled], *, at: datetime) -> Counts:
    operations = [_operation(each, payout) for each in settled if each.category in KINDS]
    if foreign := {each.currency for each in settled} - {settings.CURRENCY}:
        return Counts(failed=1, error=f"{payout.id} is in {', '.join(sorted(foreign))}")
    try:
        read_payouts(
            operations,
            gateway=Gateway.STRIPE,
            name=payout.id,
            digest=payout.id,
            skipped=len(settled) - len(operations),
            paid_on=payout.paid_on,
            actor=None,
            at=at,
        )
    except FileReadBefore:  # another copy was faster
        return Counts(passed_over=1)
    return Counts(done=1)


def _operation(each: Settled, payout: Payout) -> Operation:
    # Stripe's word says the kind: the sign adds nothing.
    kind, amount, fee = of_sign(KINDS[each.category], abs(each.amount), each.fee, by_word=True)
    return Operation(
        identity=each.id,
        kind=kind,
        reference=each.reference,
        amount=amount,
        fee=fee,
        at=each.at,
        uid=_uid(each.payment),
        paid_on=payout.paid_on,
    )


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
