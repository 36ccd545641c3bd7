"""Webhooks to other systems: where they go, what happened, and each delivery."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History


class EventType(models.TextChoices):
    ORDER_PAID = "order.paid", _("Order paid")
    REFUND_PAID = "refund.paid", _("Refund paid out")
    SESSION_PUBLISHED = "session.published", _("Screening on sale")
    SESSION_CHANGED = "session.changed", _("Screening changed")
    SESSION_CANCELLED = "session.cancelled", _("Screening cancelled")
    SESSION_WITHDRAWN = "session.withdrawn", _("Screening taken off sale")
    STOCK_LOW = "stock.low", _("Stock low")
    DAY_CLOSED = "day.closed", _("Business day closed")


def all_types() -> list[str]:
    return list(EventType.values)


class WebhookEndpoint(models.Model):
    """An address that is told what happens."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    url = models.URLField(_("address"), max_length=500, help_text=_("It has to begin with https://."))
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for all cinemas."),
    )
    types = models.JSONField(_("events"), default=all_types)
    is_active = models.BooleanField(_("active"), default=True)
    since = models.DateTimeField(_("told since"), editable=False)
    secret = models.CharField(max_length=80, blank=True, editable=False)
    former_secret = models.CharField(max_length=80, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)

    FREE_TEXT: ClassVar = ["name"]
    history = History("name", "url", "cinema", "types", "is_active")

    class Meta:
        verbose_name = _("webhook receiver")
        verbose_name_plural = _("webhook receivers")
        permissions = [("operate_webhookendpoint", "Switch webhooks on again, and change their secrets")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.is_active and self.disabled_at is None

    def wants(self, event: "WebhookEvent") -> bool:
        """Whether the receiver is to be told of the event. No query."""
        here = self.cinema_id is None or event.cinema_id == self.cinema_id
        return here and event.type in self.types and event.at >= self.since


class WebhookEvent(models.Model):
    """Something that happened, once: `subject` is the primary key of the row that it is about, `at` when it did."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(_("event"), max_length=32, choices=EventType)
    subject = models.BigIntegerField()
    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"), db_index=False
    )
    at = models.DateTimeField(_("time"))
    data = models.JSONField(_("content"))

    FREE_TEXT: ClassVar = ["data"]

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["type", "subject", "at"], name="one_webhook_event_a_fact")]
        indexes = [models.Index(fields=["at"], name="webhook_event_at")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"

    @property
    def message_id(self) -> str:
        """The `webhook-id`, the same at each attempt and for each receiver."""
        return f"msg_{self.uid.hex}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, at: datetime) -> "WebhookDeliveryQuerySet":
        """Deliveries to attempt at `at`, to receivers that are on."""
        return self.filter(
            status=WebhookDelivery.Status.QUEUED,
            next_attempt_at__lte=at,
            endpoint__is_active=True,
            endpoint__disabled_at__isnull=True,
        )


class WebhookDelivery(models.Model):
    """One event for one receiver."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.QUEUED: {Status.SENT, Status.FAILED},
        Status.SENT: {Status.QUEUED},  # sent again by hand
        Status.FAILED: {Status.QUEUED},
    }

    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook receiver")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    claimed_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    FREE_TEXT: ClassVar = ["answer"]

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        default_permissions = ("view",)
        permissions = [("resend_webhookdelivery", "Send a webhook again")]
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="webhook_due")]
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="one_delivery_a_receiver")]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"

    @property
    def is_over(self) -> bool:
        return self.status != self.Status.QUEUED


KEPT = timedelta(days=30)


def old_events(at: datetime) -> models.QuerySet[WebhookEvent]:
    """Events whose deliveries are over, a month after they happened."""
    open_ones = WebhookDelivery.objects.filter(event=models.OuterRef("pk"), status=WebhookDelivery.Status.QUEUED)
    switched_off = Q(endpoint__disabled_at__isnull=False) | Q(endpoint__is_active=False)
    return WebhookEvent.objects.filter(~models.Exists(open_ones.exclude(switched_off)), at__lte=at - KEPT)
