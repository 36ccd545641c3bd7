"""Sessions, with their status transitions, due querysets and the constraint against overlaps in a hall."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MAX_AMOUNT, MoneyField, between
from house_rules.rules import rules
from screenings.models.cinemas import Hall
from screenings.models.films import Film

TO_GROUPS = "GROUP"  # the channel of orders that may sell a session that a group has hired
AT_THE_TILL = "BOX_OFFICE"  # the channel of orders that may sell a session that has started


class SessionQuerySet(models.QuerySet["Session"]):
    def started(self, at: datetime) -> "SessionQuerySet":
        """Scheduled sessions that have started but not ended by `at`."""
        return self.filter(
            status=Session.Status.SCHEDULED,
            archived_at__isnull=True,
            start_datetime__lte=at,
            end_datetime__gt=at,
        )

    def ended(self, at: datetime) -> "SessionQuerySet":
        """Sessions that have ended by `at` but are still scheduled or ongoing."""
        return self.filter(
            status__in=Session.COMING,
            archived_at__isnull=True,
            end_datetime__lte=at,
        )

    def on_sale(self, at: datetime, channel: str = "") -> "SessionQuerySet":
        """Sessions that are on sale on this channel of orders; as `Session.is_on_sale`."""
        live = self.filter(archived_at__isnull=True)
        if channel != TO_GROUPS:
            live = live.filter(is_private=False)
        if channel != AT_THE_TILL:
            return live.filter(status=Session.Status.SCHEDULED, start_datetime__gt=at)
        began = at - rules().till_sales_until
        return live.filter(status__in=Session.COMING, start_datetime__gt=began, end_datetime__gt=at)

    def in_shop(self, at: datetime) -> "SessionQuerySet":
        """Sessions on sale whose film has an age rating: what the shop shows and sells."""
        return self.on_sale(at).exclude(film__age_rating="")

    def occupying(self, *, halls: Iterable[int], start: datetime, free_from: datetime) -> "SessionQuerySet":
        """Sessions, not cancelled, that use one of the halls, cleaning included, within [start, free_from)."""
        return self.filter(hall__in=halls, start_datetime__lt=free_from, free_from__gt=start).exclude(
            status=Session.Status.CANCELLED
        )


class OnPostgreSQL(ExclusionConstraint):
    """An exclusion constraint that is created on PostgreSQL only.

    SQLite has no such constraint; there the service's check is enough, since only one transaction writes at a time.
    """

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if self._is_supported_by(schema_editor.connection) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if self._is_supported_by(schema_editor.connection) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if self._is_supported_by(schema_editor.connection) else None

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do: the service raises `HallBusy`, with a better message."""

    @staticmethod
    def _is_supported_by(connection: Any) -> bool:
        return connection.vendor == "postgresql"


