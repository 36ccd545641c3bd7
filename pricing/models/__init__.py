"""Rows of prices and forecasts."""

from pricing.models.forecasts import HORIZONS, ForecastBasis, SessionForecast, horizon_of

__all__ = ["HORIZONS", "ForecastBasis", "SessionForecast", "horizon_of"]
