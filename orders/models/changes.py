"""What was changed of an order besides its status."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order


class OrderChangeQuerySet(models.QuerySet["OrderChange"]):
    def former_addresses(self, orders: Iterable[Order]) -> set[str]:
        """Where these orders were sent before their address was corrected. One query."""
        corrected = self.filter(order__in=orders, kind=OrderChange.Kind.ADDRESS)
        return set(corrected.order_by().values_list("details", flat=True)) - {""}


class OrderChange(models.Model):
    """A change of an order that left its status as it was: who made it, when and why. Rows never change."""

    class Kind(models.TextChoices):
        ADDRESS = "ADDRESS", _("Email corrected, tickets sent again")
        SEATS = "SEATS", _("Other seats")
        CLAIMED = "CLAIMED", _("Added to the account with this email")
        SNACKS = "SNACKS", _("Other snacks in place of those that ran out")
        PRINTED = "PRINTED", _("Tickets printed at the box office")
        PARTNER = "PARTNER", _("Held by a partner")

    order = models.ForeignKey(Order, models.PROTECT, related_name="changes", verbose_name=_("order"))
    kind = models.CharField(_("change"), max_length=16, choices=Kind)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    details = models.TextField(
        _("details"), blank=True, help_text=_("The former address, or what was replaced: seats or snacks.")
    )

    objects = OrderChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("order change")
        verbose_name_plural = _("order changes")
        default_permissions = ()
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return f"{self.order}: {self.get_kind_display()}"
