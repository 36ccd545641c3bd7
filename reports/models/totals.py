"""The figures of tickets and of the bar once more, with fewer columns: long periods are read from these.

A table of lines has more rows the more is sold. These have as many as there are screenings, kinds of guests, or items.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from reports.models.figures import BarFigures, Figures, OfBar, OfTickets, TicketFigures
from screenings.models import SeatKind


class ScreeningTotals(OfTickets):
    """Tickets by screening alone."""

    KEY = ("session_id", "film_id", "hall_id")

    session = models.ForeignKey("screenings.Session", models.PROTECT, related_name="+", verbose_name=_("screening"))
    film = models.ForeignKey(
        "screenings.Film", models.PROTECT, db_index=False, related_name="+", verbose_name=_("film")
    )
    hall = models.ForeignKey("screenings.Hall", models.PROTECT, related_name="+", verbose_name=_("hall"))

    class Meta(Figures.Meta):
        verbose_name = _("totals of screenings")
        verbose_name_plural = _("totals of screenings")
        indexes = [
            models.Index(fields=["cinema", "about"], name="screenings_about"),
            models.Index(fields=["film", "about"], name="screenings_of_film"),
            models.Index(fields=["day"], name="screenings_of_day"),
        ]


class GuestTotals(OfTickets):
    """Tickets by what kind of guest bought them, and where."""

    KEY = ("ticket_type_id", "seat_kind", "channel")

    ticket_type = models.ForeignKey(
        "screenings.TicketType", models.PROTECT, related_name="+", verbose_name=_("ticket type")
    )
    seat_kind = models.CharField(_("seat kind"), max_length=16, choices=SeatKind)
    channel = models.CharField(_("channel"), max_length=16, choices=Order.Channel)

    class Meta(Figures.Meta):
        verbose_name = _("totals of guests")
        verbose_name_plural = _("totals of guests")
        indexes = [
            models.Index(fields=["cinema", "about"], name="guests_about"),
            models.Index(fields=["day"], name="guests_of_day"),
        ]


class ItemTotals(OfBar):
    """Bar items by item alone."""

    KEY = ("item_id",)

    item = models.ForeignKey(
        "concessions.ConcessionItem", models.PROTECT, db_index=False, related_name="+", verbose_name=_("bar item")
    )

    class Meta(Figures.Meta):
        verbose_name = _("totals of bar items")
        verbose_name_plural = _("totals of bar items")
        indexes = [
            models.Index(fields=["cinema", "about"], name="items_about"),
            models.Index(fields=["item", "about"], name="items_of_item"),
            models.Index(fields=["day"], name="items_of_day"),
        ]


#: For tables of lines: those that have the same sums by fewer columns.
TOTALS: dict[type[Figures], tuple[type[Figures], ...]] = {
    TicketFigures: (ScreeningTotals, GuestTotals),
    BarFigures: (ItemTotals,),
}
