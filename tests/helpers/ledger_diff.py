"""Compares the payments and refunds of the cinema with the ledger of the demonstration bank."""

from decimal import Decimal

from demo.bank import PREFIX
from demo.models import DemoCharge, DemoRefund
from payments.models import Gateway, Payment, Refund

Money = dict[str, Decimal]


def differences() -> list[str]:
    """Amounts that differ: "id: the bank's amount, ours". Empty once every payment and refund has been polled.

    A chargeback that has not been reported to us yet is a difference too.
    """
    theirs: Money = {
        str(charge.uid): charge.amount for charge in DemoCharge.objects.filter(status=DemoCharge.Status.PAID)
    }
    ours: Money = {
        str(payment.uid): payment.amount
        for payment in Payment.objects.filter(
            gateway=Gateway.DEMO, status=Payment.Status.SUCCEEDED, external_id__startswith=PREFIX
        )
    }
    sent = Refund.objects.filter(status=Refund.Status.SUCCEEDED, external_id__startswith=PREFIX)
    theirs |= {refund.uid.hex: refund.amount for refund in DemoRefund.objects.all()}
    ours |= {refund.external_id.removeprefix(PREFIX): refund.amount for refund in sent}
    return sorted(
        f"{name}: {theirs.get(name)} {ours.get(name)}" for name in theirs | ours if theirs.get(name) != ours.get(name)
    )
