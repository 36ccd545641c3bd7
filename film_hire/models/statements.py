"""Statements of film hire, their versions, and when they were sent to whom."""

from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cinema.money import MAX_AMOUNT, MoneyField
from film_hire.models.contracts import Contract
from film_hire.terms import Base


def money(label: Any) -> MoneyField:
    return MoneyField(label, default=0, lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)


class SettledWeek(models.Model):
    """A week of a cinema that was settled: what its contracts owed was written into statements, if there was any."""

    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    last = models.DateField(_("last day"))
    settled_at = models.DateTimeField(_("settled"))

    class Meta:
        verbose_name = _("settled week")
        verbose_name_plural = _("settled weeks")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["cinema", "last"], name="one_settled_week")]

    def __str__(self) -> str:
        return f"{self.last:%Y-%m-%d}"


class StatementQuerySet(models.QuerySet["Statement"]):
    def newest(self) -> "StatementQuerySet":
        """The newest version of each statement."""
        return self.filter(is_latest=True)

    def to_send(self, at: datetime) -> "StatementQuerySet":
        """New versions that go out by themselves."""
        return self.newest().filter(status=Statement.Status.READY, made_at__lte=at, sends_itself=True)


class Statement(models.Model):
    """What a cinema owes a distributor for the weeks of contracts that ended in a week of the cinema.

    Once it is sent it never changes: what turns out differently is a new version, in which the difference of each line
    is a line of its own. Until then its lines are counted again.
    """

    class Status(models.TextChoices):
        READY = "READY", _("To be sent")
        SENT = "SENT", _("Sent")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {Status.READY: {Status.SENT}, Status.SENT: set()}

    distributor = models.ForeignKey(
        "screenings.Distributor", models.PROTECT, related_name="statements", verbose_name=_("distributor")
    )
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    first = models.DateField(pgettext_lazy("day", "from"))
    last = models.DateField(pgettext_lazy("day", "to"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_latest = models.BooleanField(_("newest version"), default=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.READY)
    sends_itself = models.BooleanField(_("sent by itself"), default=False)
    made_at = models.DateTimeField(_("made"))
    counted_until = models.DateField(_("with everything booked until"))
    box_office = money(_("box office"))
    base = money(_("base"))
    hire = money(_("film hire"))
    advance = money(_("of which paid in advance"))

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("film hire statement")
        verbose_name_plural = _("film hire statements")
        default_permissions = ("view",)
        permissions = [
            ("send_statement", "Send a film hire statement"),
            ("recount_statement", "Count a film hire statement again"),
        ]
        ordering = ["-last", "distributor", "cinema", "-version"]
        indexes = [
            models.Index(fields=["cinema", "last"], name="statement_week"),
            models.Index(fields=["status"], name="statement_to_send", condition=Q(sends_itself=True, is_latest=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["distributor", "cinema", "last", "version"], name="one_statement_version"),
            models.UniqueConstraint(
                fields=["distributor", "cinema", "last"], condition=Q(is_latest=True), name="one_latest_statement"
            ),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="statement_days_in_order"),
        ]

    def __str__(self) -> str:
        text = f"{self.distributor}, {self.cinema}, {date_format(self.last, 'SHORT_DATE_FORMAT')}"
        return text if self.version == 1 else f"{text} ({self.version})"

    def newest_version(self) -> "Statement":
        """One query."""
        return Statement.objects.newest().get(distributor=self.distributor_id, cinema=self.cinema_id, last=self.last)


class StatementLine(models.Model):
    """A week of a contract with its hire, or one of its sessions with its part of the base.

    Lines with `is_correction` are the difference to the version before. The lines of a contract's week add up to what
    is known about it.
    """

    class Kind(models.TextChoices):
        WEEK = "WEEK", _("Week")
        SESSION = "SESSION", _("Screening")

    MEASURES = tuple(each.name for each in fields(Base))

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="lines", verbose_name=_("statement"))
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="lines", verbose_name=_("contract"))
    week = models.PositiveSmallIntegerField(_("week"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    session = models.ForeignKey(
        "screenings.Session", models.PROTECT, null=True, related_name="+", verbose_name=_("screening")
    )
    about = models.DateField(_("date"), null=True)  # the business date of the session
    is_correction = models.BooleanField(_("correction"), default=False)
    admissions = models.IntegerField(_("paid tickets"), default=0)
    comps = models.IntegerField(_("free tickets"), default=0)
    box_office = money(_("box office"))
    goodwill = money(_("goodwill refunds"))
    discounts = money(_("discounts that do not count"))
    raised = money(_("raised to the lowest price"))
    points = money(_("paid with points"))
    surcharges = money(_("surcharges outside hire"))
    other_share = money(_("share of other films"))
    vat = money(_("VAT"))
    levy = money(_("levy"))
    base = money(_("base"))
    hire = money(_("film hire"))
    advance = money(_("of which paid in advance"))
    steps = models.JSONField(_("calculation"), default=list)  # of a week: rule, amount, numbers

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        default_permissions = ()
        ordering = ["statement", "contract", "week", "kind", "about", "id"]
        indexes = [models.Index(fields=["contract", "week"], name="statement_line_of_week")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    base=F("box_office")
                    + F("goodwill")
                    + F("discounts")
                    + F("raised")
                    - F("points")
                    - F("surcharges")
                    - F("other_share")
                    - F("vat")
                    - F("levy")
                ),
                name="statement_base_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="WEEK", session__isnull=True) | Q(kind="SESSION", session__isnull=False, hire=0),
                name="statement_line_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["statement", "session", "contract", "is_correction"],
                condition=Q(kind="SESSION"),
                name="one_statement_line_a_session",
            ),
            models.UniqueConstraint(
                fields=["statement", "contract", "week", "is_correction"],
                condition=Q(kind="WEEK"),
                name="one_statement_line_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}, {self.week}"

    @property
    def key(self) -> tuple[int, int, int | None]:
        return self.contract_id, self.week, self.session_id

    def measured(self) -> Base:
        return Base(**{name: getattr(self, name) for name in self.MEASURES})


class GrossReturn(models.Model):
    """What the films of a distributor took in a cinema on a day, as it was sent on the next morning."""

    distributor = models.ForeignKey(
        "screenings.Distributor", models.PROTECT, related_name="gross_returns", verbose_name=_("distributor")
    )
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    date = models.DateField(_("date"))
    made_at = models.DateTimeField(_("made"))
    admissions = models.IntegerField(_("admissions"))
    box_office = money(_("box office"))

    class Meta:
        verbose_name = _("gross sent to a distributor")
        verbose_name_plural = _("gross sent to distributors")
        default_permissions = ("view",)
        ordering = ["-date", "distributor", "cinema"]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "date", "distributor"], name="one_gross_return"),
        ]

    def __str__(self) -> str:
        return f"{self.distributor}, {self.cinema}, {date_format(self.date, 'SHORT_DATE_FORMAT')}"


class Dispatch(models.Model):
    """A statement, or the gross of a day, that was sent to an address."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, related_name="dispatches", verbose_name=_("statement")
    )
    gross = models.ForeignKey(
        GrossReturn, models.PROTECT, null=True, related_name="dispatches", verbose_name=_("gross sent to a distributor")
    )
    email = models.EmailField(_("e-mail"))
    format = models.CharField(_("format"), max_length=4)
    language = models.CharField(_("language"), max_length=8)
    sent_at = models.DateTimeField(_("sent"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    content = models.BinaryField(editable=False)
    filename = models.CharField(max_length=200)

    FREE_TEXT: ClassVar = ["email"]

    class Meta:
        verbose_name = _("sent statement")
        verbose_name_plural = _("sent statements")
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(statement__isnull=True) ^ Q(gross__isnull=True), name="dispatch_of_one_thing"
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def about(self) -> Statement | GrossReturn:
        """What was sent."""
        found = self.statement or self.gross
        assert found is not None
        return found
