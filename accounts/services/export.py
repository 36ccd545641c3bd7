"""Helps to export the personal data of one person."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model


def facts_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields of a row, for an export. Reads only."""
    return {name: getattr(row, name) for name in names}
