import uuid
from datetime import datetime
from email.utils import parseaddr
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.phones import PhoneField


class MessageKind(models.TextChoices):
    """The kind of a message. `notifications.services.queueing` lists the context that each kind needs."""

    ORDER_PAID = "ORDER_PAID", _("Tickets")
    ORDER_LINK = "ORDER_LINK", _("Order link")
    SIGN_IN = "SIGN_IN", _("Sign-in link")
    STAFF_PASSWORD = "STAFF_PASSWORD", _("Link to set a staff password")
    STAFF_ACCOUNT = "STAFF_ACCOUNT", _("Change of a staff account")
    ORDER_OVERDUE = "ORDER_OVERDUE", _("Payment overdue")
    ORDER_CANCELLED = "ORDER_CANCELLED", _("Order cancelled")
    SESSION_CANCELLED = "SESSION_CANCELLED", _("Screening cancelled")
    VOUCHER = "VOUCHER", _("Voucher")
    SESSION_TIME_CHANGED = "SESSION_TIME_CHANGED", _("Screening time corrected")
    SESSION_CHANGED = "SESSION_CHANGED", _("Screening changed")
    ADDRESS_CHANGED = "ADDRESS_CHANGED", _("Email of an order corrected")
    NEWS_CONFIRMATION = "NEWS_CONFIRMATION", _("Subscription to confirm")
    TELEGRAM_LINKED = "TELEGRAM_LINKED", _("Telegram connected")
    PHONE_CODE = "PHONE_CODE", _("Code that confirms a phone")
    SMS_CHOSEN = "SMS_CHOSEN", _("SMS chosen")
    ORDER_REFUNDED = "ORDER_REFUNDED", _("Order refunded")
    SNACKS_REPLACED = "SNACKS_REPLACED", _("Other snacks")
    LATE_PAYMENT_REFUNDED = "LATE_PAYMENT_REFUNDED", _("Late payment returned")
    TICKET_REMINDER = "TICKET_REMINDER", _("Screening reminder")
    POINTS_EXPIRING = "POINTS_EXPIRING", _("Points about to expire")
    TIER_ENDING = "TIER_ENDING", _("Customer level about to end")
    LOW_STOCK = "LOW_STOCK", _("Low stock")
    REFUNDS_TO_APPROVE = "REFUNDS_TO_APPROVE", _("Refunds to approve")
    CASH_FOUND = "CASH_FOUND", _("Another sum found than handed in")
    SCHEDULED_REPORT = "SCHEDULED_REPORT", _("Scheduled report")
    GIFT_CARD = "GIFT_CARD", _("Gift card")
    FILM_ON_SALE = "FILM_ON_SALE", _("Watched film on sale")
    SEATS_HELD = "SEATS_HELD", _("Seats from the waiting list")
    FILM_HIRE_STATEMENT = "FILM_HIRE_STATEMENT", _("Film hire statement")
    FILM_GROSS = "FILM_GROSS", _("Gross for a distributor")


#: The error of messages that wait because the SMS of the day cost enough.
OVER_BUDGET = "daily SMS budget used up"
#: The error of messages that have failed because their SMS would cost more than any day's budget.
ABOVE_BUDGET = "dearer than the daily SMS budget"


class Status(models.TextChoices):
    QUEUED = "QUEUED", _("Queued")
    SENDING = "SENDING", _("Sending")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")
    OUTDATED = "OUTDATED", _("Outdated")


class Channel(models.TextChoices):
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("SMS")
    TELEGRAM = "TELEGRAM", "Telegram"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self, at: datetime) -> Self:
        """Messages to send at `at`: queued and not waiting for a retry, or left by a sender whose claim has expired."""
        return self.filter(status__in=(Status.QUEUED, Status.SENDING), next_attempt_at__lte=at)

    def last_sent(self) -> datetime | None:
        """When the newest of these messages was sent. One query."""
        return self.filter(status=Status.SENT).order_by("-pk").values_list("sent_at", flat=True).first()


