"""Seats, their kinds, and outages of seats."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.money import between
from screenings.models.cinemas import Hall

if TYPE_CHECKING:
    from screenings.models.sessions import Session


class SeatKind(models.TextChoices):
    STANDARD = "STANDARD", _("Standard")
    VIP = "VIP", _("VIP")
    LOVE_SEAT = "LOVE_SEAT", _("Love seat")
    WHEELCHAIR = "WHEELCHAIR", _("Wheelchair space")
    COMPANION = "COMPANION", _("Companion seat")


class Seat(models.Model):
    """A numbered seat in a row. `place` is its position in the row from the left wall, so that aisles are gaps."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="seats", verbose_name=_("hall"))
    row = models.PositiveSmallIntegerField(_("row"), validators=[MinValueValidator(1)])
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=16, choices=SeatKind, default=SeatKind.STANDARD)
    place = models.PositiveSmallIntegerField(_("position in the row"), default=0)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["hall", "row", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hall", "row", "number"], name="one_seat_a_number"),
            between("row", 1, 999, name="seat_row_bounded"),
            between("number", 1, 999, name="seat_number_bounded"),
        ]

    def __str__(self) -> str:
        return _("row %(row)s, seat %(number)s") % {"row": self.row, "number": self.number}

    @property
    def across(self) -> int:
        """The position in the row, counted from 1 at the left wall; the seat's number if `place` is not set."""
        return self.place or self.number


class SeatOutageQuerySet(models.QuerySet["SeatOutage"]):
    def during(self, start: datetime | models.OuterRef, end: datetime | models.OuterRef) -> "SeatOutageQuerySet":
        """Outages that overlap [start, end). An outage with `until` None has no end yet."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=start), since__lt=end)

    def of_session(self, session: "Session") -> "SeatOutageQuerySet":
        """Outages in the session's hall that overlap its adverts and film; cleaning does not count."""
        return self.filter(seat__hall=session.hall_id).during(session.start_datetime, session.end_datetime)


class SeatOutage(models.Model):
    """A time during which a seat cannot be used: it is not sold for sessions that overlap it."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="outages", verbose_name=_("seat"))
    since = models.DateTimeField(_("off sale from"))
    until = models.DateTimeField(
        _("off sale until"),
        null=True,
        blank=True,
        help_text=_("Leave empty to keep it off sale until someone puts it back."),
    )
    reason = models.CharField(_("reason"), max_length=250)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = SeatOutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat off sale")
        verbose_name_plural = _("seats off sale")
        permissions = [("take_out_seat", "Take seats off sale, or put them back on sale")]
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("since")),
                name="seat_outage_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat}: {self.reason}"

    def covers(self, start: datetime, end: datetime) -> bool:
        """The same condition as `during`, for a loaded row."""
        return self.since < end and (self.until is None or self.until > start)
