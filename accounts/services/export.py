"""Helps to export the personal data of one person."""

from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts.models import User


def facts_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields of a row, for an export. Reads only."""
    return {name: getattr(row, name) for name in names}


def rows_about_customer(*, user: User | None, orders: Collection[int]) -> dict[str, list[dict[str, Any]]]:
    """What higher apps have counted about a customer, for an export: see `forget_customer`. A query for each model.
    Reads only.
    """
    models = [model for model in apps.get_models() if hasattr(model, "about_customer")]
    return {model._meta.model_name or "": model.about_customer(user=user, orders=orders) for model in models}
