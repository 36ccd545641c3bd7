from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cinema.money import between
from house_rules.rules import rules

MOST_POINTS = 100_000_000


class BonusAccountQuerySet(models.QuerySet["BonusAccount"]):
    def unused_since(self, instant: datetime) -> "BonusAccountQuerySet":
        """Accounts that have points, none of them new since `instant`."""
        return self.filter(balance__gt=0, last_accrual_date__lt=instant)

    def to_warn(self, at: datetime) -> "BonusAccountQuerySet":
        """With points that expire within `BONUS_WARNING`, whose owner was not warned since then."""
        validity = rules().bonus_validity
        ahead = validity - settings.BONUS_WARNING
        return self.unused_since(at - ahead).filter(expiry_warned_at__isnull=True, last_accrual_date__gte=at - validity)


class BonusAccount(models.Model):
    """A customer's points. `balance` minus `owed` is the sum of the transactions; one of the two is always 0.

    `owed` are points that a refund took back beyond the balance; the next credits are set off against it first.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="bonus_account", verbose_name=_("customer")
    )
    balance = models.PositiveIntegerField(_("balance"), default=0)
    owed = models.PositiveIntegerField(_("owed"), default=0)
    last_accrual_date = models.DateTimeField(_("last accrual"), null=True, blank=True)
    expiry_warned_at = models.DateTimeField(_("expiry warning sent"), null=True, blank=True, editable=False)

    objects = BonusAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("bonus account")
        verbose_name_plural = _("bonus accounts")
        permissions = [("adjust_points", "Add or take points, with a reason")]
        ordering = ["user"]
        indexes = [models.Index(fields=["last_accrual_date"], name="account_last_credit")]
        constraints = [
            between("balance", 0, MOST_POINTS, name="balance_bounded"),
            between("owed", 0, MOST_POINTS, name="owed_bounded"),
            models.CheckConstraint(condition=Q(balance=0) | Q(owed=0), name="balance_or_owed_is_0"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def belongs_to(self, person: User) -> bool:
        """Whether these are the person's points: of this account, or of another one with their phone number."""
        return self.user_id == person.pk or person.has_contact(self.user.email, self.user.phone)


class BonusTransaction(models.Model):
    """One signed change of an account's points. Never changed or deleted."""

    class Type(models.TextChoices):
        ACCRUAL = "ACCRUAL", _("Earned")
        DEDUCTION = "DEDUCTION", _("Spent")
        EXPIRATION = "EXPIRATION", _("Expired")
        REVERSAL = "REVERSAL", _("Reversed")
        ADJUSTMENT = "ADJUSTMENT", _("Adjusted by staff")

    bonus_account = models.ForeignKey(
        BonusAccount, models.PROTECT, related_name="transactions", verbose_name=_("account")
    )
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bonus_transactions",
        verbose_name=_("order"),
    )
    transaction_type = models.CharField(_("type"), max_length=16, choices=Type)
    amount = models.IntegerField(_("points"))
    transaction_date = models.DateTimeField(_("time"))
    description = models.CharField(_("description"), max_length=250, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("reversal of")
    )
    refund = models.ForeignKey(
        "payments.Refund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bonus_transactions",
        verbose_name=_("refund"),
        help_text=_("The refund that caused this reversal. Empty if the order was cancelled."),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("bonus transaction")
        verbose_name_plural = _("bonus transactions")
        ordering = ["-transaction_date", "-id"]
        indexes = [
            models.Index(fields=["bonus_account", "transaction_date"], name="transaction_of_account"),
            models.Index(fields=["transaction_date"], name="transaction_at"),
            models.Index(
                fields=["transaction_date"], condition=Q(order__isnull=True), name="transaction_without_order"
            ),
        ]
        constraints = [
            between("amount", -MOST_POINTS, MOST_POINTS, name="transaction_bounded"),
            models.CheckConstraint(condition=~Q(amount=0), name="transaction_moves_something"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(transaction_type="ACCRUAL"), name="one_accrual_an_order"
            ),
            models.UniqueConstraint(
                fields=["reverses", "refund"], condition=Q(refund__isnull=False), name="one_reversal_a_refund"
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(refund__isnull=True, reverses__isnull=False),
                name="one_reversal_a_cancellation",
            ),
            models.CheckConstraint(
                condition=Q(transaction_type="REVERSAL", reverses__isnull=False)
                | (~Q(transaction_type="REVERSAL") & Q(reverses__isnull=True)),
                name="reversal_names_its_original",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.bonus_account}"
