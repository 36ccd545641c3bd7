"""Records who holds unpaid seats online. Visitors, people and addresses are stored as keyed hashes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order


class OnlineHold(models.Model):
    """Records who holds an online order, so that one visitor or address cannot hold a whole hall.

    `since` is the start of the first hold: an order that replaces another keeps it. `may_write` says whether the
    address is notified if the hold expires; see `orders.services.selling.online`.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="online_hold", verbose_name=_("order"))
    visitor = models.CharField(max_length=40)
    person = models.CharField(max_length=40)
    address = models.CharField(max_length=40)
    since = models.DateTimeField()
    may_write = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "storefront_onlinehold"  # the table is older than the place of the model
        verbose_name = _("online hold")
        verbose_name_plural = _("online holds")
        default_permissions = ()
        indexes = [
            models.Index(fields=["visitor"], name="hold_of_visitor"),
            models.Index(fields=["person"], name="hold_of_person"),
            models.Index(fields=["address"], name="hold_of_address"),
        ]

    def __str__(self) -> str:
        return str(self.order)
