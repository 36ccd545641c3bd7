"""Disputes (chargebacks): a customer asks their bank to take a payment back, and the cinema may object."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between, format_money


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def undecided(self) -> "DisputeQuerySet":
        """Disputes that the bank may still decide either way."""
        return self.filter(status__in=Dispute.UNDECIDED)

    def orders(self) -> models.QuerySet["Dispute", Any]:
        """In a subquery: the orders whose money they are about, and those to which it was moved."""
        rows = self.order_by()
        return rows.values("payment__order").union(rows.values("payment__moved_to__order"))

    def undecided_about(self, payment: str, origin: str) -> "DisputeQuerySet":
        """In a subquery: those about the payment under the name `payment`, or about the one that it was moved from."""
        about = models.Q(payment=models.OuterRef(payment)) | models.Q(payment=models.OuterRef(origin))
        return self.undecided().filter(about)


class Dispute(models.Model):
    """A dispute as last reported by the gateway, where staff answer it with evidence and where it is decided.

    It does not change the order: the tickets stay valid while the dispute is undecided, and no refund is sent unless
    staff insist. A lost dispute is also recorded as a refund with the same external id.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Reply needed")
        ANSWERED = "ANSWERED", _("With the bank")
        WON = "WON", _("Won")
        LOST = "LOST", _("Lost")

    # An answered inquiry may become a dispute, and a decision may be reversed. The status follows the bank, so every
    # transition is allowed.
    TRANSITIONS: ClassVar = {
        Status.OPEN: {Status.ANSWERED, Status.WON, Status.LOST},
        Status.ANSWERED: {Status.OPEN, Status.WON, Status.LOST},
        Status.WON: {Status.OPEN, Status.ANSWERED, Status.LOST},
        Status.LOST: {Status.OPEN, Status.ANSWERED, Status.WON},
    }
    UNDECIDED: ClassVar = (Status.OPEN, Status.ANSWERED)

    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="disputes", verbose_name=_("payment"))
    external_id = models.CharField(_("provider’s reference"), max_length=120)
    amount = MoneyField(_("amount"))
    reason = models.CharField(
        _("the bank’s reason"), max_length=60, blank=True, help_text=_("As the bank describes it.")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN)
    heard_at = models.DateTimeField(_("opened"))
    answer_by = models.DateTimeField(_("reply by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-heard_at", "-id"]
        indexes = [models.Index(fields=["status", "answer_by"], name="dispute_to_answer")]
        constraints = [
            models.UniqueConstraint(fields=["payment", "external_id"], name="one_dispute_an_external_id"),
            between("amount", name="dispute_bounded"),
        ]

    def __str__(self) -> str:
        return f"{format_money(self.amount)}, {str(self.get_status_display()).lower()}"
