"""Seats that the house keeps for itself."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order


class HouseHold(models.Model):
    """Why the house keeps the seats of an unpaid order that no customer made. Rows never change.

    The seats are tickets of that order, so what keeps a seat from being sold twice keeps it from being sold and held,
    and the seats are released as those of any unpaid order: when it is cancelled, or when its time is over.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="house_hold", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=250)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    FREE_TEXT: ClassVar = ["reason"]

    class Meta:
        verbose_name = _("house hold")
        verbose_name_plural = _("house holds")
        default_permissions = ("view",)
        permissions = [("keep_seats", "Keep seats for the house, or release them")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"
