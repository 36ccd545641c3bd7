"""The demonstration bank: a gateway inside the house, with a page on which no card is asked for and no money moves.

It keeps a ledger of its own (`payments.models.demo`), so that everything around it is what it is with a real one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from cinema.status import Refused, transition
from payments.errors import GatewayRefused, GatewayUnavailable, UnverifiedWebhook
from payments.gateways.base import Charge, Opened, RefundReport, RefundRequest, Report, State, WebhookHint
from payments.models import DemoCharge, DemoRefund, Gateway

PREFIX = "demo_"

STATES = {
    DemoCharge.Status.OPEN: State.OPEN,
    DemoCharge.Status.PAID: State.DONE,
    DemoCharge.Status.DECLINED: State.FAILED,
    DemoCharge.Status.CLOSED: State.FAILED,
}


def is_on() -> bool:
    return Gateway.DEMO in settings.PAYMENT_GATEWAYS


def decide(token: str, *, paid: bool) -> DemoCharge:
    """What the customer pressed on the bank's page, pay or decline. Refuses a payment that is not open any more."""
    with transaction.atomic():
        charge = DemoCharge.objects.select_for_update().get(token=token)
        transition([charge], DemoCharge.Status.PAID if paid else DemoCharge.Status.DECLINED)
    return charge


class Demo:
    by_hand: ClassVar[bool] = False

    def __init__(self) -> None:
        if not is_on():
            raise GatewayUnavailable("switched off", _("The demonstration bank is not switched on."))

    def start(self, charge: Charge) -> Opened:
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
        return Opened(external_id=f"{PREFIX}{opened.token}", redirect_url=f"{settings.SITE_URL}{page}")

    def fetch(self, external_id: str) -> Report:
        return _report(_charge(external_id))

    def find(self, reference: str) -> str:
        return ""

    def close(self, external_id: str) -> Report:
        try:
            with transaction.atomic():
                transition([_charge(external_id)], DemoCharge.Status.CLOSED)
        except GatewayRefused:
            raise
        except Refused:
            pass  # it is paid or declined already
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


def _report(charge: DemoCharge) -> Report:
    return Report(
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
