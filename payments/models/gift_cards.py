"""Gift cards: money paid in advance, and every movement of it."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MAX_AMOUNT, MoneyField, between


class GiftCard(models.Model):
    """A card that pays for orders. Its balance is the sum of its movements, and is not negative.

    Whoever knows the code can spend it, so that only a hash is stored: see `payments.gift_cards`.
    """

    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("sold in"))
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    last4 = models.CharField(_("last four characters"), max_length=4)
    balance = MoneyField(_("balance"), default=0, editable=False)
    sold_at = models.DateTimeField(_("sold"))
    valid_until = models.DateTimeField(_("valid until"), null=True, help_text=_("Empty: it does not expire."))
    #: Of the form that sold it, so that the form sent twice sells one card.
    request = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("gift card")
        verbose_name_plural = _("gift cards")
        default_permissions = ("view",)
        ordering: ClassVar = ["-pk"]
        indexes = [models.Index(fields=["cinema", "sold_at"], name="gift_card_of_cinema")]
        constraints = [between("balance", name="gift_card_bounded")]

    def __str__(self) -> str:
        return f"•••• {self.last4}"

    def has_expired(self, at: datetime) -> bool:
        """Whether it pays for nothing any more; what is on it is still owed, and a new code makes it valid again."""
        return self.valid_until is not None and self.valid_until <= at


class GiftCardReplacement(models.Model):
    """A card that was reported lost got another code: its former code pays for nothing from then on. Rows never change.

    The card stays the same row, so that its balance and what is still refunded onto it belong to the new code.
    """

    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="replacements", verbose_name=_("gift card"))
    former_hash = models.CharField(max_length=64, unique=True, editable=False)
    former_last4 = models.CharField(_("former last four characters"), max_length=4)
    balance = MoneyField(_("balance"))
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    shift = models.ForeignKey("payments.Shift", models.PROTECT, related_name="+", verbose_name=_("shift"))
    reason = models.CharField(_("reason"), max_length=250)

    FREE_TEXT = ("reason",)

    class Meta:
        verbose_name = _("replacement of a gift card")
        verbose_name_plural = _("replacements of gift cards")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes = [models.Index(fields=["at"], name="gift_card_replaced_at")]
        constraints = [
            between("balance", name="gift_card_replacement_bounded"),
            models.CheckConstraint(condition=~Q(actor=models.F("decided_by")), name="gift_card_replaced_by_two"),
        ]

    def __str__(self) -> str:
        return f"•••• {self.former_last4}"


class GiftCardMovementQuerySet(models.QuerySet["GiftCardMovement"]):
    def without_receipt(self, at: datetime) -> "GiftCardMovementQuerySet":
        """Sales of cards, and sales undone, since `RECEIPTS_SINCE` for which no receipt is queued yet."""
        if settings.RECEIPTS_SINCE is None:
            return self.none()
        kinds = [GiftCardMovement.Kind.SOLD, GiftCardMovement.Kind.TAKEN_BACK]
        return self.filter(kind__in=kinds, receipted_at__isnull=True, at__gte=settings.RECEIPTS_SINCE, at__lte=at)


class GiftCardMovement(models.Model):
    """One signed change of a card's balance. Rows never change."""

    class Kind(models.TextChoices):
        SOLD = "SOLD", _("Sold")
        REDEEMED = "REDEEMED", _("Paid for an order")
        REFUNDED = "REFUNDED", _("Refunded onto the card")
        TAKEN_BACK = "TAKEN_BACK", _("Sale undone")

    class Tender(models.TextChoices):
        """How a card was paid for: a `Gateway` of the box office."""

        CASH = "cash", _("Cash")
        CARD_TERMINAL = "card_terminal", _("Card terminal")

    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="movements", verbose_name=_("gift card"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    amount = MoneyField(_("amount"), lowest=-MAX_AMOUNT)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    shift = models.ForeignKey(
        "payments.Shift", models.PROTECT, null=True, blank=True, related_name="gift_cards", verbose_name=_("shift")
    )
    tender = models.CharField(_("payment method"), max_length=16, choices=Tender, blank=True)
    payment = models.OneToOneField(
        "payments.Payment", models.PROTECT, null=True, blank=True, related_name="gift_card", verbose_name=_("payment")
    )
    refund = models.OneToOneField(
        "payments.Refund", models.PROTECT, null=True, blank=True, related_name="gift_card", verbose_name=_("refund")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)  # of a sale that was undone
    receipted_at = models.DateTimeField(_("receipt queued"), null=True, blank=True)

    FREE_TEXT = ("reason",)

    objects = GiftCardMovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift card movement")
        verbose_name_plural = _("gift card movements")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes = [
            models.Index(fields=["at"], name="gift_card_movement_at"),
            models.Index(
                fields=["at"],
                condition=Q(kind__in=["SOLD", "TAKEN_BACK"], receipted_at__isnull=True),
                name="gift_card_without_receipt",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="SOLD", amount__gt=0, shift__isnull=False, payment=None, refund=None) & ~Q(tender="")
                | Q(kind="TAKEN_BACK", amount__lt=0, shift__isnull=False, payment=None, refund=None) & ~Q(tender="")
                | Q(kind="REDEEMED", amount__lt=0, payment__isnull=False, refund=None, tender="")
                | Q(kind="REFUNDED", amount__gt=0, refund__isnull=False, payment=None, tender=""),
                name="gift_card_movement_has_its_cause",
            ),
            models.UniqueConstraint(
                fields=["card", "kind"],
                condition=Q(kind__in=["SOLD", "TAKEN_BACK"]),
                name="one_gift_card_sale_and_undoing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:+}"
