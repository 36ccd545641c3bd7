"""The figures of each screening."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.figures import count, money


class SessionFigures(models.Model):
    """A past screening as it is known now: written once it is over, and corrected by each later change.

    Its measures mean the same as those of `TicketFigures`, summed over all tickets of the screening.
    """

    MEASURES = (
        *("sold", "refunded", "comps", "used", "no_shows"),
        *("gross", "discount", "points", "refunded_value", "refunded_money", "vat"),
    )

    session = models.OneToOneField(
        "screenings.Session", models.PROTECT, related_name="figures", verbose_name=_("screening")
    )
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    about = models.DateField(_("business date"))
    capacity = models.PositiveIntegerField(_("capacity"))
    counted_at = models.DateTimeField(_("counted"))
    sold = count(_("tickets sold"))
    refunded = count(_("tickets refunded"))
    comps = count(_("free tickets"))
    used = count(_("guests admitted"))
    no_shows = count(_("no-shows"))
    gross = money(_("gross"))
    discount = money(_("discount"))
    points = money(_("paid with points"))
    refunded_value = money(_("value of refunded tickets"))
    refunded_money = money(_("refunds"))
    vat = money(_("VAT"))

    class Meta:
        verbose_name = _("screening figures")
        verbose_name_plural = _("screening figures")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "about"], name="session_figures_about")]

    def __str__(self) -> str:
        return str(self.session)