class Int8Range(models.Func):
    """A range of one value, so that equality can be part of the constraint without the btree_gist extension."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, '[]')"


class TstzRange(models.Func):
    function = "tstzrange"


class Session(models.Model):
    """One showing of a film. It uses the hall from `start_datetime` to `free_from`: adverts, film, cleaning."""

    class Status(models.TextChoices):
        SCHEDULED = "SCHEDULED", _("Scheduled")
        ONGOING = "ONGOING", _("Running")
        COMPLETED = "COMPLETED", _("Finished")
        CANCELLED = "CANCELLED", _("Cancelled")

    TRANSITIONS: ClassVar = {
        Status.SCHEDULED: {Status.ONGOING, Status.COMPLETED, Status.CANCELLED},
        Status.ONGOING: {Status.COMPLETED, Status.CANCELLED},
        Status.COMPLETED: set(),
        Status.CANCELLED: set(),
    }

    COMING: ClassVar = [Status.SCHEDULED, Status.ONGOING]

    class Format(models.TextChoices):
        TWO_D = "2D", "2D"
        THREE_D = "3D", "3D"
        IMAX = "IMAX", "IMAX"

    film = models.ForeignKey(Film, models.PROTECT, related_name="sessions", verbose_name=_("film"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="sessions", verbose_name=_("hall"))
    start_datetime = models.DateTimeField(_("start"))
    end_datetime = models.DateTimeField(_("end"), help_text=_("When the adverts and the film end."))
    free_from = models.DateTimeField(_("hall free from"), help_text=_("When cleaning is done."))
    ticket_price = MoneyField(_("ticket price"))
    price_row = models.ForeignKey(
        "screenings.PriceRow",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="sessions",
        verbose_name=_("price row"),
    )
    # The price in force where it is not the ticket price: adaptive prices write both, and the quote says why.
    quoted_price = MoneyField(_("current price"), null=True, editable=False)
    price_quote = models.ForeignKey(
        "screenings.PriceQuote",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("price quote"),
    )
    price_review_at = models.DateTimeField(_("next price review"), null=True, editable=False)
    format = models.CharField(_("format"), max_length=8, choices=Format, default=Format.TWO_D)
    language = models.CharField(_("language"), max_length=8, default="ru")
    subtitles = models.CharField(_("subtitles"), max_length=8, blank=True)
    no_certificate_reason = models.CharField(
        _("reason for no certificate"),
        max_length=250,
        blank=True,
        help_text=_("For a film without a distribution certificate, such as one of a festival."),
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.SCHEDULED)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("cancellation reason"), max_length=250, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    is_private = models.BooleanField(
        _("private"),
        default=False,
        db_default=False,
        help_text=_("A group has hired the whole screening: it is neither advertised nor sold to anybody else."),
    )
    refunds_held = models.BooleanField(
        _("refunds await approval"),
        default=False,
        help_text=_("Customers of this cancelled screening are refunded once a second person has approved it."),
    )
    refunds_from = models.DateTimeField(
        _("refunds begin"),
        null=True,
        blank=True,
        help_text=_("Until then, guests of this cancelled screening may choose a voucher instead of their money."),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()
    history = History(
        "film",
        "hall",
        "start_datetime",
        "ticket_price",
        "format",
        "language",
        "subtitles",
        "no_certificate_reason",
        "is_private",
    )

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        permissions = [
            ("schedule_session", "Schedule a screening"),
            ("copy_sessions", "Copy a day or a week of screenings"),
            ("cancel_session", "Cancel a screening"),
        ]
        ordering = ["start_datetime", "hall"]
        indexes = [
            # Begins with archived_at, so that queries for live sessions skip all archived ones.
            models.Index(fields=["archived_at", "status", "end_datetime"], name="session_life"),
            models.Index(fields=["archived_at", "status", "start_datetime"], name="session_programme"),
            models.Index(fields=["hall", "start_datetime"], name="session_hall_timetable"),
            models.Index(fields=["start_datetime", "id"], name="session_start"),
            models.Index(fields=["hall"], name="session_refunds_held", condition=models.Q(refunds_held=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_datetime__gt=models.F("start_datetime"))
                & models.Q(free_from__gte=models.F("end_datetime")),
                name="session_times_in_order",
            ),
            between("ticket_price", name="session_price_bounded"),
            between("quoted_price", name="session_quoted_price_bounded"),
            models.CheckConstraint(
                condition=models.Q(quoted_price__isnull=True, price_quote__isnull=True)
                | models.Q(quoted_price__isnull=False, price_quote__isnull=False),
                name="session_quoted_with_its_quote",
            ),
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
        """Film and local start time. Needs `film` and `hall__cinema`, so lists should use `select_related`."""
        start = self.hall.cinema.local(self.start_datetime)
        return f"{self.film}, {date_format(start, 'SHORT_DATE_FORMAT')} {start:%H:%M}"

    @property
    def price(self) -> Decimal:
        """What a full ticket for a standard seat costs now: the current quote's price, or the ticket price."""
        return self.ticket_price if self.quoted_price is None else self.quoted_price

    def refunds_wait(self, at: datetime) -> str:
        """What refunds of this cancelled session wait for at `at`: empty for nothing, "waits" for an approval, "choice"
        for guests who may choose a voucher instead. No query."""
        if self.refunds_held:
            return "waits"
        return "choice" if self.refunds_from is not None and self.refunds_from > at else ""

    def sales_end(self, channel: str = "") -> datetime:
        """When sales end on this channel of orders: at the start, at the box office `TILL_SALES_UNTIL` later. No query
        but for the house rules."""
        if channel != AT_THE_TILL:
            return self.start_datetime
        return min(self.start_datetime + rules().till_sales_until, self.end_datetime)

    def is_on_sale(self, at: datetime, channel: str = "") -> bool:
        """The same condition as `Session.objects.on_sale`, for a loaded row: it is scheduled, not archived and not
        started; at the box office it may run already. A private one is sold to its group only. No query but for the
        house rules."""
        if self.is_private and channel != TO_GROUPS:
            return False
        sold = self.COMING if channel == AT_THE_TILL else [self.Status.SCHEDULED]
        return self.status in sold and self.archived_at is None and self.sales_end(channel) > at


class SessionSummary(models.Model):
    """The figures of an archived session: numbers of tickets, and the money paid for them.

    `sold`: tickets that were paid for, including refunded ones; `used`: scanned; `no_show`: neither scanned nor
    refunded; `refunded`: refunded after payment. `gross`: money paid for the sold tickets, after discount and without
    the part paid with points; `net`: gross less refunds.
    """

    session = models.OneToOneField(Session, models.PROTECT, related_name="summary", verbose_name=_("screening"))
    capacity = models.PositiveIntegerField(_("capacity"))
    sold = models.PositiveIntegerField(_("sold"))
    used = models.PositiveIntegerField(_("attended"))
    no_show = models.PositiveIntegerField(_("no-shows"))
    refunded = models.PositiveIntegerField(_("refunded"))
    gross = MoneyField(_("gross"), highest=MAX_AMOUNT * 100)
    net = MoneyField(_("net"), highest=MAX_AMOUNT * 100)

    class Meta:
        verbose_name = _("screening summary")
        verbose_name_plural = _("screening summaries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sold=models.F("used") + models.F("no_show") + models.F("refunded")),
                name="summary_adds_up",
            ),
            models.CheckConstraint(condition=models.Q(net__lte=models.F("gross")), name="summary_net_within_gross"),
        ]

    def __str__(self) -> str:
        return str(self.session)
