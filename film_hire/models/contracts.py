"""Contracts with distributors, and where their statements are sent."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import default_language
from cinema.history import History
from cinema.money import MAX_AMOUNT, MoneyField, between
from film_hire import terms
from house_rules.languages import offered_languages
from screenings.models import Cinema, Session

HUNDRED = Decimal(100)
PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,2})?", re.ASCII)
A_WEEK = timedelta(days=7)


class Method(models.TextChoices):
    PERCENT = "PERCENT", _("Percentage of the base")
    FIXED = "FIXED", _("Fixed amount for the whole contract")
    FIXED_WEEK = "FIXED_WEEK", _("Fixed amount a week")
    FIXED_SESSION = "FIXED_SESSION", _("Fixed amount a screening")
    PER_HEAD = "PER_HEAD", _("Amount a head")
    HOUSE_WEEK = "HOUSE_WEEK", _("The cinema keeps an amount a week")
    HOUSE_SESSION = "HOUSE_SESSION", _("The cinema keeps an amount a screening")


def parse_percents(text: str) -> tuple[Decimal, ...]:
    """The percentages in a text such as `50, 50, 45`. Raises `ValidationError`."""
    found = []
    for part in re.split(r"[,;]\s*|\s+", text.strip()):
        if not PERCENT.fullmatch(part) or Decimal(part) > HUNDRED:
            raise ValidationError(_("Enter percentages from 0 to 100, such as 50, 50, 45, 40.5."))
        found.append(Decimal(part))
    return tuple(found)


def percentage(label: object, *, default: int, help_text: object = "") -> models.DecimalField:
    return models.DecimalField(label, max_digits=5, decimal_places=2, default=default, help_text=help_text)  # type: ignore[arg-type]


class Contract(models.Model):
    """The terms on which a distributor lets a film: in one cinema or in all, in one format or in all.

    Weeks are counted from `starts_on` and `starts_at` by the clock of each cinema. Of several contracts of one
    distributor that fit a session, the one that names most holds, and of these the one that starts last. Contracts of
    several distributors for one film hold together, as for double bills.
    """

    distributor = models.ForeignKey(
        "screenings.Distributor", models.PROTECT, related_name="contracts", verbose_name=_("distributor")
    )
    film = models.ForeignKey("screenings.Film", models.PROTECT, related_name="contracts", verbose_name=_("film"))
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for all cinemas; amounts are those of each of them."),
    )
    format = models.CharField(
        _("format"), max_length=8, choices=Session.Format, blank=True, help_text=_("Leave empty for every format.")
    )
    number = models.CharField(_("contract number"), max_length=60, blank=True)
    starts_on = models.DateField(_("first day"), help_text=_("The weeks of the contract are counted from it."))
    starts_at = models.TimeField(
        pgettext_lazy("day", "from"),
        null=True,
        blank=True,
        help_text=_("By the clock of the cinema. Leave empty for the start of its business day."),
    )
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("The last business day. Leave empty if it is still open.")
    )
    method = models.CharField(_("calculation"), max_length=16, choices=Method, default=Method.PERCENT)
    percents = models.CharField(
        _("percentages by week"),
        max_length=120,
        blank=True,
        help_text=_("Such as 50, 50, 45, 40. The last one holds for all later weeks."),
    )
    amount = MoneyField(_("amount"), default=0, help_text=_("Of calculations with an amount."))
    house_cost = MoneyField(
        _("house cost"),
        null=True,
        blank=True,
        help_text=_("A week: the distributor gets at least the percentage below of what the base exceeds it by."),
    )
    house_percent = percentage(_("percentage above the house cost"), default=90)
    minimum_head = MoneyField(_("minimum a head"), default=0)
    minimum_week = MoneyField(_("minimum a week"), default=0, help_text=_("For weeks in which the film is shown."))
    guarantee = MoneyField(
        _("guarantee"),
        default=0,
        highest=MAX_AMOUNT * 10,
        help_text=_("For the whole contract. What is missing is added to its last week."),
    )
    advance = MoneyField(
        _("advance"),
        default=0,
        highest=MAX_AMOUNT * 10,
        help_text=_("Paid before: it covers the hire of the first weeks until it is used up."),
    )
    without_vat = models.BooleanField(_("base without VAT"), default=True)
    levy_percent = percentage(_("levy (%)"), default=0, help_text=_("Deducted from the base, after VAT."))
    share_percent = percentage(
        _("share of a double bill (%)"), default=100, help_text=_("Of the takings of the film; 100 for a single film.")
    )
    comps_count = models.BooleanField(_("free tickets count as heads"), default=False)
    points_count = models.BooleanField(_("what is paid with points counts"), default=True)
    discounts_reduce = models.BooleanField(
        _("promo codes reduce the base"), default=True, help_text=_("Otherwise tickets count with their full price.")
    )
    lowest_price = MoneyField(
        _("lowest price"), default=0, help_text=_("Tickets sold below it count with it. Free tickets do not.")
    )
    surcharge = MoneyField(_("surcharge outside hire"), default=0, help_text=_("Of each paid ticket, as for glasses."))
    goodwill_reduces = models.BooleanField(
        _("goodwill refunds reduce the base"),
        default=False,
        help_text=_("Refunds from the start of the screening on."),
    )

    TERMS = (
        *("method", "percents", "amount", "house_cost", "house_percent", "minimum_head", "minimum_week", "guarantee"),
        "advance",
        *("without_vat", "levy_percent", "share_percent", "comps_count", "points_count", "discounts_reduce"),
        *("lowest_price", "surcharge", "goodwill_reduces"),
    )
    history = History(
        "distributor",
        "film",
        "cinema",
        "format",
        "number",
        "starts_on",
        "starts_at",
        "ends_on",
        *TERMS,
    )

    class Meta:
        verbose_name = _("film hire contract")
        verbose_name_plural = _("film hire contracts")
        default_permissions = ("view", "add", "change")
        permissions = [("apply_contract", "Try and apply other terms of a contract")]
        ordering = ["-starts_on", "film", "id"]
        constraints = [
            between("house_percent", Decimal(0), HUNDRED, name="contract_house_percent_bounded"),
            between("levy_percent", Decimal(0), HUNDRED, name="contract_levy_bounded"),
            between("share_percent", Decimal(0), HUNDRED, name="contract_share_bounded"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="contract_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=False) | (Q(guarantee=0) & ~Q(method="FIXED")),
                name="contract_with_an_end",
            ),
            models.UniqueConstraint(
                F("distributor"),
                F("film"),
                Coalesce("cinema", 0),
                F("format"),
                F("starts_on"),
                name="one_contract_a_start",
                violation_error_message=_("There is already such a contract from this day. Change that one."),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.film.title), self.format, self.number]))

    def clean(self) -> None:
        super().clean()
        if self.method == Method.PERCENT:
            if not self.percents.strip():
                raise ValidationError({"percents": _("Enter a percentage for each week.")})
            try:
                parse_percents(self.percents)
            except ValidationError as error:
                raise ValidationError({"percents": error.messages}) from error
        if self.ends_on is None and (self.method == Method.FIXED or self.guarantee):
            raise ValidationError({"ends_on": _("A fixed amount or a guarantee for the whole contract needs an end.")})

    # --- What its services ask

    def terms(self) -> terms.Terms:
        values = {name: getattr(self, name) for name in self.TERMS}
        values["method"] = terms.Method(self.method)
        values["percents"] = parse_percents(self.percents) if self.method == Method.PERCENT else ()
        return terms.Terms(**values)

    def starts(self, cinema: Cinema) -> datetime:
        """Its start by the clock of the cinema, without a zone."""
        return _clock(self.starts_on, self, cinema)

    def ends(self, cinema: Cinema) -> datetime | None:
        return None if self.ends_on is None else _clock(self.ends_on + timedelta(days=1), self, cinema)

    def weeks(self, cinema: Cinema) -> int | None:
        """The number of its weeks, the last of which may be shorter; None if it has no end."""
        ends = self.ends(cinema)
        return None if ends is None else -(-(ends - self.starts(cinema)) // A_WEEK)

    def week_of(self, clock: datetime, cinema: Cinema) -> int | None:
        """The week to which a time by the clock of the cinema belongs, from 1 on; None before its start or after its
        end."""
        starts, ends = self.starts(cinema), self.ends(cinema)
        if clock < starts or (ends is not None and clock >= ends):
            return None
        return (clock - starts) // A_WEEK + 1

    def week_ends(self, week: int, cinema: Cinema) -> datetime:
        ends, full = self.ends(cinema), self.starts(cinema) + week * A_WEEK
        return full if ends is None else min(full, ends)

    def precision(self) -> tuple[bool, bool, date, int]:
        return bool(self.format), self.cinema_id is not None, self.starts_on, self.pk


def _clock(day: date, contract: Contract, cinema: Cinema) -> datetime:
    return datetime.combine(day, contract.starts_at or cinema.day_ends_at)


class StatementAddress(models.Model):
    """Where the statements of a distributor are sent, and how."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    distributor = models.ForeignKey(
        "screenings.Distributor", models.CASCADE, related_name="addresses", verbose_name=_("distributor")
    )
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for all cinemas."),
    )
    email = models.EmailField(_("e-mail"))
    format = models.CharField(_("format"), max_length=4, choices=Format, default=Format.PDF)
    language = models.CharField(_("language"), max_length=8, choices=offered_languages, default=default_language)
    is_automatic = models.BooleanField(
        _("sent by itself"), default=True, help_text=_("On the morning of the week, without anybody’s press.")
    )

    gets_gross = models.BooleanField(
        _("gross every morning"),
        default=False,
        help_text=_("The takings and admissions of their films, once the day is closed."),
    )

    history = History("distributor", "cinema", "email", "format", "language", "is_automatic", "gets_gross")

    class Meta:
        verbose_name = _("address for statements")
        verbose_name_plural = _("addresses for statements")
        default_permissions = ()
        ordering = ["distributor", "email", "id"]
        constraints = [
            models.UniqueConstraint(
                F("distributor"), Coalesce("cinema", 0), F("email"), F("format"), name="one_statement_address"
            )
        ]

    def __str__(self) -> str:
        return self.email
