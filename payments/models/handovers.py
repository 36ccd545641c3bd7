"""Cash that was put into the safe or the change fund by the word of whoever put it there, until somebody counts it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between, format_money
from payments.models.shifts import CashMovement


class HandoverQuerySet(models.QuerySet["Handover"]):
    def waiting(self) -> "HandoverQuerySet":
        """Those that nobody has confirmed."""
        return self.filter(confirmed_at__isnull=True)


class Handover(models.Model):
    """A drop, or what was handed in at the close of a shift: not confirmed, or how much of it somebody else has found.

    What is over or short is a movement of the place, about the same shift.
    """

    movement = models.OneToOneField(
        CashMovement, models.PROTECT, related_name="handover", verbose_name=_("cash movement")
    )
    found = MoneyField(_("found"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash handed in")
        verbose_name_plural = _("cash handed in")
        ordering: ClassVar = ["id"]
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["movement"], condition=Q(confirmed_at__isnull=True), name="handover_waiting")
        ]
        constraints: ClassVar = [
            between("found", name="handover_found_bounded"),
            models.CheckConstraint(
                condition=Q(found__isnull=True, confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(found__isnull=False, confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="handover_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Needs the movement with its place and shift, so lists should use `select_related`."""
        return f"{self.movement.place}, {self.movement.shift}: {format_money(self.movement.amount)}"
