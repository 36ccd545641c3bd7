"""What items are made of: the ingredients of a portion, and the items of a combo."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.money import between
from concessions.models.items import ConcessionItem

MOST_UNITS = 10_000
NOT_ALLOWED = _("A portion is made of ingredients and goods; a combo of goods and portions.")


class ItemPart(models.Model):
    """So many units of one item in another: ml, g or pieces of an ingredient in a portion, or pieces in a combo."""

    Kind = ConcessionItem.Kind
    #: What an item may be made of, by its kind.
    ALLOWED = {Kind.MADE: {Kind.INGREDIENT, Kind.GOODS}, Kind.COMBO: {Kind.GOODS, Kind.MADE}}

    whole = models.ForeignKey(ConcessionItem, models.PROTECT, related_name="parts", verbose_name=_("bar item"))
    part = models.ForeignKey(ConcessionItem, models.PROTECT, related_name="used_in", verbose_name=_("made of"))
    units = models.PositiveIntegerField(_("units in each"))

    class Meta:
        verbose_name = _("part of a bar item")
        verbose_name_plural = _("parts of bar items")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["whole", "part"], name="one_part_of_an_item"),
            between("units", 1, MOST_UNITS, name="part_units_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.part}"

    def clean(self) -> None:
        if not (self.whole_id and self.part_id):  # something was left empty, which the form says
            return
        errors: dict[str, Any] = {}
        if self.part.kind not in self.ALLOWED.get(ConcessionItem.Kind(self.whole.kind), set()):
            errors["part"] = NOT_ALLOWED
        elif self.part.cinema_id != self.whole.cinema_id:
            errors["part"] = _("Choose an item of the same cinema.")
        if errors:
            raise ValidationError(errors)
