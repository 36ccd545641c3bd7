"""Complimentary tickets: the reasons for which they are given, and who gave them for which."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between
from orders.models import Order


class CompReason(models.Model):
    """A reason for which the house gives tickets away, such as the press or a prize."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)

    history = History("name", "is_active")

    class Meta:
        verbose_name = _("reason for complimentary tickets")
        verbose_name_plural = _("reasons for complimentary tickets")
        default_permissions = ("view", "add", "change")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Comp(models.Model):
    """Why tickets of an order are complimentary, who decided it, and what they would have cost. Rows never change."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="comp", verbose_name=_("order"))
    reason = models.ForeignKey(CompReason, models.PROTECT, related_name="comps", verbose_name=_("reason"))
    value = MoneyField(_("at the full price"))
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by"))

    class Meta:
        verbose_name = _("complimentary order")
        verbose_name_plural = _("complimentary orders")
        default_permissions = ("view",)
        permissions = [("give_comp", "Give complimentary tickets")]
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [between("value", name="comp_value_bounded")]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"
