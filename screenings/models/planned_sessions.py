"""Drafts of the week planner: sessions that are planned and not published yet."""

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between
from screenings.models.cinemas import Hall
from screenings.models.films import Film
from screenings.models.price_lists import PriceRow
from screenings.models.sessions import Session


class PlannedSessionQuerySet(models.QuerySet["PlannedSession"]):
    def drafts(self) -> "PlannedSessionQuerySet":
        """Those that are not published."""
        return self.filter(session=None)


class PlannedSession(models.Model):
    """A draft of a session, which only the week planner reads. Publishing makes the `session` of it.

    It has a table of its own, and not a status of `Session`, so that nothing that reads sessions (the shop, structured
    data, prices, forecasts, reports) can meet a draft. Its end follows from film, hall and cinema as they are now. A
    draft without `price_row`, or at another price than the row's, was priced by hand.
    """

    film = models.ForeignKey(Film, models.PROTECT, related_name="+", verbose_name=_("film"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("hall"))
    start_datetime = models.DateTimeField(_("start"))
    ticket_price = MoneyField(_("ticket price"))
    price_row = models.ForeignKey(
        PriceRow,
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("price row"),
    )
    format = models.CharField(_("format"), max_length=8, choices=Session.Format, default=Session.Format.TWO_D)
    language = models.CharField(_("language"), max_length=8, default="ru")
    subtitles = models.CharField(_("subtitles"), max_length=8, blank=True)
    no_certificate_reason = models.CharField(
        _("reason for no certificate"),
        max_length=250,
        blank=True,
        help_text=_("For a film without a distribution certificate, such as one of a festival."),
    )
    session = models.OneToOneField(
        Session, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("screening")
    )

    objects = PlannedSessionQuerySet.as_manager()
    history = History(
        "film",
        "hall",
        "start_datetime",
        "ticket_price",
        "format",
        "language",
        "subtitles",
        "no_certificate_reason",
    )

    class Meta:
        verbose_name = _("draft screening")
        verbose_name_plural = _("week planner")
        ordering = ["start_datetime", "hall"]
        indexes = [
            models.Index(
                fields=["hall", "start_datetime"], name="draft_timetable", condition=models.Q(session__isnull=True)
            )
        ]
        constraints = [between("ticket_price", name="draft_price_bounded")]

    def __str__(self) -> str:
        """Film and local start time, as a session's."""
        start = self.hall.cinema.local(self.start_datetime)
        return f"{self.film}, {date_format(start, 'SHORT_DATE_FORMAT')} {start:%H:%M}"

    @property
    def costs_as_listed(self) -> bool:
        """Whether its price is that of its row of the price list, and so follows the list when it is moved."""
        return self.price_row is not None and self.ticket_price == self.price_row.price
