"""The public API at /api/. Only `integrations.urls` imports it: jobs start without django-ninja and pydantic."""
