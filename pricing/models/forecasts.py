"""How many are expected at screenings, and what these forecasts were made from."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

#: Days before a screening whose forecast is kept, the longest first. 0 is the day of the screening.
HORIZONS = (14, 7, 3, 1, 0)


def horizon_of(days: int) -> int:
    """The horizon that a forecast so many days before is kept for; one of more than two weeks before counts as 14."""
    return next((each for each in HORIZONS if each <= days), HORIZONS[-1])


class ForecastBasis(models.Model):
    """What forecasts were made from: the model, the past screenings it was fitted to, and their booking curve."""

    history_hash = models.CharField(_("hash of the past screenings"), max_length=64)
    model = models.CharField(_("model"), max_length=40)
    sessions = models.PositiveIntegerField(_("past screenings"))
    noise = models.FloatField(_("scatter of counts"))
    spread = models.FloatField(_("scatter of screenings that look alike"))
    curve = models.JSONField(_("booking curve"), help_text=_("Days left, and the share of sales still to come."))
    party_mean = models.FloatField(_("tickets per order"))
    party_mix = models.JSONField(
        _("sizes of orders"), default=dict, db_default={}, help_text=_("By number of tickets: the share of orders.")
    )
    made_at = models.DateTimeField(_("first used"))

    class Meta:
        verbose_name = _("basis of forecasts")
        verbose_name_plural = _("bases of forecasts")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["history_hash", "model"], name="one_basis_a_history")]

    def __str__(self) -> str:
        return f"{self.model} {self.history_hash[:8]}"


class FittedModel(models.Model):
    """The model that the latest forecasts were made from, for sessions that are planned by day: one row."""

    basis = models.OneToOneField(ForecastBasis, models.CASCADE, primary_key=True, related_name="+")
    fitted = models.JSONField(help_text="As pricing.fitted_models writes it.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.basis_id)


class SessionForecastQuerySet(models.QuerySet["SessionForecast"]):
    def latest_of(self, sessions: Iterable[Any]) -> "dict[int, SessionForecast]":
        """By session: the forecast that was made last. One query."""
        rows = self.filter(session__in=[session.pk for session in sessions]).order_by("-horizon")
        return {row.session_id: row for row in rows}

    def seat_hints(self, session: Any, *, seats: int) -> dict[str, Any]:
        """What the choice of seats is told of a session: `occupancy`, the share of its hall's seats that will be sold
        in the end, and `party_mix`. None of these without a forecast. One query."""
        found = self.filter(session=session).order_by("horizon").values_list("mean", "basis__party_mix").first()
        if found is None or not seats:
            return {}
        return {"occupancy": min(found[0] / seats, 1.0), "party_mix": found[1]}


class SessionForecast(models.Model):
    """The admissions that were expected at a screening, so many days before it.

    A screening has one row for each of `HORIZONS`, which is written anew each night until the next horizon begins: what
    is left was made that many days before. The row with the least horizon is the forecast in force.
    """

    session = models.ForeignKey(
        "screenings.Session", models.CASCADE, related_name="forecasts", verbose_name=_("screening")
    )
    horizon = models.PositiveSmallIntegerField(_("days before"))
    basis = models.ForeignKey(ForecastBasis, models.PROTECT, related_name="+", verbose_name=_("basis"))
    made_at = models.DateTimeField(_("made"))
    sold = models.PositiveIntegerField(_("sold by then"))
    mean = models.FloatField(_("expected admissions"))
    p10 = models.PositiveIntegerField(_("low end"), help_text=_("Nine of ten screenings have more."))
    p50 = models.PositiveIntegerField(_("middle value"))
    p90 = models.PositiveIntegerField(_("high end"), help_text=_("Nine of ten screenings have fewer."))
    # For prices, which learn from each order themselves: what is sold by now is not part of these two.
    unaided = models.FloatField(_("expected without advance sales"))
    levels = models.JSONField(_("levels of demand"), help_text=_("Multiples of what is expected, with probabilities."))
    naive = models.PositiveIntegerField(
        _("a week before"),
        null=True,
        help_text=_("Admissions of the last screening in the same hall on the same weekday and part of the day."),
    )
    reasons = models.JSONField(_("reasons"))

    objects = SessionForecastQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["session", "horizon"], name="one_forecast_a_horizon"),
            models.CheckConstraint(condition=models.Q(horizon__in=HORIZONS), name="forecast_horizon_known"),
            models.CheckConstraint(
                condition=models.Q(p10__lte=models.F("p50"), p50__lte=models.F("p90")), name="forecast_band_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.p10}–{self.p90}"
