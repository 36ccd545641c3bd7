"""The demonstration bank: a payment gateway for trying things out. It asks for no card and moves no money.

It keeps its own records (`demo.models`), so payments, declines and refunds go through the same code as with a real
gateway. `GATEWAY_CLASSES` in the settings names `DemoBank`.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from cinema.status import Refused, transition
from demo.models import DemoCharge, DemoRefund
from payments.errors import GatewayRefused, GatewayUnavailable, UnverifiedWebhook
from payments.gateways.base import (
    Charge,
    PaymentReport,
    RefundReport,
    RefundRequest,
    StartedPayment,
    State,
    WebhookHint,
)
from payments.models import Gateway

PREFIX = "demo_"

STATES = {
    DemoCharge.Status.OPEN: State.OPEN,
    DemoCharge.Status.PAID: State.DONE,
    DemoCharge.Status.DECLINED: State.FAILED,
    DemoCharge.Status.CLOSED: State.FAILED,
}


def is_on() -> bool:
    """Whether `PAYMENT_GATEWAYS` offers this bank; with `DEBUG` the app is installed even where it is not."""
    return Gateway.DEMO in settings.PAYMENT_GATEWAYS


def decide(token: str, *, paid: bool) -> DemoCharge:
    """Record the customer's answer on the bank's page: pay or decline.

    Owns its transaction. Raises `Refused` when the payment is no longer open, and `DemoCharge.DoesNotExist`.
    """
    with transaction.atomic():
        charge = DemoCharge.objects.select_for_update().get(token=token)
        transition([charge], DemoCharge.Status.PAID if paid else DemoCharge.Status.DECLINED)
    return charge


class DemoBank:
    """See `payments.gateways.GatewayClient`. Raises `GatewayUnavailable` when it is not switched on."""

    is_manual: ClassVar[bool] = False

    def __init__(self) -> None:
        if not is_on():
            raise GatewayUnavailable(
                "switched off", _("The demo bank isn’t available. Please choose another payment method.")
            )

    @staticmethod
    def smallest_payment() -> Decimal:
        return Decimal("1.00")

    def start(self, charge: Charge) -> StartedPayment:
        opened, _is_new = DemoCharge.objects.get_or_create(
            uid=charge.uid,
            defaults={
                "amount": charge.amount,
                "description": charge.description,
                "return_url": charge.return_url,
                "language": charge.language,
            },
        )
        if (opened.amount, opened.return_url) != (charge.amount, charge.return_url):
            raise GatewayRefused("key used for another request")
        page = reverse("demo_bank", args=[opened.token])
        return StartedPayment(external_id=f"{PREFIX}{opened.token}", redirect_url=f"{settings.SITE_URL}{page}")

    def fetch(self, external_id: str) -> PaymentReport:
        return _report(_charge(external_id))

    def find_external_id(self, reference: str) -> str:
        return ""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        try:
            with transaction.atomic():
                transition([_charge(external_id)], DemoCharge.Status.CLOSED)
        except GatewayRefused:
            raise
        except Refused:
            pass  # already paid, declined or closed
        return self.fetch(external_id)

    def refund(self, back: RefundRequest) -> RefundReport:
        with transaction.atomic():
            charge = DemoCharge.objects.select_for_update().get(pk=_charge(back.external_id).pk)
            made = charge.refunds.filter(uid=back.uid).first()
            if made is None:
                if charge.status != DemoCharge.Status.PAID:
                    raise GatewayRefused("not paid")
                gone = charge.refunds.aggregate(sum=Sum("amount"))["sum"] or 0
                if back.amount > charge.amount - gone:
                    raise GatewayRefused("more than is left")
                made = DemoRefund.objects.create(charge=charge, uid=back.uid, amount=back.amount)
            elif made.amount != back.amount:
                raise GatewayRefused("key used for another request")
        return _refund_report(made)

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        raise UnverifiedWebhook(_("The demonstration bank sends no messages."))


def _charge(external_id: str) -> DemoCharge:
    charge = DemoCharge.objects.filter(token=external_id.removeprefix(PREFIX)).first()
    if charge is None:
        raise GatewayRefused("unknown payment")
    return charge


def _report(charge: DemoCharge) -> PaymentReport:
    return PaymentReport(
        external_id=f"{PREFIX}{charge.token}",
        state=STATES[DemoCharge.Status(charge.status)],
        amount=charge.amount,
        currency=settings.CURRENCY,
        uid=str(charge.uid),
        refunds=tuple(_refund_report(each) for each in charge.refunds.order_by("pk")),
    )


def _refund_report(refund: DemoRefund) -> RefundReport:
    return RefundReport(
        external_id=f"{PREFIX}{refund.uid.hex}", amount=refund.amount, state=State.DONE, uid=str(refund.uid)
    )
