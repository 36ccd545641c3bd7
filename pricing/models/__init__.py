"""Rows of prices and forecasts."""

from pricing.models.forecasts import HORIZONS, FittedModel, ForecastBasis, SessionForecast, horizon_of
from pricing.models.modes import PriceFreeze, PricingMode, multipliers

__all__ = [
    "HORIZONS",
    "FittedModel",
    "ForecastBasis",
    "PriceFreeze",
    "PricingMode",
    "SessionForecast",
    "horizon_of",
    "multipliers",
]
