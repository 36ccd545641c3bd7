"""Business days of cinemas, and the checks that were made when a day was closed."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from cinema.money import MAX_AMOUNT, MoneyField, format_money
from payments.models import CashPlace

#: After its end a day stays open for so long: sales under way are committed, and jobs write receipts of the last ones.
LAST_SALES = timedelta(minutes=15)


#: The cash of a day, and the places where it is. What went to the bank is not in the house any more.
CASH = {
    "cash_in_drawers": CashPlace.Kind.DRAWER,
    "cash_in_safe": CashPlace.Kind.SAFE,
    "change_fund": CashPlace.Kind.CHANGE_FUND,
}


def _cash(label: Any) -> MoneyField:
    # Negative where movements were recorded late.
    return MoneyField(label, default=0, lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)


class BusinessDayQuerySet(models.QuerySet["BusinessDay"]):
    def to_close(self, at: datetime) -> "BusinessDayQuerySet":
        """Days that had ended `LAST_SALES` before `at` and are still open."""
        return self.filter(closed_at__isnull=True, ends_at__lte=at - LAST_SALES)

    def closed(self) -> "BusinessDayQuerySet":
        return self.filter(closed_at__isnull=False)


class BusinessDay(models.Model):
    """A cinema's day of business: from `starts_at` up to, and without, `ends_at`.

    It ends at the cinema's own time (05:00 unless changed), so that a late show belongs to the evening before. The
    instants are stored, and a day begins where the one before it ended: a later change of the cinema's time zone or of
    the end of its day moves no day that has been opened. Days follow each other without a gap and are closed in order.
    """

    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    date = models.DateField(_("date"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    advances = MoneyField(
        _("advances"),
        default=0,
        lowest=-MAX_AMOUNT * 1000,
        highest=MAX_AMOUNT * 1000,
        help_text=_("Money for later screenings at the end of the day: received, neither refunded nor earned yet."),
    )
    stock_value = MoneyField(
        _("value of the stock"),
        default=0,
        lowest=-MAX_AMOUNT * 1000,
        highest=MAX_AMOUNT * 1000,
        help_text=_("At cost, at the end of the day."),
    )
    cash_in_drawers = _cash(_("cash in drawers"))
    cash_in_safe = _cash(_("cash in the safe"))
    change_fund = _cash(_("change fund"))
    on_gift_cards = _cash(_("on gift cards"))  # of those that this cinema sold
    # Of all customers of the chain at the end of the day; null for days closed before these were stored.
    points_held = models.BigIntegerField(_("points held"), null=True, blank=True)
    points_owed = models.BigIntegerField(_("points owed by customers"), null=True, blank=True)
    recount = models.BooleanField(
        _("to be counted again"),
        default=False,
        help_text=_("At the next close of a day, which books what is missing here."),
    )

    objects = BusinessDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("business day")
        verbose_name_plural = _("business days")
        default_permissions = ("view",)
        ordering = ["-date", "cinema"]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(closed_at__isnull=True), name="day_to_close"),
            models.Index(fields=["date"], name="business_day_by_date"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "date"], name="one_business_day_a_date"),
            models.UniqueConstraint(fields=["cinema", "starts_at"], name="one_business_day_a_start"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="business_day_ends_after_start"),
        ]

    def __str__(self) -> str:
        return date_format(self.date, "j E Y")


class DayCheckQuerySet(models.QuerySet["DayCheck"]):
    def open(self) -> "DayCheckQuerySet":
        """Differences that nobody has settled."""
        return self.filter(settled_at__isnull=True).exclude(left=F("right"))


class DayCheck(models.Model):
    """Two sums of a closed day that should be equal. A difference stays open until a person settles it with a note."""

    class Name(models.TextChoices):
        MONEY = "MONEY", _("Money kept for the day’s orders = their price less refunded items")
        RECEIPTS = "RECEIPTS", _("Fiscal receipts = payments less refunds")
        STOCK = "STOCK", _("Bar items taken from stock = items ordered less items returned")
        POINTS = "POINTS", _("Points taken from customers = points that pay for orders")
        CASH = "CASH", _("Cash counted in drawers = cash that should be there")
        CARD = "CARD", _("Totals of the card terminals = card payments less refunds")
        TRANSFER = "TRANSFER", _("Money seen on the bank account = bank transfers recorded, and cash taken to the bank")

    class State(models.TextChoices):
        AGREES = "AGREES", _("Agrees")
        OPEN = "OPEN", _("To be explained")
        SETTLED = "SETTLED", _("Explained")

    UNITS: ClassVar[dict[str, str]] = {
        Name.MONEY: "money",
        Name.RECEIPTS: "money",
        Name.STOCK: "units",
        Name.POINTS: "money",
        Name.CASH: "money",
        Name.CARD: "money",
        Name.TRANSFER: "money",
    }

    day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="checks", verbose_name=_("business day"))
    name = models.CharField(_("check"), max_length=16, choices=Name)
    # Units are stored like money, so that one pair of columns serves both: 3 units are 3.00.
    left = MoneyField(_("left side"), lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)
    right = MoneyField(_("right side"), lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    note = models.CharField(_("explanation"), max_length=250, blank=True)

    FREE_TEXT: ClassVar = ["note"]

    objects = DayCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a day")
        verbose_name_plural = _("checks of days")
        default_permissions = ("view",)
        permissions = [("settle_daycheck", "Explain a difference of a business day")]
        ordering = ["day", "name"]
        indexes = [
            models.Index(
                fields=["day"],
                condition=Q(settled_at__isnull=True) & ~Q(left=F("right")),
                name="check_to_settle",
            )
        ]
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="one_check_a_day_and_name")]

    def __str__(self) -> str:
        return f"{self.get_name_display()}, {self.day}"

    @property
    def difference(self) -> Decimal:
        return self.left - self.right

    def state(self) -> "DayCheck.State":
        if not self.difference:
            return self.State.AGREES
        return self.State.OPEN if self.settled_at is None else self.State.SETTLED

    def in_words(self, amount: Decimal) -> str:
        """An amount in the check's own unit."""
        return format_money(amount) if self.UNITS[self.name] == "money" else number_format(int(amount), use_l10n=True)
