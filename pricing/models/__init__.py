"""Rows of prices and forecasts."""
