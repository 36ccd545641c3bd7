"""Our books beside the demonstration bank's ledger: what was taken and what went back must be the same in both."""

from decimal import Decimal

from demo.bank import PREFIX
from demo.models import DemoCharge, DemoRefund
from payments.models import Gateway, Payment, Refund

Money = dict[str, Decimal]


def differences() -> list[str]:
    """What one ledger has and the other has not, once everything has been asked about; the bank's view is before ours.

    Chargebacks that we have not been told of yet are differences as well.
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