class Notification(models.Model):
    """One message to one recipient about one event, stored in the transaction of that event and sent later.

    Sent at least once: if a sender is killed between sending a message and marking it, the message is sent again with
    the same `message_id`.
    """

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        # QUEUED to FAILED: an SMS for which no day's budget is enough.
        Status.QUEUED: {Status.SENDING, Status.FAILED, Status.OUTDATED},
        # SENDING to SENDING: taken over from a sender whose claim has expired.
        Status.SENDING: {Status.SENDING, Status.SENT, Status.QUEUED, Status.FAILED, Status.OUTDATED},
        Status.SENT: set(),
        Status.FAILED: {Status.QUEUED},
        Status.OUTDATED: set(),
    }

    kind = models.CharField(_("kind"), max_length=32, choices=MessageKind)
    recipient = models.CharField(_("recipient"), max_length=254, help_text=_("E-mail address or phone number"))
    occasion = models.CharField(
        _("event"),
        max_length=200,
        help_text=_("What the message is about. A recipient gets one message of this kind per event."),
    )
    language = models.CharField(_("language"), max_length=10)
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for the whole chain."),
    )
    context = models.JSONField(_("details"), default=dict, help_text=_("Data used to fill in the message"))
    # {"permissions": […], "cinemas": […]}: the recipient gets it only as a member of staff who still has all of them.
    only_for = models.JSONField(null=True, blank=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    not_after = models.DateTimeField(
        _("send no later than"),
        null=True,
        blank=True,
        help_text=_("After this time the message is out of date and is not sent."),
    )
    # While the message is being sent, the end of the sender's claim; one column, so that one index serves `due`.
    next_attempt_at = models.DateTimeField(_("next attempt"))
    claimed_by = models.CharField(_("sent by"), max_length=64, blank=True, default="")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Empty until the message is sent, and for those that were sent before it was recorded.
    channel = models.CharField(_("way of sending"), max_length=10, choices=Channel, blank=True, default="")
    error = models.CharField(_("error"), max_length=200, blank=True, default="")

    phone: str = ""  # to which it goes as an SMS, of messages that `chosen_phones.find_phones` has looked up

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("resend_notification", "Send a failed message again")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "occasion"], name="notification_one_an_occasion"),
            models.CheckConstraint(
                condition=models.Q(attempts__gte=0, attempts__lte=100), name="notification_attempts_bounded"
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="notification_status_known"),
        ]
        # Full, not partial: SQLite ignores a partial index when the condition's values are bound parameters.
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="notification_due")]

    def __str__(self) -> str:
        # No recipient: this text ends up in logs.
        return f"{self.get_kind_display()} {self.occasion}"

    @property
    def message_id(self) -> str:
        """The Message-ID, the same at every attempt, so that mail servers can recognise duplicates."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        try:
            domain = domain.encode("idna").decode()  # a header is ASCII: a national domain is written in punycode
        except UnicodeError:
            domain = "localhost"  # no domain at all; check --deploy names the sender
        return f"<{self.pk}.{self.uid.hex}@{domain}>"


class SmsDeliveryQuerySet(models.QuerySet["SmsDelivery"]):
    def to_check(self, at: datetime) -> Self:
        """SMS of which it is not known whether they arrived, and about which the provider is to be asked at `at`."""
        return self.filter(status=SmsDelivery.Status.SENT, next_attempt_at__lte=at)


class SmsDelivery(models.Model):
    """One SMS as the provider has it. Its primary key is the number by which providers that take one know it.

    The row is stored before the SMS is sent. If the answer was lost, the next attempt has the same row, so that the
    provider can be asked before the SMS is sent again. After a refusal the next attempt is another SMS.
    """

    class Status(models.TextChoices):
        SENDING = "SENDING", _("Sending")
        SENT = "SENT", _("Sent")
        DELIVERED = "DELIVERED", _("Delivered")
        UNDELIVERED = "UNDELIVERED", _("Not delivered")
        UNKNOWN = "UNKNOWN", _("No report")
        REFUSED = "REFUSED", _("Refused")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.SENDING: {Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.REFUSED},
        Status.SENT: {Status.DELIVERED, Status.UNDELIVERED, Status.UNKNOWN},
        Status.DELIVERED: set(),
        Status.UNDELIVERED: set(),
        Status.UNKNOWN: set(),
        Status.REFUSED: set(),
    }

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="sms", verbose_name=_("message"), db_index=False
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.SENDING)
    external_id = models.CharField(_("number at the provider"), max_length=64, blank=True, default="")
    parts = models.PositiveSmallIntegerField(_("parts"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=10, decimal_places=5, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    sent_at = models.DateTimeField(_("sent"))
    attempts = models.PositiveSmallIntegerField(default=0)  # to learn whether it arrived
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True, default="")

    objects = SmsDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("SMS")
        verbose_name_plural = _("SMS")
        default_permissions = ()
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="sms_to_check"),
            models.Index(fields=["notification", "status"], name="sms_of_message"),
            models.Index(fields=["external_id"], name="sms_by_external_id"),
            models.Index(fields=["sent_at"], name="sms_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["notification"], condition=models.Q(status="SENDING"), name="one_sms_being_sent"
            ),
            models.CheckConstraint(condition=models.Q(cost__isnull=True) | models.Q(cost__gte=0), name="sms_cost"),
        ]

    def __str__(self) -> str:
        return f"SMS {self.pk}"


class SmsDay(models.Model):
    """What the SMS of a day in `TIME_ZONE` cost, or are expected to: the daily budget is checked against it."""

    date = models.DateField(primary_key=True)
    spent = models.DecimalField(max_digits=12, decimal_places=5, default=0)

    class Meta:
        verbose_name = _("SMS of a day")
        verbose_name_plural = _("SMS by day")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.date}"


#: What customers may get in Telegram or as SMS. Links to sign in, and what staff get, stay e-mails.
ABOUT_ORDERS = frozenset(
    {
        MessageKind.ORDER_PAID,
        MessageKind.ORDER_OVERDUE,
        MessageKind.ORDER_CANCELLED,
        MessageKind.SESSION_CANCELLED,
        MessageKind.VOUCHER,
        MessageKind.SESSION_CHANGED,
        MessageKind.SESSION_TIME_CHANGED,
        MessageKind.ORDER_REFUNDED,
        MessageKind.LATE_PAYMENT_REFUNDED,
        MessageKind.TICKET_REMINDER,
        MessageKind.POINTS_EXPIRING,
        MessageKind.TIER_ENDING,
        MessageKind.FILM_ON_SALE,
        MessageKind.SEATS_HELD,
    }
)


class ChosenPhone(models.Model):
    """The phone of a customer who chose SMS, or who is about to: until the code is entered, `confirmed_at` is empty.

    Only while it is the phone of the account. `digest` is the keyed hash of the code that was sent to it last: it works
    once, until `expires_at`, and not after too many wrong ones.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="chosen_phone", verbose_name=_("customer")
    )
    phone = PhoneField(_("phone"))
    digest = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("phone for messages")
        verbose_name_plural = _("phones for messages")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Phone for messages {self.pk}"

    @classmethod
    def forget_customer(cls, *, user: Any, **_orders: Any) -> None:
        """See `accounts.services.forget_customer`."""
        if user is not None:
            cls._default_manager.filter(user=user).delete()

    @classmethod
    def about_customer(cls, *, user: Any, **_orders: Any) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        rows: Any = cls._default_manager.filter(user=user)
        return list(rows.values("phone", "confirmed_at")) if user is not None else []


class TelegramChat(models.Model):
    """The chat of a customer who chose Telegram, or who is about to: until the bot is started, only `digest` is known.

    `digest` is the hash of the token of the link that starts the bot: it works once, until `expires_at`.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="telegram_chat", verbose_name=_("customer")
    )
    chat_id = models.BigIntegerField(null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    linked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Telegram chat")
        verbose_name_plural = _("Telegram chats")
        default_permissions = ()
        indexes = [models.Index(fields=["digest"], name="telegram_by_token")]

    def __str__(self) -> str:
        return f"Telegram chat {self.pk}"

    @classmethod
    def forget_customer(cls, *, user: Any, **_orders: Any) -> None:
        """See `accounts.services.forget_customer`."""
        if user is not None:
            cls._default_manager.filter(user=user).delete()

    @classmethod
    def about_customer(cls, *, user: Any, **_orders: Any) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        rows: Any = cls._default_manager.filter(user=user, chat_id__isnull=False)
        return list(rows.values("chat_id", "linked_at")) if user is not None else []
