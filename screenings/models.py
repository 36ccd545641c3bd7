from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytz
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MOST, MoneyField, between


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """IANA names that pytz knows as in common use; each must load as a `ZoneInfo` too."""
    return [(name, name) for name in pytz.common_timezones]


def default_time_zone() -> str:
    """Asked when a row is made, so that no migration depends on an installation's settings."""
    return settings.TIME_ZONE


def loads_as_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("“%(name)s” is not a time zone of this machine."), params={"name": name}) from error


class Cinema(models.Model):
    """A venue. Its people see every time in `time_zone`."""

    name = models.CharField(_("name"), max_length=120)
    city = models.CharField(_("city"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        choices=time_zone_choices,
        default=default_time_zone,
        validators=[loads_as_time_zone],
    )
    adverts_minutes = models.PositiveSmallIntegerField(
        _("adverts, minutes"), default=10, validators=[MaxValueValidator(60)]
    )

    history = History("name", "city", "address", "time_zone", "adverts_minutes")

    class Meta:
        verbose_name = _("cinema")
        verbose_name_plural = _("cinemas")
        ordering = ["name"]
        constraints = [between("adverts_minutes", 0, 60, name="cinema_adverts_bounded")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, instant: datetime) -> datetime:
        """The instant as this cinema's clocks show it."""
        return instant.astimezone(self.zone)


class Hall(models.Model):
    cinema = models.ForeignKey(Cinema, models.PROTECT, related_name="halls", verbose_name=_("cinema"))
    name = models.CharField(_("name"), max_length=80)
    cleaning_minutes = models.PositiveSmallIntegerField(
        _("cleaning, minutes"), default=15, validators=[MaxValueValidator(240)]
    )

    history = History("name", "cleaning_minutes")

    class Meta:
        verbose_name = _("hall")
        verbose_name_plural = _("halls")
        permissions = [("build_hall", "Build a hall's seats from a plan")]
        ordering = ["cinema", "name"]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "name"], name="one_hall_a_name"),
            between("cleaning_minutes", 0, 240, name="hall_cleaning_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.cinema}, {self.name}"


class SeatKind(models.TextChoices):
    STANDARD = "STANDARD", _("Standard")
    VIP = "VIP", _("VIP")
    LOVE_SEAT = "LOVE_SEAT", _("Love seat")
    WHEELCHAIR = "WHEELCHAIR", _("Wheelchair place")
    COMPANION = "COMPANION", _("Companion seat")


class Seat(models.Model):
    """A numbered place in a row. `place` is where it stands across the hall, from the left wall; aisles are gaps."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="seats", verbose_name=_("hall"))
    row = models.PositiveSmallIntegerField(_("row"), validators=[MinValueValidator(1)])
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=16, choices=SeatKind, default=SeatKind.STANDARD)
    place = models.PositiveSmallIntegerField(_("place across"), default=0)

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


class SeatOutageQuerySet(models.QuerySet["SeatOutage"]):
    def during(self, start: datetime, end: datetime) -> "SeatOutageQuerySet":
        """Those that touch [start, end); one without an end lasts until somebody ends it."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=start), since__lt=end)


class SeatOutage(models.Model):
    """A seat that nobody can sit on for a time: it is not sold for sessions that run then."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="outages", verbose_name=_("seat"))
    since = models.DateTimeField(_("broken from"))
    until = models.DateTimeField(
        _("broken until"), null=True, blank=True, help_text=_("Empty: until somebody puts it back.")
    )
    reason = models.CharField(_("reason"), max_length=250)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = SeatOutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("broken seat")
        verbose_name_plural = _("broken seats")
        permissions = [("take_out_seat", "Take seats out of use, or put them back")]
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
        """As `during` says, of a row that was read."""
        return self.since < end and (self.until is None or self.until > start)


class SeatSurcharge(models.Model):
    """What a cinema adds to the price of every seat of one kind."""

    cinema = models.ForeignKey(Cinema, models.PROTECT, related_name="seat_surcharges", verbose_name=_("cinema"))
    kind = models.CharField(_("seat kind"), max_length=16, choices=SeatKind)
    amount = MoneyField(_("surcharge"))

    history = History("cinema", "kind", "amount")

    class Meta:
        verbose_name = _("seat surcharge")
        verbose_name_plural = _("seat surcharges")
        ordering = ["cinema", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "kind"], name="one_surcharge_a_seat_kind"),
            between("amount", name="surcharge_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.cinema}, {self.get_kind_display()}"


class TicketType(models.Model):
    """Adult, child, student, carer, comp ...: what share of the session's price is paid, in percent."""

    class SoldTo(models.TextChoices):
        """Whom the shop offers it to. At the till staff sell any that is active."""

        ANYBODY = "ANYBODY", _("Anybody")
        COMPANION = "COMPANION", _("Companions of wheelchair users")
        TILL = "TILL", _("Nobody online: at the till only")

    name = models.CharField(_("name"), max_length=60, unique=True)
    price_percent = models.PositiveSmallIntegerField(
        _("percent of the price"), default=100, validators=[MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    sold_to = models.CharField(_("sold online to"), max_length=16, choices=SoldTo, default=SoldTo.ANYBODY)

    history = History("name", "price_percent", "is_active", "sold_to")

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")
        ordering = ["-price_percent", "name"]
        constraints = [between("price_percent", 0, 100, name="ticket_type_percent_bounded")]

    def __str__(self) -> str:
        return self.name


class Genre(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgeRating(models.TextChoices):
    """The marks of Russian law 436-FZ."""

    ANY = "0+", "0+"
    SIX = "6+", "6+"
    TWELVE = "12+", "12+"
    SIXTEEN = "16+", "16+"
    EIGHTEEN = "18+", "18+"


class Film(models.Model):
    title = models.CharField(_("title"), max_length=200)
    duration_minutes = models.PositiveSmallIntegerField(
        _("running time, minutes"), validators=[MinValueValidator(1), MaxValueValidator(900)]
    )
    age_rating = models.CharField(_("age rating"), max_length=3, choices=AgeRating, default=AgeRating.ANY)
    genres = models.ManyToManyField(Genre, verbose_name=_("genres"), related_name="films", blank=True)

    history = History("title", "duration_minutes", "age_rating", many=["genres"])

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        ordering = ["title"]
        constraints = [between("duration_minutes", 1, 900, name="film_duration_bounded")]

    def __str__(self) -> str:
        return f"{self.title} ({self.age_rating})"


class SessionQuerySet(models.QuerySet["Session"]):
    def started(self, at: datetime) -> "SessionQuerySet":
        """Scheduled, and running at `at`."""
        return self.filter(
            status=Session.Status.SCHEDULED,
            archived_at__isnull=True,
            start_datetime__lte=at,
            end_datetime__gt=at,
        )

    def ended(self, at: datetime) -> "SessionQuerySet":
        """Over at `at`, and not yet known to be."""
        return self.filter(
            status__in=[Session.Status.SCHEDULED, Session.Status.ONGOING],
            archived_at__isnull=True,
            end_datetime__lte=at,
        )

    def on_sale(self, at: datetime) -> "SessionQuerySet":
        return self.filter(status=Session.Status.SCHEDULED, archived_at__isnull=True, start_datetime__gt=at)

    def in_the_way(self, *, halls: Iterable[int], start: datetime, free_from: datetime) -> "SessionQuerySet":
        """Not cancelled, and holding one of the halls, cleaning included, at some moment of [start, free_from)."""
        return self.filter(hall__in=halls, start_datetime__lt=free_from, free_from__gt=start).exclude(
            status=Session.Status.CANCELLED
        )


class OnPostgreSQL(ExclusionConstraint):
    """An exclusion constraint where the database has such; SQLite relies on the service, its writers queue."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if self._kept_by(schema_editor.connection) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if self._kept_by(schema_editor.connection) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if self._kept_by(schema_editor.connection) else None

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The service says it kindly (`HallBusy`)."""

    @staticmethod
    def _kept_by(connection: Any) -> bool:
        return connection.vendor == "postgresql"


class Int8Range(models.Func):
    """A range of one value, so that equality can stand beside the times without the btree_gist extension."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, '[]')"


class TstzRange(models.Func):
    function = "tstzrange"


class Session(models.Model):
    """One showing. The hall is taken from `start_datetime` to `free_from`: adverts, film, cleaning."""

    class Status(models.TextChoices):
        SCHEDULED = "SCHEDULED", _("Scheduled")
        ONGOING = "ONGOING", _("Running")
        COMPLETED = "COMPLETED", _("Over")
        CANCELLED = "CANCELLED", _("Cancelled")

    MOVES: ClassVar = {
        Status.SCHEDULED: {Status.ONGOING, Status.COMPLETED, Status.CANCELLED},
        Status.ONGOING: {Status.COMPLETED, Status.CANCELLED},
        Status.COMPLETED: set(),
        Status.CANCELLED: set(),
    }

    class Format(models.TextChoices):
        TWO_D = "2D", "2D"
        THREE_D = "3D", "3D"
        IMAX = "IMAX", "IMAX"

    film = models.ForeignKey(Film, models.PROTECT, related_name="sessions", verbose_name=_("film"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="sessions", verbose_name=_("hall"))
    start_datetime = models.DateTimeField(_("start"))
    end_datetime = models.DateTimeField(_("end"), help_text=_("Adverts and film are over."))
    free_from = models.DateTimeField(_("hall free from"), help_text=_("Cleaning is done."))
    ticket_price = MoneyField(_("ticket price"))
    format = models.CharField(_("format"), max_length=8, choices=Format, default=Format.TWO_D)
    language = models.CharField(_("language"), max_length=8, default="ru")
    subtitles = models.CharField(_("subtitles"), max_length=8, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.SCHEDULED)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason of the cancellation"), max_length=250, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()
    history = History("film", "hall", "start_datetime", "ticket_price", "format", "language", "subtitles")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        permissions = [
            ("schedule_session", "Put a session on the programme"),
            ("copy_sessions", "Copy a day or a week of sessions"),
            ("cancel_session", "Cancel a session"),
        ]
        ordering = ["start_datetime", "hall"]
        indexes = [
            # Leads with archived_at, so that a million old sessions are one closed branch of the index.
            models.Index(fields=["archived_at", "status", "end_datetime"], name="session_life"),
            models.Index(fields=["archived_at", "status", "start_datetime"], name="session_programme"),
            models.Index(fields=["hall", "start_datetime"], name="session_hall_timetable"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_datetime__gt=models.F("start_datetime"))
                & models.Q(free_from__gte=models.F("end_datetime")),
                name="session_times_in_order",
            ),
            between("ticket_price", name="session_price_bounded"),
            OnPostgreSQL(
                name="one_session_a_hall_at_a_time",
                expressions=[
                    (Int8Range("hall_id", "hall_id"), RangeOperators.OVERLAPS),
                    (TstzRange("start_datetime", "free_from"), RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(status="CANCELLED"),
            ),
        ]

    def __str__(self) -> str:
        """By the cinema's clocks: a page of many reads `film` and `hall__cinema` along."""
        start = self.hall.cinema.local(self.start_datetime)
        return f"{self.film}, {date_format(start, 'SHORT_DATE_FORMAT')} {start:%H:%M}"


class SessionSummary(models.Model):
    """What an archived session came to. Seats are counted in tickets; money is what was paid for its tickets.

    `sold`: tickets paid for, refunded ones included; `used`: scanned; `no_show`: neither scanned nor refunded;
    `refunded`: given back after payment. `gross`: paid for the tickets sold, after discount, points counted as money
    not taken; `net`: gross less what was refunded.
    """

    session = models.OneToOneField(Session, models.PROTECT, related_name="summary", verbose_name=_("session"))
    capacity = models.PositiveIntegerField(_("capacity"))
    sold = models.PositiveIntegerField(_("sold"))
    used = models.PositiveIntegerField(_("came"))
    no_show = models.PositiveIntegerField(_("did not come"))
    refunded = models.PositiveIntegerField(_("refunded"))
    gross = MoneyField(_("gross"), highest=MOST * 100)
    net = MoneyField(_("net"), highest=MOST * 100)

    class Meta:
        verbose_name = _("session summary")
        verbose_name_plural = _("session summaries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sold=models.F("used") + models.F("no_show") + models.F("refunded")),
                name="summary_adds_up",
            ),
            models.CheckConstraint(condition=models.Q(net__lte=models.F("gross")), name="summary_net_within_gross"),
        ]

    def __str__(self) -> str:
        return str(self.session)
