from pricing.services.bar_use import expect_locked
from pricing.services.forecasting import forecast

__all__ = ["expect_locked", "forecast"]
