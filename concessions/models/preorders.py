"""Snacks in orders."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between
from concessions.models.items import ConcessionItem


class ConcessionPreorder(models.Model):
    """One line of snacks in an order. Its quantity is taken from the stock when the order is held."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("To prepare")
        READY = "READY", _("Ready")
        COLLECTED = "COLLECTED", _("Collected")
        EXPIRED = "EXPIRED", _("Not collected")
        CANCELLED = "CANCELLED", _("Cancelled")
        AVAILABLE = "AVAILABLE", _("Refunded")

    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.READY, Status.COLLECTED, Status.EXPIRED, Status.CANCELLED, Status.AVAILABLE},
        Status.READY: {Status.COLLECTED, Status.EXPIRED, Status.CANCELLED, Status.AVAILABLE},
        Status.COLLECTED: set(),
        Status.EXPIRED: set(),
        Status.CANCELLED: {Status.PENDING},
        Status.AVAILABLE: set(),
    }
    OPEN: ClassVar = [Status.PENDING, Status.READY]
    RELEASED: ClassVar = [Status.CANCELLED, Status.AVAILABLE]  # no longer a part of the order

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="preorders", verbose_name=_("order"))
    concession_item = models.ForeignKey(
        ConcessionItem, models.PROTECT, related_name="preorders", verbose_name=_("bar item")
    )
    instead_of = models.ForeignKey(
        ConcessionItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bar item that was ordered"),
        help_text=_("It ran out: the guest gets another one at the same price."),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("unit price"))
    # A line of a combo has its part of the combo's price. `combo_quantity` is how many combos were ordered.
    combo = models.ForeignKey(
        ConcessionItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("combo")
    )
    combo_quantity = models.PositiveIntegerField(_("number of combos"), null=True, blank=True)
    discount_share = MoneyField(_("share of the discount"), default=0)
    bonus_share = MoneyField(_("share paid with points"), default=0)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    pickup_code = models.CharField(_("pick-up code"), max_length=8, db_index=True)
    collection_deadline = models.DateTimeField(_("collect by"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    collected_at = models.DateTimeField(_("collected"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
        help_text=_("Who prepared it or handed it over."),
    )

    class Meta:
        verbose_name = _("snack pre-order")
        verbose_name_plural = _("snack pre-orders")
        permissions = [
            ("make_ready", "Mark a pre-order as ready"),
            ("hand_over", "Hand a pre-order over"),
        ]
        ordering = ["collection_deadline", "id"]
        indexes = [
            models.Index(fields=["status", "collection_deadline"], name="preorder_deadline"),
            models.Index(
                fields=["collected_at"], name="preorder_collected"
            ),  # with the other one: `Order.objects.over`
        ]
        constraints = [
            between("quantity", 1, 10_000, name="preorder_quantity_bounded"),
            models.CheckConstraint(
                condition=Q(combo__isnull=True, combo_quantity__isnull=True)
                | Q(combo__isnull=False, combo_quantity__gt=0),
                name="preorder_of_so_many_combos",
            ),
            between("unit_price", name="preorder_price_bounded"),
            between("discount_share", name="preorder_discount_bounded"),
            between("bonus_share", name="preorder_bonus_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.concession_item}"

    @property
    def title(self) -> str:
        """The item, and the combo that it is part of, in the language in force: “Cola (Evening for two)”."""
        name = self.concession_item.shown.name
        return f"{name} ({self.combo.shown.name})" if self.combo else name

    @property
    def ordered(self) -> ConcessionItem:
        """The item that the customer chose and paid for, which is named on receipts."""
        return self.instead_of or self.concession_item

    @property
    def is_divisible(self) -> bool:
        """Whether a part of it can be refunded by itself; a combo stays whole."""
        return self.quantity > 1 and not self.combo_id

    @property
    def amount(self) -> Decimal:
        """The line's price before discount and points."""
        return self.unit_price * self.quantity

    @property
    def paid(self) -> Decimal:
        """The part of the line's price that is paid in money."""
        return self.amount - self.discount_share - self.bonus_share
