"""What members of staff did that is worth a look, by day, person and kind of action."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.figures import Figures, count


class Action(models.TextChoices):
    """`HANDLED` are the orders of which the others are a share."""

    HANDLED = "handled", _("Orders handled")
    REFUNDS = "refunds", _("Refunds")
    LATE_VOIDS = "late_voids", _("Sales undone late")
    GIFT_CARDS = "gift_cards", _("Gift cards taken back or replaced")
    VOIDS = "voids", _("Unpaid orders cancelled")
    FREE_TICKETS = "free_tickets", _("Free tickets")
    GROUPS = "groups", _("Group bookings")
    GROUP_PARTS = "group_parts", _("Groups paid for a few people")
    OVERRIDES = "overrides", _("Admissions outside hours")
    VOUCHERS = "vouchers", _("Vouchers printed at the till")
    DISCOUNTS = "discounts", _("Sales with a promo code at the till")
    CASH_OUT = "cash_out", _("Cash taken out")
    WRITE_OFFS = "write_offs", _("Write-offs")


class ActionFigures(Figures):
    """How often a person did something. `about` is the business date on which it was done."""

    KEY = ("person_id", "action")
    MEASURES = ("number",)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    action = models.CharField(_("action"), max_length=16, choices=Action)
    number = count(_("number"))

    class Meta(Figures.Meta):
        verbose_name = _("action figures")
        verbose_name_plural = _("action figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="actions_about"),
            models.Index(fields=["day"], name="actions_of_day"),
        ]
