"""Bookings of groups: the contact and the terms, and the orders that hold the seats."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between
from orders.models import Order


class GroupBooking(models.Model):
    """What was agreed with a group: a price a head, and how many who pay bring one free person along."""

    FREE_TEXT: ClassVar = ["contact", "payer"]

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="group_bookings", verbose_name=_("cinema")
    )
    contact = models.CharField(_("contact person"), max_length=120)
    payer = models.CharField(
        _("payer"), max_length=250, blank=True, help_text=_("Name and details of whoever pays, for the invoice.")
    )
    price = MoneyField(_("price a head"))
    one_free_per = models.PositiveSmallIntegerField(
        _("one free person for every"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("people who pay. Leave empty if everybody pays."),
    )
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("group booking")
        verbose_name_plural = _("group bookings")
        default_permissions = ("view",)
        permissions = [("book_group", "Book seats for a group, change the headcount, and record its payments")]
        ordering = ["-pk"]
        constraints = [
            between("price", 1, name="group_price_bounded"),
            models.CheckConstraint(
                condition=models.Q(one_free_per__isnull=True) | models.Q(one_free_per__gte=1), name="group_free_bounded"
            ),
        ]

    def __str__(self) -> str:
        # Without the contact: the admin's log keeps this text when the contact's data are erased.
        return gettext("Group booking %(number)d") % {"number": self.pk}

    def free_of(self, people: int) -> int:
        """How many of so many people come free."""
        return people // (self.one_free_per + 1) if self.one_free_per else 0


class GroupOrder(models.Model):
    """An order of a group booking: seats of one session, reserved or paid. Rows never change."""

    booking = models.ForeignKey(
        GroupBooking, models.PROTECT, related_name="group_orders", verbose_name=_("group booking")
    )
    order = models.OneToOneField(Order, models.PROTECT, related_name="group_order", verbose_name=_("order"))

    class Meta:
        verbose_name = _("order of a group")
        verbose_name_plural = _("orders of groups")
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.order)
