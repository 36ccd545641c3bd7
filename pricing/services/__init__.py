from pricing.services.forecasting import forecast

__all__ = ["forecast"]
