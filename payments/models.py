from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between


class Gateway(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD_TERMINAL = "card_terminal", _("Card terminal")
    DEMO = "demo", _("Demonstration")
    STRIPE = "stripe", "Stripe"
    YOOKASSA = "yookassa", _("YooKassa")


# Taken face to face: money that does not fit is refused on the spot instead of being refunded afterwards.
BY_HAND = frozenset({Gateway.CASH, Gateway.CARD_TERMINAL})


class Payment(models.Model):
    """Money for an order, in flight or taken. Several may have succeeded; all but one are then refunded."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("In flight")
        SUCCEEDED = "SUCCEEDED", _("Paid")
        FAILED = "FAILED", _("Failed")

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="payments", verbose_name=_("order"))
    gateway = models.CharField(_("gateway"), max_length=16, choices=Gateway)
    external_id = models.CharField(_("id at the gateway"), max_length=120, blank=True)
    amount = MoneyField(_("amount"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("created"))
    succeeded_at = models.DateTimeField(_("paid"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "created_at"], name="payment_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "external_id"], condition=~Q(external_id=""), name="one_payment_an_external_id"
            ),
            between("amount", name="payment_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_gateway_display()}"


class Refund(models.Model):
    """Money that goes, or went, back. `payment` is empty when the order had cost nothing."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", _("To be sent")
        SUCCEEDED = "SUCCEEDED", _("Sent back")
        FAILED = "FAILED", _("Failed")

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="refunds", verbose_name=_("order"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name=_("payment")
    )
    amount = MoneyField(_("amount"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.REQUESTED)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    external_id = models.CharField(_("id at the gateway"), max_length=120, blank=True)
    without_lines = MoneyField(
        _("not said what for"),
        default=0,
        help_text=_("Of a part that was refunded outside: how much staff have yet to name tickets or snacks for."),
    )
    requested_at = models.DateTimeField(_("requested"))
    succeeded_at = models.DateTimeField(_("sent back"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-requested_at", "-id"]
        indexes = [
            models.Index(fields=["status", "requested_at"], name="refund_open"),
            models.Index(fields=["requested_at"], condition=Q(without_lines__gt=0), name="refund_awaiting_lines"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "external_id"], condition=~Q(external_id=""), name="one_refund_an_external_id"
            ),
            between("amount", name="refund_bounded"),
            models.CheckConstraint(
                condition=Q(without_lines__gte=0, without_lines__lte=F("amount")), name="refund_lines_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"

    def is_all_for(self, price: Decimal) -> bool:
        """Whether it was refunded outside for exactly this much, and nobody has said yet what for."""
        return self.without_lines == self.amount == price


class GatewayEvent(models.Model):
    """What a gateway told us, stored once before it is handled: a hint, since money is believed only when asked for."""

    gateway = models.CharField(_("gateway"), max_length=16, choices=Gateway)
    event_id = models.CharField(_("id of the event"), max_length=200)
    received_at = models.DateTimeField(_("received"))
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway event")
        verbose_name_plural = _("gateway events")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="one_row_a_gateway_event")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
