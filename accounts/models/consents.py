"""Consents by purpose and channel. They are apart from the terms of sale and from the consent to process data."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

UNSUBSCRIBE_PATH, SUBSCRIBE_PATH = "/unsubscribe/{token}/", "/subscribe/{token}/"  # a test compares the shop's
#: For so long a consent waits for its order, or for any order to an account's number, to be paid, until it is to be
#: confirmed. Shorter than `ASK_FOR_NEWS_AGAIN`: nobody is asked twice about one consent.
WAITS_FOR_ORDER, WAITS_FOR_ANY_ORDER = timedelta(days=7), timedelta(days=60)


class MarketingConsentQuerySet(models.QuerySet["MarketingConsent"]):
    def counting(self) -> "MarketingConsentQuerySet":
        """Rows that count: the recipient was proved. Others are only asked for: anybody can type anybody's address."""
        return self.filter(is_proved=True).exclude(recipient="")

    def news(self) -> "MarketingConsentQuerySet":
        return self.filter(purpose=MarketingConsent.Purpose.NEWS)

    def current(self) -> "MarketingConsentQuerySet":
        """What each recipient wants now, by purpose and channel: the latest row whose recipient was proved."""
        newer = _same_recipient().filter(is_proved=True, pk__gt=models.OuterRef("pk"))
        return self.counting().filter(~models.Exists(newer))

    def to_confirm(self, at: datetime) -> "MarketingConsentQuerySet":
        """Consents to be confirmed by a link that goes to the recipient: asked for with an order that was paid since,
        or by an account that has paid an order to this recipient; not taken back, and not agreed to by the recipient.

        Nothing is sent because of an unpaid order. One whose address was corrected stands for its new address alone.
        """
        of_order = Q(order__email=F("recipient")) | Q(order__phone=F("recipient"))
        to_recipient = Q(user__orders__phone=F("recipient")) | Q(user__orders__email=F("recipient"))
        paid_to_recipient = MarketingConsent.objects.filter(
            to_recipient, pk=models.OuterRef("pk"), user__orders__paid_at__isnull=False
        )
        paid = Q(of_order, order__paid_at__isnull=False, at__gt=at - WAITS_FOR_ORDER)
        paid |= Q(models.Exists(paid_to_recipient), order=None)
        by_them = Q(order=models.OuterRef("order")) | Q(order=None, user=models.OuterRef("user"))
        later = _same_recipient().filter(by_them | Q(is_proved=True), pk__gt=models.OuterRef("pk"))
        agreed = _same_recipient().current().filter(is_given=True)
        return (
            self.filter(paid, is_given=True, is_proved=False, at__gt=at - WAITS_FOR_ANY_ORDER, at__lte=at)
            .exclude(recipient="")
            .filter(~models.Exists(later), ~models.Exists(agreed))
        )


def _same_recipient() -> MarketingConsentQuerySet:
    same = {each: models.OuterRef(each) for each in ("purpose", "channel", "recipient")}
    return MarketingConsent.objects.filter(**same)


class MarketingConsent(models.Model):
    """That somebody agreed to one use of an address or number by one channel, or no longer wants it. Rows never change.

    Nothing follows from one purpose for another. A further one needs sentences in `accounts.services.consents`.
    """

    class Purpose(models.TextChoices):
        NEWS = "NEWS", _("News and offers")

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", _("E-mail")
        SMS = "SMS", _("Text message")
        PHONE = "PHONE", _("Phone call")

    class Place(models.TextChoices):
        CHECKOUT = "CHECKOUT", _("Checkout")
        ORDER = "ORDER", _("Page of an order")
        ACCOUNT = "ACCOUNT", _("Customer’s account")
        MESSAGE = "MESSAGE", _("Link in a message")
        STAFF = "STAFF", _("Staff")

    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, default=Purpose.NEWS)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    recipient = models.CharField(_("recipient"), max_length=254, blank=True, help_text=_("E-mail address or number."))
    is_given = models.BooleanField(_("agreed"), help_text=_("If not, a consent was withdrawn."))
    at = models.DateTimeField(_("time"))
    wording = models.CharField(_("wording shown"), max_length=500)
    language = models.CharField(_("language"), max_length=8)
    place = models.CharField(_("where"), max_length=16, choices=Place)
    is_proved = models.BooleanField(
        _("recipient proved"),
        help_text=_("If not, the consent counts once it is confirmed by the link that is sent to the recipient."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)  # the token of links that confirm and withdraw

    objects = MarketingConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("marketing consent")
        verbose_name_plural = _("marketing consents")
        default_permissions = ("view",)
        permissions = [("withdraw_consent", "Record that a customer wants no more news and offers")]
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["channel", "recipient", "id"], name="consents_of_recipient"),
            models.Index(fields=["at"], condition=Q(is_given=False), name="consents_withdrawn"),
            models.Index(fields=["at"], condition=Q(is_given=True, is_proved=False), name="consents_asked_for"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(place="STAFF", is_given=False, actor__isnull=False)
                | Q(~Q(place="STAFF"), actor__isnull=True),
                name="staff_withdraw_only",
            ),
        ]

    def __str__(self) -> str:
        # No recipient: this text ends up in the admin's log and in dry runs of a job.
        state = _("agreed") if self.is_given else _("withdrawn")
        return f"{self.get_channel_display()}: {state}"

    @property
    def link(self) -> str:
        """Where whoever got a message withdraws the consent."""
        return settings.SITE_URL + UNSUBSCRIBE_PATH.format(token=self.uid)

    @property
    def confirmation_link(self) -> str:
        """Where whoever is asked to confirm the consent does so."""
        return settings.SITE_URL + SUBSCRIBE_PATH.format(token=self.uid)
