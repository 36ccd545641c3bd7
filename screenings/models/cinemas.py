"""Cinemas, each with its own time zone, and their halls."""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytz
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.local_time import NIGHT_ENDS, day_starts, programme_day
from cinema.money import between
from house_rules.translated import Translated

THURSDAY = 3  # films start on Thursdays
EARLIEST_DAY_END, LATEST_DAY_END = time(0), time(9)


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """The common IANA time zone names according to pytz; `loads_as_time_zone` checks that `ZoneInfo` knows them."""
    return [(name, name) for name in pytz.common_timezones]


def default_time_zone() -> str:
    """The installation's time zone. A function, so that migrations do not contain the value of one installation."""
    return settings.TIME_ZONE


def loads_as_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(
            _("“%(name)s” is not a known time zone. Use a name such as Europe/Moscow."), params={"name": name}
        ) from error


class Cinema(Translated):
    """A venue. Its staff and customers see all times in `time_zone`."""

    TRANSLATED: ClassVar = ("name", "city", "address", "way_there")

    name = models.CharField(_("name"), max_length=120)
    city = models.CharField(_("city"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    phone = models.CharField(
        _("phone"), max_length=40, blank=True, help_text=_("For customers, as they should read it: +7 843 555-01-99.")
    )
    way_there = models.TextField(
        _("way there"), max_length=2000, blank=True, help_text=_("Nearest stop, entrance, parking. For customers.")
    )
    map_url = models.CharField(
        _("link to a map"),
        max_length=500,
        blank=True,
        validators=[URLValidator(["https", "http"])],
        help_text=_("From the map that your customers use. Leave empty for OpenStreetMap."),
    )
    #: A hash: see `screenings.services.map_pictures`.
    map_picture = models.CharField(_("map"), max_length=20, blank=True, default="", db_default="", editable=False)
    map_width = models.PositiveSmallIntegerField(null=True, editable=False)
    map_height = models.PositiveSmallIntegerField(null=True, editable=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        choices=time_zone_choices,
        default=default_time_zone,
        validators=[loads_as_time_zone],
    )
    adverts_minutes = models.PositiveSmallIntegerField(
        _("adverts (minutes)"), default=10, validators=[MaxValueValidator(60)]
    )
    day_ends_at = models.TimeField(
        _("business day ends at"),
        default=NIGHT_ENDS,
        validators=[MinValueValidator(EARLIEST_DAY_END), MaxValueValidator(LATEST_DAY_END)],
        help_text=_(
            "By this cinema’s clock, from 00:00 to 09:00. What happens after midnight and before this time belongs to "
            "the day before, in the programme and in reports. Days that are closed stay as they are."
        ),
    )
    week_starts_on = models.PositiveSmallIntegerField(
        _("week starts on"),
        choices=list(WEEKDAYS.items()),
        default=THURSDAY,
        help_text=_("The weekly reports of this cinema begin on this day."),
    )

    legal_entity = models.ForeignKey(
        "payments.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cinemas",
        verbose_name=_("legal entity"),
        help_text=_("Who sells here, for receipts and accounts."),
    )

    requires_certificates = models.BooleanField(
        _("films need a distribution certificate"),
        default=False,
        help_text=_(
            "As in Russia: a screening needs the number of a certificate for its version, or a reason why it has none, "
            "and may not be before the film’s release date."
        ),
    )

    cash_register = models.CharField(
        _("separate cash register"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9A-Za-z-]+$")],
        help_text=_(
            "Its registration number, if a cash register of its own prints the receipts of the box office. Whoever "
            "enters it vouches for that: each sale then keeps the number of its receipt."
        ),
    )

    history = History(
        "name",
        "city",
        "address",
        "postal_code",
        "phone",
        "way_there",
        "map_url",
        "map_picture",
        "time_zone",
        "adverts_minutes",
        "day_ends_at",
        "week_starts_on",
        "legal_entity",
        "requires_certificates",
        "cash_register",
        "texts",
    )

    class Meta:
        verbose_name = _("cinema")
        verbose_name_plural = _("cinemas")
        ordering = ["name"]
        constraints = [
            between("adverts_minutes", 0, 60, name="cinema_adverts_bounded"),
            between("day_ends_at", EARLIEST_DAY_END, LATEST_DAY_END, name="cinema_day_end_bounded"),
            between("week_starts_on", 0, 6, name="cinema_week_start_bounded"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def full_address(self) -> str:
        """City and address in the language in force, such as “Kazan, Main St 1”; empty if neither is known."""
        return self.address_in(get_language() or "")

    def address_in(self, language: str) -> str:
        """The full address in another language."""
        shown = self.shown_in(language)
        return ", ".join(filter(None, [shown.city, shown.address]))

    @property
    def map_link(self) -> str:
        """Where customers see the cinema on a map; empty without an address."""
        if self.map_url or not self.full_address:
            return self.map_url
        return f"https://www.openstreetmap.org/search?query={quote(self.full_address)}"

    def map_name(self, extension: str) -> str:
        """The name of a file of its map, in the storage of pictures."""
        return f"{self.map_picture}-{self.map_width}.{extension}"

    @property
    def phone_link(self) -> str:
        """The phone number for a link: digits with the plus sign alone."""
        return re.sub(r"[^\d+]", "", self.phone)

    def local(self, instant: datetime) -> datetime:
        """The instant in this cinema's time zone."""
        return instant.astimezone(self.zone)

    def business_date(self, instant: datetime) -> date:
        """The business day to which the instant belongs: until `day_ends_at`, that of the evening before."""
        return programme_day(self.local(instant), ends=self.day_ends_at)

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """Start and end of a business day in UTC; the start belongs to it, the end to the next day.

        On the nights when the clocks change it has an hour more or less; `day_starts` says when it ends if the clocks
        skip or repeat `day_ends_at` itself.
        """
        start, end = (day_starts(each, self.zone, ends=self.day_ends_at) for each in (day, day + timedelta(days=1)))
        return start, end

    def week_of(self, day: date) -> date:
        """The first day of this cinema's week to which the business day belongs."""
        return day - timedelta(days=(day.weekday() - self.week_starts_on) % 7)


MOST_CURVED = 5  # rows


class Hall(Translated):
    TRANSLATED: ClassVar = ("name",)

    cinema = models.ForeignKey(Cinema, models.PROTECT, related_name="halls", verbose_name=_("cinema"))
    name = models.CharField(_("name"), max_length=80)
    cleaning_minutes = models.PositiveSmallIntegerField(
        _("cleaning (minutes)"), default=15, validators=[MaxValueValidator(240)]
    )

    curve = models.PositiveSmallIntegerField(
        _("curve of the rows"),
        default=0,
        validators=[MaxValueValidator(MOST_CURVED)],
        help_text=_("By how many rows the middle of a row is farther from the screen than its ends; 0 is straight."),
    )
    #: Where stairs are drawn: pairs of a row and a position in it, counted from the left wall.
    stairs = models.JSONField(default=list, blank=True, editable=False)

    history = History("name", "cleaning_minutes", "texts", "curve", "stairs")

    class Meta:
        verbose_name = _("hall")
        verbose_name_plural = _("halls")
        permissions = [("build_hall", "Build a hall's seats from a plan")]
        ordering = ["cinema", "name"]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "name"], name="one_hall_a_name"),
            between("cleaning_minutes", 0, 240, name="hall_cleaning_bounded"),
            between("curve", 0, MOST_CURVED, name="hall_curve_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.cinema}, {self.name}"
