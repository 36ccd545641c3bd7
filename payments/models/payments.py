"""Payments, refunds and gateway events, with their status transitions and the querysets that jobs use."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from cinema.money import ZERO, MoneyField, between, format_money
from payments.models.disputes import Dispute


class Gateway(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD_TERMINAL = "card_terminal", _("Card terminal")
    DEMO = "demo", _("Demonstration")  # only the stored code; the class is in the app `demo`, if that is installed
    STRIPE = "stripe", "Stripe"
    YOOKASSA = "yookassa", _("YooKassa")
    ACCOUNT = "account", _("On a partner’s account")
    GIFT_CARD = "gift_card", _("Gift card")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")


AT_COUNTER = frozenset({Gateway.CASH, Gateway.CARD_TERMINAL})
# Recorded by staff: a wrong amount is refused at once instead of being refunded later.
MANUAL_GATEWAYS = AT_COUNTER | {Gateway.BANK_TRANSFER}
# There is no service to ask: our own rows are the books.
OWN_BOOKS = frozenset({Gateway.ACCOUNT, Gateway.GIFT_CARD})


class PaymentQuerySet(models.QuerySet["Payment"]):
    def due_for_polling(self, at: datetime) -> "PaymentQuerySet":
        """Payments to poll at the gateway now: open ones, and paid ones that may have been refunded there."""
        return self.filter(next_poll_at__lte=at)

    def outside_shifts(self) -> "PaymentQuerySet":
        """Cash and cards that were taken in no shift, so that nobody counts them."""
        outside = {"shift__isnull": True, "moved_from__isnull": True}
        return self.filter(gateway__in=AT_COUNTER, status=Payment.Status.SUCCEEDED, **outside)

    def without_receipt(self, at: datetime) -> "PaymentQuerySet":
        """Payments made since `RECEIPTS_SINCE` for which no receipt is queued yet.

        Not those on a partner's account: whoever takes the customer's money issues the receipt. Not a part that still
        waits for the others: see `is_part`.
        """
        if settings.RECEIPTS_SINCE is None:
            return self.none()
        return self.filter(
            is_part=False,
            status=Payment.Status.SUCCEEDED,
            receipted_at__isnull=True,
            succeeded_at__gte=settings.RECEIPTS_SINCE,
            succeeded_at__lte=at,
            amount__gt=0,
        ).exclude(gateway=Gateway.ACCOUNT)


class Payment(models.Model):
    """A payment for an order, open or completed. If several succeed, all but one are refunded."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Processing")
        SUCCEEDED = "SUCCEEDED", _("Paid")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.SUCCEEDED, Status.FAILED},
        Status.FAILED: {Status.SUCCEEDED},  # late money
        Status.SUCCEEDED: set(),
    }

    class Discrepancy(models.TextChoices):
        """Why a payment is not recorded until a person has checked it."""

        NOT_OURS = "NOT_OURS", _("The provider has a different payment or currency under this number")
        REFUNDED_BEYOND = "REFUNDED_BEYOND", _("The provider has refunded more than is recorded here")
        UNKNOWN_THERE = "UNKNOWN_THERE", _("The provider has no such payment")

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="payments", verbose_name=_("order"))
    gateway = models.CharField(_("payment method"), max_length=16, choices=Gateway)
    uid = models.UUIDField(
        _("request number"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("Sent to the provider so that a repeated request is not processed twice."),
    )
    external_id = models.CharField(_("provider’s reference"), max_length=120, blank=True)
    rrn = models.CharField(
        _("RRN"), max_length=12, blank=True, help_text=_("The bank’s number of the card operation, as on the slip.")
    )
    terminal = models.CharField(_("terminal"), max_length=20, blank=True, help_text=_("Its number at the bank."))
    amount = MoneyField(_("amount"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    return_url = models.CharField(max_length=500, blank=True, editable=False)
    redirect_url = models.CharField(max_length=2000, blank=True, editable=False)  # where the customer pays
    created_at = models.DateTimeField(_("created"))
    succeeded_at = models.DateTimeField(_("paid"), null=True, blank=True)
    receipted_at = models.DateTimeField(_("receipt queued"), null=True, blank=True)
    #: A part of an order that is not paid yet. Its receipt waits until all is paid, or until it goes back.
    is_part = models.BooleanField(default=False, editable=False)
    next_poll_at = models.DateTimeField(_("next check with the provider"), null=True, blank=True)
    #: Of another order, whose tickets were exchanged: this is a part of it, and refunds go through that one.
    moved_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name=_("from the payment")
    )
    discrepancy = models.CharField(_("problem"), max_length=20, choices=Discrepancy, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    shift = models.ForeignKey(
        "payments.Shift", models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("shift")
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-id"]
        permissions = [("ask_payment", "Check a payment with its provider")]
        indexes = [
            models.Index(fields=["status", "created_at"], name="payment_open"),
            models.Index(fields=["next_poll_at"], name="payment_to_ask"),
            models.Index(
                fields=["succeeded_at"],
                condition=Q(receipted_at__isnull=True, is_part=False),
                name="payment_without_receipt",
            ),
            models.Index(fields=["succeeded_at"], name="payment_succeeded"),
            models.Index(fields=["discrepancy", "created_at"], name="payment_in_trouble"),  # asked as `> ""`
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "external_id"], condition=~Q(external_id=""), name="one_payment_an_external_id"
            ),
            models.UniqueConstraint(
                fields=["order", "gateway"], condition=Q(status="PENDING"), name="one_payment_in_flight_a_gateway"
            ),
            between("amount", name="payment_bounded"),
        ]

    def __str__(self) -> str:
        return f"{format_money(self.amount)}, {self.get_gateway_display()}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def to_send(self, at: datetime) -> "RefundQuerySet":
        """Requested refunds to send now: not waiting for a retry, not claimed by a sender, not paid out by staff, and
        not held by a dispute.
        """
        return self.filter(
            Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at),
            Q(despite_dispute=True) | ~Exists(Dispute.objects.undecided_about("payment", "payment__moved_from")),
            status=Refund.Status.REQUESTED,
            requested_at__lte=at,
            payment__isnull=False,
        ).exclude(payment__gateway__in=MANUAL_GATEWAYS)

    def held_by_dispute(self, at: datetime) -> "RefundQuerySet":
        """Requested refunds that are not sent until the bank has decided about their payment."""
        disputed = Exists(Dispute.objects.undecided_about("payment", "payment__moved_from"))
        return self.filter(disputed, status=Refund.Status.REQUESTED, requested_at__lte=at, despite_dispute=False)

    def awaiting_lines(self) -> "RefundQuerySet":
        """Refunds made at the gateway of which staff still have to assign some amount to order lines."""
        return self.filter(unallocated_amount__gt=0)

    def to_hand_out(self) -> "RefundQuerySet":
        """Requested refunds that staff pay out in cash or on the card terminal."""
        return self.filter(status=Refund.Status.REQUESTED, payment__gateway__in=MANUAL_GATEWAYS)

    def without_receipt(self, at: datetime) -> "RefundQuerySet":
        """Refunds made since `RECEIPTS_SINCE` for which no receipt is queued yet."""
        if settings.RECEIPTS_SINCE is None:
            return self.none()
        return self.filter(
            status=Refund.Status.SUCCEEDED,
            receipted_at__isnull=True,
            succeeded_at__gte=settings.RECEIPTS_SINCE,
            succeeded_at__lte=at,
            payment__isnull=False,
            amount__gt=0,
        ).exclude(payment__gateway=Gateway.ACCOUNT)


class Refund(models.Model):
    """Money to be paid back, or already paid back. `payment` is empty if the order cost nothing.

    A failed refund is still owed: a person sends it again or pays it out in another way.
    """

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", _("To be sent")
        SUCCEEDED = "SUCCEEDED", _("Paid back")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.REQUESTED: {Status.SUCCEEDED, Status.FAILED},
        Status.FAILED: {Status.REQUESTED, Status.SUCCEEDED},
        Status.SUCCEEDED: {Status.FAILED},  # the bank returned the money
    }
    MOVED: ClassVar = "moved-"  # begins the reference of money that paid for another order: see `services.moving`

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="refunds", verbose_name=_("order"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name=_("payment")
    )
    uid = models.UUIDField(
        _("request number"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("Sent to the provider so that a repeated request is not processed twice."),
    )
    rrn = models.CharField(
        _("RRN"), max_length=12, blank=True, help_text=_("The bank’s number of the card operation, as on the slip.")
    )
    amount = MoneyField(_("amount"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.REQUESTED)
    along_with = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="along",
        verbose_name=_("goes along with"),
        help_text=_("The refund with the items, where an order was paid in several ways: each is paid back its share."),
    )
    is_void = models.BooleanField(
        _("void"), default=False, help_text=_("The whole sale was undone in its own shift, before anything was used.")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    external_id = models.CharField(_("provider’s reference"), max_length=120, blank=True)
    unallocated_amount = MoneyField(
        _("not assigned to items"),
        default=0,
        help_text=_("For a refund made with the provider: the amount staff still have to assign to tickets or snacks."),
    )
    requested_at = models.DateTimeField(_("requested"))
    succeeded_at = models.DateTimeField(_("paid back"), null=True, blank=True)
    receipted_at = models.DateTimeField(_("receipt queued"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True, editable=False)
    error = models.CharField(_("error"), max_length=100, blank=True)
    despite_dispute = models.BooleanField(
        _("sent despite a dispute"),
        default=False,
        help_text=_("Staff confirmed the refund although the customer’s bank had not decided about the payment."),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    handed_out = models.BooleanField(
        _("paid out by staff"),
        default=False,
        help_text=_("In cash, on the card terminal or in another way. The payment provider has no record of it."),
    )
    paid_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("paid out by"),
    )
    shift = models.ForeignKey(
        "payments.Shift", models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name=_("shift")
    )

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-requested_at", "-id"]
        permissions = [
            ("pay_out_refund", "Pay a refund out by hand"),
            ("resend_refund", "Send a failed refund again"),
        ]
        indexes = [
            models.Index(fields=["status", "requested_at"], name="refund_open"),
            models.Index(fields=["requested_at"], name="refund_requested"),
            models.Index(fields=["succeeded_at"], name="refund_succeeded"),
            models.Index(
                fields=["succeeded_at"], condition=Q(receipted_at__isnull=True), name="refund_without_receipt"
            ),
            models.Index(fields=["requested_at"], condition=Q(unallocated_amount__gt=0), name="refund_awaiting_lines"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "external_id"], condition=~Q(external_id=""), name="one_refund_an_external_id"
            ),
            between("amount", name="refund_bounded"),
            # A gateway gives each refund an id; a refund without one was paid out by staff.
            models.CheckConstraint(
                condition=~Q(status="SUCCEEDED") | ~Q(external_id="") | Q(handed_out=True) | Q(amount=0),
                name="refund_sent_has_its_id",
            ),
            models.CheckConstraint(
                condition=Q(unallocated_amount__gte=0, unallocated_amount__lte=F("amount")),
                name="refund_lines_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{format_money(self.amount)}, {str(self.get_status_display()).lower()}"

    @property
    def is_moved(self) -> bool:
        return self.external_id.startswith(self.MOVED)

    @property
    def total(self) -> Decimal:
        """The amount with those that go along with it. One query."""
        return self.amount + sum(self.along.values_list("amount", flat=True), ZERO)

    def is_unallocated_refund_of(self, price: Decimal) -> bool:
        """Whether this refund was made at the gateway for exactly this price and is not assigned to lines yet."""
        return self.unallocated_amount == self.amount == price


class GatewayEvent(models.Model):
    """A webhook of a gateway, stored once before it is processed.

    Only a hint: the gateway is asked for the payment's state. The content is not stored, since it has personal data.
    """

    gateway = models.CharField(_("payment method"), max_length=16, choices=Gateway)
    event_id = models.CharField(_("message number"), max_length=200)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("payment")
    )
    received_at = models.DateTimeField(_("received"))
    handled_at = models.DateTimeField(_("processed"), null=True, blank=True)

    class Meta:
        verbose_name = _("provider message")
        verbose_name_plural = _("provider messages")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="one_row_a_gateway_event")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
