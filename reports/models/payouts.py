"""Payout files of payment providers, and how their lines agree with our payments and refunds."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MAX_AMOUNT, MoneyField, format_money
from payments.models import Gateway


class PayoutFile(models.Model):
    """A file that was read in, or a payout that a job fetched. Only its lines are kept, not the file."""

    gateway = models.CharField(_("payment method"), max_length=16, choices=Gateway)
    name = models.CharField(_("file name"), max_length=200)
    # SHA-256 of the content, or the id of a fetched payout: the same one is read once
    digest = models.CharField(max_length=64, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    lines_read = models.PositiveIntegerField(_("lines"), default=0)
    lines_known = models.PositiveIntegerField(_("lines known from other files"), default=0)
    lines_skipped = models.PositiveIntegerField(_("other lines, such as fees and payouts"), default=0)

    FREE_TEXT: ClassVar = ["name"]

    class Meta:
        verbose_name = _("payout file")
        verbose_name_plural = _("payout files")
        default_permissions = ("view",)
        permissions = [("upload_payoutfile", "Upload the payout file of a provider")]
        ordering = ["-uploaded_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["gateway", "digest"], name="one_payout_file_a_content")]

    def __str__(self) -> str:
        return self.name


class PayoutLineQuerySet(models.QuerySet["PayoutLine"]):
    def open(self) -> "PayoutLineQuerySet":
        """Lines that do not agree with ours, and that nobody has clarified."""
        return self.filter(clarified_at__isnull=True).exclude(outcome=PayoutLine.Outcome.AGREES)


class PayoutLine(models.Model):
    """A line of a payout file, or a payment or refund of ours that the file should have and has not."""

    class Kind(models.TextChoices):
        PAYMENT = "PAYMENT", _("Payment")
        REFUND = "REFUND", _("Refund")

    class Outcome(models.TextChoices):
        AGREES = "AGREES", _("Agrees")
        MISSING_HERE = "MISSING_HERE", _("Not in our records")
        MISSING_THERE = "MISSING_THERE", _("Not in the provider’s file")
        OTHER_AMOUNT = "OTHER_AMOUNT", _("Different amount")
        IN_OTHER_FILE = "IN_OTHER_FILE", _("Perhaps in another file already")

    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="lines", verbose_name=_("payout file"))
    gateway = models.CharField(_("payment method"), max_length=16, choices=Gateway)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    # What tells the provider's operations apart, in all its files; of ours that are missing there, our own key.
    identity = models.CharField(max_length=150, editable=False)
    reference = models.CharField(_("provider’s reference"), max_length=120)
    card = models.CharField(_("end of the card number"), max_length=4, blank=True)
    at = models.DateTimeField(_("time"), null=True)
    amount = MoneyField(_("amount in the file"), null=True)
    fee = MoneyField(_("fee"), null=True, lowest=-MAX_AMOUNT)
    paid_on = models.DateField(_("paid out on"), null=True)
    ours = MoneyField(_("our amount"), null=True)
    outcome = models.CharField(_("result"), max_length=16, choices=Outcome)
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, null=True, related_name="+", verbose_name=_("payment")
    )
    refund = models.ForeignKey("payments.Refund", models.PROTECT, null=True, related_name="+", verbose_name=_("refund"))
    gift_card = models.ForeignKey(  # sold on a card terminal, or taken back there
        "payments.GiftCardMovement", models.PROTECT, null=True, related_name="+", verbose_name=_("gift card")
    )
    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, null=True, related_name="+", verbose_name=_("cinema")
    )
    clarified_at = models.DateTimeField(_("clarified"), null=True)
    clarified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("clarified by")
    )
    note = models.CharField(_("explanation"), max_length=250, blank=True)

    FREE_TEXT: ClassVar = ["note"]

    objects = PayoutLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout line")
        verbose_name_plural = _("reconciliation")
        default_permissions = ("view",)
        permissions = [("clarify_payoutline", "Clarify a difference with a provider")]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["payment"], name="payout_line_of_payment"),
            models.Index(
                fields=["id"], condition=Q(clarified_at__isnull=True) & ~Q(outcome="AGREES"), name="payout_line_open"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["gateway", "identity"], name="one_payout_line_an_operation")]

    def __str__(self) -> str:
        shown = self.amount if self.amount is not None else self.ours
        return f"{self.reference}, {format_money(shown or Decimal(0))}"

    @property
    def is_open(self) -> bool:
        return self.clarified_at is None and self.outcome != self.Outcome.AGREES


class PayoutLayout(models.Model):
    """Which column of an acquirer's file of card terminal operations is what, saved by name for the next file.

    While its columns have not been chosen it has no name, and keeps the file that waits to be read with them.
    """

    name = models.CharField(_("name"), max_length=80, blank=True)
    headings = models.JSONField(default=list, blank=True)  # of the file that it was made for
    columns = models.JSONField(default=dict, blank=True)  # headings by what they hold: see `backoffice.reports`
    payment_words = models.CharField(max_length=200, blank=True)
    refund_words = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    content = models.BinaryField(null=True, editable=False)
    entered = models.JSONField(default=dict, blank=True)  # what was entered with the file

    FREE_TEXT: ClassVar = ["name", "headings", "columns", "payment_words", "refund_words", "entered"]

    class Meta:
        verbose_name = _("layout of terminal files")
        verbose_name_plural = _("layouts of terminal files")
        default_permissions = ()
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="one_payout_layout_a_name")]

    def __str__(self) -> str:
        return self.name


class PayoutFigures(models.Model):
    """What a file says the provider settled with a cinema on a day: the sums of its lines, stored when it is read.

    Lines of unknown payments belong to no cinema and are not part of it.
    """

    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="figures", verbose_name=_("payout file"))
    gateway = models.CharField(_("payment method"), max_length=16, choices=Gateway)
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    paid_on = models.DateField(_("paid out on"))
    payments = MoneyField(_("payments"), default=0, highest=MAX_AMOUNT * 1000)
    refunds = MoneyField(_("refunds"), default=0, highest=MAX_AMOUNT * 1000)
    fees = MoneyField(_("fees"), default=0, lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)

    class Meta:
        verbose_name = _("payout figures")
        verbose_name_plural = _("payout figures")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "paid_on"], name="payouts_of_day")]
        constraints = [
            models.UniqueConstraint(fields=["file", "cinema", "paid_on"], name="one_payout_figure_a_file_and_day")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
