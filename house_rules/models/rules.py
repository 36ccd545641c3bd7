"""The house rules: what the owner of the chain decides and may change while it runs."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between

#: The lowest and the highest value of each rule that is a number.
BOUNDS: dict[str, tuple[Any, Any]] = {
    "online_hold_minutes": (5, 120),
    "box_office_hold_minutes": (5, 120),
    "reservation_hours": (1, 720),
    "reservation_grace_hours": (0, 720),
    "refund_notice_minutes": (0, 10_080),
    "till_sales_minutes": (0, 120),
    "doors_open_minutes": (0, 1_440),
    "bonus_rate_percent": (Decimal(0), Decimal(50)),
    "bonus_validity_days": (60, 3_650),
    "points_limit": (0, 1_000_000),
    "reminder_minutes": (30, 2_880),
    "archive_days": (1, 3_650),
}


def within_bounds(name: str) -> list[Any]:
    lowest, highest = BOUNDS[name]
    return [MinValueValidator(lowest), MaxValueValidator(highest)]


class HouseRules(models.Model):
    """The single row, for the whole chain. Until it is saved, the settings apply: see `house_rules.rules`."""

    ONE = 1  # the primary key

    online_hold_minutes = models.PositiveSmallIntegerField(
        _("online hold (minutes)"),
        validators=within_bounds("online_hold_minutes"),
        help_text=_("How long seats are held while a customer pays on the site."),
    )
    box_office_hold_minutes = models.PositiveSmallIntegerField(
        _("box office hold (minutes)"), validators=within_bounds("box_office_hold_minutes")
    )
    reservation_hours = models.PositiveSmallIntegerField(
        _("reservation: time to pay (hours)"), validators=within_bounds("reservation_hours")
    )
    reservation_grace_hours = models.PositiveSmallIntegerField(
        _("reservation: extra time before it is cancelled (hours)"), validators=within_bounds("reservation_grace_hours")
    )
    refund_notice_minutes = models.PositiveSmallIntegerField(
        _("online refunds close before the start (minutes)"),
        validators=within_bounds("refund_notice_minutes"),
        help_text=_("Applies to new orders. Existing orders keep the limit they were sold with."),
    )
    till_sales_minutes = models.PositiveSmallIntegerField(
        _("box office sells after the start (minutes)"),
        default=20,
        validators=within_bounds("till_sales_minutes"),
        help_text=_("How long tickets for a screening that has begun are sold at the box office, at most to its end."),
    )
    doors_open_minutes = models.PositiveSmallIntegerField(
        _("doors open before the start (minutes)"), validators=within_bounds("doors_open_minutes")
    )
    bonus_rate_percent = models.DecimalField(
        _("points earned (% of the price paid)"),
        max_digits=4,
        decimal_places=2,
        validators=within_bounds("bonus_rate_percent"),
    )
    bonus_validity_days = models.PositiveSmallIntegerField(
        _("points expire after (days)"),
        validators=within_bounds("bonus_validity_days"),
        help_text=_("Counted from the last time the customer earned points."),
    )
    refund_limit = MoneyField(
        _("refunds need approval above"),
        null=True,
        blank=True,
        help_text=_("Per person and day. Leave empty for no limit."),
    )
    session_refund_limit = MoneyField(
        _("refunds of cancelled screenings need approval above"),
        null=True,
        blank=True,
        help_text=_(
            "Per person and day. Sales stop and customers are told at once; only the money waits. Leave empty for no "
            "limit."
        ),
    )
    points_limit = models.PositiveIntegerField(
        _("point adjustments need approval above"),
        null=True,
        blank=True,
        validators=within_bounds("points_limit"),
        help_text=_("Per person and day. Leave empty for no limit."),
    )
    write_off_limit = MoneyField(
        _("write-offs need approval above"),
        null=True,
        blank=True,
        help_text=_("At the selling price, per person and day. Leave empty for no limit."),
    )
    second_factor_for_money = models.BooleanField(
        _("two-step sign-in for staff who handle money"),
        default=False,
        help_text=_("Whoever takes payments, refunds, approves, or changes points must sign in with a code as well."),
    )
    reminder_minutes = models.PositiveSmallIntegerField(
        _("reminder before the start (minutes)"), validators=within_bounds("reminder_minutes")
    )
    archive_days = models.PositiveSmallIntegerField(
        _("archive past screenings after (days)"), validators=within_bounds("archive_days")
    )

    history = History(*BOUNDS, "refund_limit", "session_refund_limit", "write_off_limit", "second_factor_for_money")

    class Meta:
        verbose_name = _("house rules")
        verbose_name_plural = _("house rules")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="house_rules_one_row"),
            *(between(name, *bounds, name=f"house_rules_{name}") for name, bounds in BOUNDS.items()),
            between("refund_limit", name="house_rules_refund_limit"),
            between("session_refund_limit", name="house_rules_session_refund_limit"),
            between("write_off_limit", name="house_rules_write_off_limit"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Always save the one row, so that there is never a second one."""
        self.pk = self.ONE
        super().save(*args, **kwargs)
