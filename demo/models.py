"""The demonstration bank's own records, kept apart from `payments` as a real bank's would be.

Only `demo` reads or writes them, so asking the bank about a payment really checks our books against somebody else's.
"""

import secrets
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between


def new_demo_token() -> str:
    """192 random bits: anyone who has the link to a payment's page can pay there."""
    return secrets.token_urlsafe(24)


class DemoCharge(models.Model):
    """A payment as the demonstration bank knows it."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        PAID = "PAID", _("Paid")
        DECLINED = "DECLINED", _("Declined")
        CLOSED = "CLOSED", _("Closed")

    TRANSITIONS: ClassVar = {
        Status.OPEN: {Status.PAID, Status.DECLINED, Status.CLOSED},
        Status.PAID: set(),
        Status.DECLINED: set(),
        Status.CLOSED: set(),
    }

    token = models.CharField(max_length=40, unique=True, default=new_demo_token, editable=False)
    uid = models.UUIDField(unique=True)  # the idempotency key, which is `Payment.uid`: one request makes one charge
    amount = MoneyField()
    description = models.CharField(max_length=200)
    return_url = models.CharField(max_length=500)
    language = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)

    class Meta:
        db_table = "payments_democharge"  # made when the model was in `payments`; migration 0001 adopts it
        default_permissions = ()
        constraints = [between("amount", name="demo_charge_bounded")]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"


class DemoRefund(models.Model):
    """Money that the demonstration bank sent back."""

    charge = models.ForeignKey(DemoCharge, models.PROTECT, related_name="refunds")
    uid = models.UUIDField(unique=True)  # the idempotency key, which is `Refund.uid`
    amount = MoneyField()

    class Meta:
        db_table = "payments_demorefund"
        default_permissions = ()
        constraints = [between("amount", name="demo_refund_bounded")]

    def __str__(self) -> str:
        return str(self.amount)
