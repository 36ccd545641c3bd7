"""Where prices follow demand, within which bounds, and which sessions' prices are frozen."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Decimal
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between


class PricingMode(models.Model):
    """How a cinema, one of its films, or one session is priced. The closest one applies: session, film, cinema.

    Bounds are percentages of the list price, and are published. Without any mode, the list price applies.
    """

    class Mode(models.TextChoices):
        OFF = "OFF", _("List price")
        ADAPTIVE = "ADAPTIVE", _("Adaptive price")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="pricing_modes", verbose_name=_("cinema")
    )
    film = models.ForeignKey(
        "screenings.Film",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pricing_modes",
        verbose_name=_("film"),
        help_text=_("Leave empty for all films of the cinema."),
    )
    session = models.OneToOneField(
        "screenings.Session",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pricing_mode",
        verbose_name=_("screening"),
        help_text=_("Leave empty for all screenings."),
    )
    mode = models.CharField(_("mode"), max_length=16, choices=Mode, default=Mode.OFF)
    lowest_percent = models.PositiveSmallIntegerField(
        _("lowest price, percent of the list price"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    highest_percent = models.PositiveSmallIntegerField(
        _("highest price, percent of the list price"),
        default=130,
        validators=[MinValueValidator(100), MaxValueValidator(300)],
    )
    daily_percent = models.PositiveSmallIntegerField(
        _("largest change in 24 hours, percent of the list price"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    step = MoneyField(_("step of prices"), lowest=Decimal("0.01"), default=Decimal("10.00"))

    since = models.DateTimeField(_("changed"), editable=False)

    history = History("cinema", "film", "session", "mode", "lowest_percent", "highest_percent", "daily_percent", "step")

    class Meta:
        verbose_name = _("pricing mode")
        verbose_name_plural = _("pricing modes")
        permissions = [("freeze_price", "Freeze the price of a screening")]
        ordering = ["cinema", "film", "session"]
        constraints = [
            models.UniqueConstraint(
                fields=["cinema"], condition=Q(film__isnull=True, session__isnull=True), name="one_mode_a_cinema"
            ),
            models.UniqueConstraint(
                fields=["cinema", "film"], condition=Q(session__isnull=True), name="one_mode_a_cinema_and_film"
            ),
            between("lowest_percent", 1, 100, name="mode_lowest_percent_bounded"),
            between("highest_percent", 100, 300, name="mode_highest_percent_bounded"),
            between("daily_percent", 1, 100, name="mode_daily_percent_bounded"),
            between("step", Decimal("0.01"), name="mode_step_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.session or self.film or self.cinema}: {self.get_mode_display()}"

    def clean(self) -> None:
        if self.session is not None and self.cinema_id and self.session.hall.cinema_id != self.cinema_id:
            raise ValidationError({"session": _("This screening is in another cinema.")})
        if self.session is not None and self.film is not None and self.session.film_id != self.film_id:
            raise ValidationError({"session": _("This screening is of another film.")})

    def bounds(self, base: Decimal, *, floor: Decimal) -> tuple[Decimal, Decimal]:
        """The lowest and the highest price for this list price, on the step grid, the lowest not below `floor`.

        Where a limit on the grid would be on the other side of the list price, it is the list price.
        """
        lowest = _on_grid(max(base * self.lowest_percent / 100, floor), self.step, ROUND_CEILING)
        highest = _on_grid(base * self.highest_percent / 100, self.step, ROUND_FLOOR)
        return min(lowest, base), max(highest, base)


def _on_grid(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (amount / step).to_integral_value(rounding) * step


def multipliers(base: Decimal, lowest: Decimal, highest: Decimal) -> dict[str, str]:
    """The bounds as parts of the list price, rounded outwards by so little that the step grid undoes it."""
    fine = Decimal("1e-12")
    return {
        "min_multiplier": str((lowest / base).quantize(fine, ROUND_DOWN)),
        "max_multiplier": str((highest / base).quantize(fine, ROUND_UP)),
    }


class PriceFreeze(models.Model):
    """A manager keeps the price of a session as it is, from `at` until `ended_at`."""

    FREE_TEXT: ClassVar = ["reason"]

    session = models.ForeignKey(
        "screenings.Session", models.PROTECT, related_name="price_freezes", verbose_name=_("screening")
    )
    reason = models.CharField(_("reason"), max_length=250)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("frozen price")
        verbose_name_plural = _("frozen prices")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(ended_at__isnull=True), name="one_freeze_a_session"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.reason}"
