from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cinema.history import History
from cinema.money import MoneyField, between
from house_rules.rules import rules
from house_rules.translated import Translated

MOST_POINTS = 100_000_000


class Tier(Translated):
    """A level of customers who spend a lot: how much of it in a rolling year, and what it brings them.

    See `customers.services.tiers` for what counts as spent, and when an account gains and loses its tier.
    """

    TRANSLATED: ClassVar = ("name",)

    name = models.CharField(_("name"), max_length=40, unique=True)
    threshold = MoneyField(
        _("from this spend"), unique=True, help_text=_("Of the last 12 months, without refunds, gift cards and groups.")
    )
    extra_percent = models.PositiveSmallIntegerField(
        _("more points (%)"),
        help_text=_("So much more than everybody earns: with 20, an order of 100 points earns 120."),
    )
    is_active = models.BooleanField(
        _("given out"), default=True, help_text=_("Otherwise nobody gains it, and whoever has it loses it.")
    )

    history = History("name", "threshold", "extra_percent", "is_active", "texts")

    class Meta:
        verbose_name = _("customer level")
        verbose_name_plural = _("customer levels")
        ordering = ["threshold"]
        constraints = [
            between("threshold", Decimal("0.01"), name="tier_threshold_bounded"),
            between("extra_percent", 1, 1_000, name="tier_extra_bounded"),
        ]

    def __str__(self) -> str:
        return self.name


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
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("customer level")
    )
    tier_until = models.DateTimeField(
        _("level kept until"), null=True, blank=True, help_text=_("Where less was spent than the level asks for.")
    )

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
            models.CheckConstraint(condition=Q(tier__isnull=False) | Q(tier_until=None), name="no_tier_is_not_kept"),
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

    bonus_account = models.ForeignKey(  # found by `transaction_of_account`
        BonusAccount, models.PROTECT, related_name="transactions", verbose_name=_("account"), db_index=False
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
    extra_percent = models.PositiveSmallIntegerField(
        _("more points (%)"), default=0, db_default=0, help_text=_("What the customer’s level added to earned points.")
    )
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
            # Few are made by people; who made how many is counted over a year.
            models.Index(fields=["transaction_date"], condition=Q(actor__isnull=False), name="transaction_of_person"),
        ]
        constraints = [
            between("amount", -MOST_POINTS, MOST_POINTS, name="transaction_bounded"),
            models.CheckConstraint(condition=~Q(amount=0), name="transaction_moves_something"),
            models.CheckConstraint(
                condition=Q(extra_percent=0) | Q(transaction_type="ACCRUAL"), name="only_earned_points_are_raised"
            ),
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
