"""Price lists: the table from which a cinema's sessions get their prices, by version, and the calendar of holidays."""

from datetime import date, time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between, format_money
from screenings.models.cinemas import Cinema, Hall
from screenings.models.prices import TicketType
from screenings.models.seats import SeatKind
from screenings.models.sessions import Session


class Holiday(models.Model):
    """A day on which the holiday rows of price lists apply, in the whole chain."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=60)

    history = History("day", "name")

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{date_format(self.day, 'SHORT_DATE_FORMAT')}, {self.name}"


class PriceList(models.Model):
    """One version of a cinema's prices, for sessions from `valid_from` until the next version's. Published ones never
    change: new prices are a new version.
    """

    cinema = models.ForeignKey(Cinema, models.PROTECT, related_name="price_lists", verbose_name=_("cinema"))
    valid_from = models.DateField(
        _("valid from"), help_text=_("The first business day of the screenings that get these prices.")
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )

    history = History("cinema", "valid_from", "published_at")

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        permissions = [
            ("publish_pricelist", "Publish a price list"),
            ("apply_pricelist", "Apply a price list to screenings with tickets sold"),
        ]
        ordering = ["cinema", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["cinema", "valid_from"],
                name="one_price_list_a_cinema_and_day",
                violation_error_message=_("This cinema already has a price list from this day."),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(cinema)s, from %(day)s") % {
            "cinema": self.cinema,
            "day": date_format(self.valid_from, "SHORT_DATE_FORMAT"),
        }

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class PriceRow(models.Model):
    """One row of a price list: which sessions it is for, and what they cost. Empty conditions fit every session.

    The first row that fits a session, by `position`, gives its price, its ticket types (`TicketTypeTerm`) and its
    surcharges (`RowSurcharge`). Days are business days: what starts after midnight counts as the evening before.
    """

    class OnHolidays(models.TextChoices):
        ANY = "", _("Any day")
        ONLY = "ONLY", _("Holidays only")
        NEVER = "NEVER", _("Not on holidays")

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="rows", verbose_name=_("price list"))
    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("The first row that fits a screening applies.")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Such as “Weekend evenings”."))
    weekdays = models.CharField(_("weekdays"), max_length=7, blank=True)  # digits, 0 is Monday
    starts_from = models.TimeField(_("starts from"), null=True, blank=True)
    starts_before = models.TimeField(
        _("starts before"), null=True, blank=True, help_text=_("May be after midnight, such as 02:00.")
    )
    holidays = models.CharField(_("holidays"), max_length=8, choices=OnHolidays, blank=True, default=OnHolidays.ANY)
    format = models.CharField(_("format"), max_length=8, choices=Session.Format, blank=True)
    hall = models.ForeignKey(
        Hall, models.PROTECT, null=True, blank=True, related_name="price_rows", verbose_name=_("hall")
    )
    week_from = models.PositiveSmallIntegerField(
        _("film’s week from"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    week_until = models.PositiveSmallIntegerField(
        _("film’s week until"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    price = MoneyField(_("price"))

    history = History("name", "position", "price")

    class Meta:
        verbose_name = _("price row")
        verbose_name_plural = _("price rows")
        ordering = ["price_list", "position", "pk"]
        constraints = [
            between("price", name="price_row_bounded"),
            models.CheckConstraint(
                condition=Q(week_from__isnull=True)
                | Q(week_until__isnull=True)
                | Q(week_from__lte=models.F("week_until")),
                name="price_row_weeks_in_order",
                violation_error_message=_("The last week can’t be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.hall_id and self.price_list_id and self.hall.cinema_id != self.price_list.cinema_id:  # type: ignore[union-attr]
            raise ValidationError({"hall": _("This hall is in another cinema.")})
        if self.price_list_id and self.price_list.is_published:
            raise ValidationError(_("This price list is published already. Make a new version of it."))

    def fits(self, *, day: date, start: time, is_holiday: bool, week: int, session: Session) -> bool:
        """Whether the row is for this session on this business day of its cinema, starting at this local time."""
        return (
            (not self.weekdays or str(day.weekday()) in self.weekdays)
            and self._fits_time(start)
            and self.holidays in ("", self.OnHolidays.ONLY if is_holiday else self.OnHolidays.NEVER)
            and self.format in ("", session.format)
            and self.hall_id in (None, session.hall_id)
            and (self.week_from or 0) <= week <= (self.week_until or week)
        )

    @property
    def shown_price(self) -> str:
        return format_money(self.price)

    def _fits_time(self, start: time) -> bool:
        since, until = self.starts_from or time.min, self.starts_before
        if until is None:
            return self.starts_from is None or start >= since
        return since <= start < until if since < until else start >= since or start < until

    @property
    def conditions(self) -> str:
        """What sessions the row is for, in words."""
        words = []
        if self.weekdays:
            words.append(", ".join(str(WEEKDAYS_ABBR[int(day)]) for day in self.weekdays))
        if self.starts_from and self.starts_before:
            words.append(f"{self.starts_from:%H:%M}–{self.starts_before:%H:%M}")
        elif self.starts_from:
            words.append(gettext("from %(time)s") % {"time": f"{self.starts_from:%H:%M}"})
        elif self.starts_before:
            words.append(gettext("before %(time)s") % {"time": f"{self.starts_before:%H:%M}"})
        if self.holidays:
            words.append(str(self.get_holidays_display()))
        if self.format:
            words.append(self.format)
        if self.hall:
            words.append(self.hall.name)
        if self.week_from or self.week_until:
            first, last = self.week_from or 1, self.week_until or "…"
            weeks = f"{first}–{last}" if first != last else first
            number = 1 if first == last else 2
            words.append(
                ngettext("week %(weeks)s of the film", "weeks %(weeks)s of the film", number) % {"weeks": weeks}
            )
        return " · ".join(words) or gettext("all screenings")


class TicketTypeTerm(models.Model):
    """What a row does with one ticket type: another share of the price, a fixed amount, or not sold at all. Types
    without a term have their usual share. A term of one channel comes before one of both.
    """

    class Channel(models.TextChoices):
        ANY = "", _("Everywhere")
        ONLINE = "ONLINE", _("Online")
        BOX_OFFICE = "BOX_OFFICE", _("Box office")

    row = models.ForeignKey(PriceRow, models.CASCADE, related_name="ticket_types", verbose_name=_("price row"))
    ticket_type = models.ForeignKey(TicketType, models.PROTECT, related_name="+", verbose_name=_("ticket type"))
    channel = models.CharField(
        _("where it is sold"),
        max_length=16,
        choices=Channel,
        blank=True,
        default=Channel.ANY,
        help_text=_("Unpaid bookings count as box office."),
    )
    percent = models.PositiveSmallIntegerField(
        _("percentage of the price"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    fixed_price = MoneyField(_("fixed price"), null=True, blank=True)

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types: leave both amounts empty for “not sold”")
        default_permissions = ()
        ordering = ["row", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["row", "ticket_type", "channel"], name="one_term_a_row_ticket_type_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(fixed_price__isnull=True),
                name="term_of_one_kind",
                violation_error_message=_("Enter a percentage or a fixed price, not both."),
            ),
            between("percent", 0, 100, name="term_percent_bounded"),
            between("fixed_price", name="term_fixed_price_bounded"),
        ]

    def __str__(self) -> str:
        name = f"{self.ticket_type} ({self.get_channel_display()})" if self.channel else str(self.ticket_type)
        if self.fixed_price is not None:
            return f"{name}: {format_money(self.fixed_price)}"
        if self.percent is not None:
            return f"{name}: {self.percent} %"
        return gettext("%(type)s: not sold") % {"type": name}


class RowSurcharge(models.Model):
    """What a row adds to the price of one kind of seat, instead of the cinema's surcharge."""

    row = models.ForeignKey(PriceRow, models.CASCADE, related_name="surcharges", verbose_name=_("price row"))
    kind = models.CharField(_("seat kind"), max_length=16, choices=SeatKind)
    amount = MoneyField(_("surcharge"))

    class Meta:
        verbose_name = _("seat surcharge")
        verbose_name_plural = _("seat surcharges: others are those of the cinema")
        default_permissions = ()
        ordering = ["row", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["row", "kind"], name="one_surcharge_a_row_and_seat_kind"),
            between("amount", name="row_surcharge_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {format_money(self.amount)}"
